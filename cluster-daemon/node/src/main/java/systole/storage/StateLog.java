package systole.storage;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The node's memory: records in order, and from time to time a snapshot that stands for all records before it.
 *
 * <p>The methods never block and never throw for what the disk does; they may be called from any thread, and usually
 * are by the node's loop. Requests are carried out in the order given. Every request is answered exactly once, on the
 * storage worker; the callback must not block and usually puts an input into the loop's inbox. Appends that wait
 * together share one sync (group commit).
 */
public interface StateLog extends AutoCloseable {
    /** Largest record or snapshot in bytes. */
    int MAX_BYTES = 256 << 20;

    /** Makes the records durable, all or none of them. The arrays belong to the log from here on. */
    void append(List<byte[]> records, Consumer<Result> whenDone);

    /**
     * Replaces everything appended before by this state. After {@link Opened#durableDataLost} the first snapshot is the
     * caller's word that the state is complete again: take it from the peers before.
     */
    void snapshot(byte[] state, Consumer<Result> whenDone);

    /** Carries out what is waiting, then ends the worker. Requests after this are answered as failed. */
    @Override
    void close();

    /** How a request ended. */
    sealed interface Result {
        /** On the disk, and the disk said so. */
        record Durable() implements Result {}

        /**
         * Not done, and later requests may have been: this node can no longer be trusted. A full disk alone does not
         * lead here at once: appends are tried again until the queue is full.
         */
        record Failed(String whatHappened, String remedy) implements Result {}
    }

    /**
     * What was found at the start.
     *
     * @param snapshot the newest one that is whole
     * @param records all that follow it, in order
     * @param damage what could not be read; empty in good times
     */
    record Opened(StateLog log, Optional<byte[]> snapshot, List<byte[]> records, List<Damage> damage) {
        public Opened {
            records = List.copyOf(records);
            damage = List.copyOf(damage);
        }

        /**
         * Whether something is missing that had been answered as durable. Such a node must take the state from its
         * peers and must not count its own as the newest.
         */
        public boolean durableDataLost() {
            return damage.stream().anyMatch(Damage::durableDataLost);
        }
    }

    /**
     * A place where the bytes are not those that were written.
     *
     * @param file its name, without the folder
     * @param offset where in the file
     * @param durableDataLost false for a tail that a crash has cut off in the middle of a write: nobody was told that it
     *     was durable
     */
    record Damage(String file, long offset, boolean durableDataLost, String text) {
        @Override
        public String toString() {
            return file + " at byte " + offset + ": " + text;
        }
    }
}
