package systole.simulation;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** What can be done to a cluster. The names in lower case, with dashes, are the words of {@code --faults}. */
public enum Fault {
    /** The machine loses power: services, daemon, and what the disk had not synced are gone. */
    CRASH(true),
    /** The daemon is killed; its services go on. */
    KILL_DAEMON(false),
    /** The daemon does not run for a while; its services do. */
    PAUSE(false),
    /** The node's loop is slow while its ring goes on. */
    STALL(true),
    /** The network falls apart. */
    PARTITION(true),
    /** One node is heard no more, or hears no more. */
    ONE_WAY_CUT(true),
    /** One link of several is cut, for a node or for all. */
    LINK_CUT(true),
    LOSS(true),
    /** Packets are slow and overtake each other. */
    DELAY(true),
    DUPLICATION(true),
    /** A service ends by itself. */
    SERVICE_FAILURE(true),
    /** Agents fail or do nothing. */
    AGENT_FAILURE(false),
    /** Agents are slow, beyond their time-out too. */
    SLOW_AGENTS(false),
    /** The fence device refuses. */
    FENCE_FAILURE(true),
    /** The fence device takes its time. */
    SLOW_FENCE(true),
    /** The fence device reports success without having done anything. */
    LYING_FENCE(true),
    /** An orderly stop of a daemon. */
    SHUTDOWN(true),
    /** An administrator puts nodes into standby and back. */
    STANDBY(true),
    /** Many changes of the configuration at once. */
    COMMIT_STORM(true),
    /** The witness dies, sometimes with its disk, and comes back. Only with {@code --witness}, as the next two. */
    WITNESS_CRASH(true),
    /** Some nodes do not reach the witness. */
    WITNESS_CUT(true),
    /** What the witness says and hears takes seconds. */
    WITNESS_SLOW(true),
    /** A machine comes back with an empty disk. Once, after the other faults. */
    DISK_LOST(true),
    /** A machine comes back with its disk as it was some time ago. Once, after the other faults. */
    DISK_ROLLED_BACK(true),
    /** An administrator adds nodes to the cluster, and takes nodes out, whatever else is going on. */
    NODE_LIST(true),
    /** Levels of fence devices in the place of one, which hang, refuse and lie in {@code status}, some for ever. */
    FENCE_LEVELS(true),
    /** The node that fences dies in the middle of it. */
    FENCER_LOST(true),
    /** Between two parts heartbeats pass and other packets do not. */
    FIREWALL(true);

    private final boolean withoutFencing;

    Fault(boolean withoutFencing) {
        this.withoutFencing = withoutFencing;
    }

    /**
     * Whether the promise that nothing runs twice holds against this fault with fencing off, too. A daemon that does not
     * run cannot stop its services, and no lease helps against that (architecture D9).
     */
    boolean isSafeWithoutFencing() {
        return withoutFencing;
    }

    /** Whether it is done once to a cluster at rest: what was on no other disk cannot come back. */
    boolean isForTheEnd() {
        return this == DISK_LOST || this == DISK_ROLLED_BACK;
    }

    /** Whether it has draws of its own, so that seeds that are known for something stay what they are. */
    boolean isApart() {
        return this == NODE_LIST || this == FENCE_LEVELS || this == FENCER_LOST || this == FIREWALL;
    }

    boolean isOfWitness() {
        return this == WITNESS_CRASH || this == WITNESS_CUT || this == WITNESS_SLOW;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** @throws BadInputException for a word that names no fault */
    public static Set<Fault> parse(String list) {
        if (list.equals("all")) {
            return EnumSet.allOf(Fault.class);
        }
        Set<Fault> found = EnumSet.noneOf(Fault.class);
        if (list.equals("none")) {
            return found;
        }
        Set<String> words = new TreeSet<>();
        for (Fault fault : values()) {
            words.add(fault.word());
        }
        for (String word : list.split(",")) {
            Fault fault = null;
            for (Fault each : values()) {
                fault = each.word().equals(word.strip()) ? each : fault;
            }
            if (fault == null) {
                throw new BadInputException(
                        "--faults",
                        "there is no fault '" + word.strip() + "'" + NearestWord.hint(word.strip(), words),
                        "use all, none, or some of " + String.join(",", words));
            }
            found.add(fault);
        }
        return found;
    }
}
