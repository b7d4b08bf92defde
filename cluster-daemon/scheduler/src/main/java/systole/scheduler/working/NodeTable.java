package systole.scheduler.working;

import java.util.Arrays;
import systole.model.Score;

/**
 * The nodes one resource may run on: per node a score, a probe mode and an instance count, indexed by
 * {@link Node#index}. A node without an entry is not allowed at all.
 */
public final class NodeTable {
    private static final ProbeMode[] MODES = ProbeMode.values();

    private int[] scores;
    private byte[] modes;
    private int[] counts;
    private int size;

    public NodeTable(int capacity) {
        scores = new int[capacity];
        modes = new byte[capacity];
        counts = new int[0];
    }

    private NodeTable(NodeTable source) {
        scores = source.scores.clone();
        modes = source.modes.clone();
        counts = source.counts.length == 0 ? source.counts : source.counts.clone();
        size = source.size;
    }

    public NodeTable copy() {
        return new NodeTable(this);
    }

    public boolean has(Node node) {
        return has(node.index);
    }

    public boolean has(int index) {
        return index < modes.length && modes[index] != 0;
    }

    /** Number of entries. */
    public int size() {
        return size;
    }

    /** One more than the highest index that may have an entry. */
    public int limit() {
        return modes.length;
    }

    /** The entry's score, or minus infinity if there is none. */
    public int score(Node node) {
        return score(node.index);
    }

    public int score(int index) {
        return has(index) ? scores[index] : -Score.LIMIT;
    }

    public ProbeMode probeMode(Node node) {
        return has(node) ? MODES[modes[node.index] - 1] : ProbeMode.ALWAYS;
    }

    /** Adds an entry, or replaces score and probe mode of the one that exists. */
    public void put(Node node, int score, ProbeMode mode) {
        put(node.index, score, mode);
    }

    public void put(int index, int score, ProbeMode mode) {
        if (index >= modes.length) {
            int length = Math.max(index + 1, modes.length + 4);
            scores = Arrays.copyOf(scores, length);
            modes = Arrays.copyOf(modes, length);
        }
        if (modes[index] == 0) {
            size++;
        }
        scores[index] = score;
        modes[index] = (byte) (mode.ordinal() + 1);
    }

    /** Changes the score of an entry that exists; does nothing for a node without one. */
    public void set(int index, int score) {
        if (has(index)) {
            scores[index] = score;
        }
    }

    public void set(Node node, int score) {
        set(node.index, score);
    }

    /** Adds to the score of an entry that exists. */
    public void add(int index, int score) {
        if (has(index)) {
            scores[index] = Score.add(scores[index], score);
        }
    }

    public void probeMode(Node node, ProbeMode mode) {
        if (has(node)) {
            modes[node.index] = (byte) (mode.ordinal() + 1);
        }
    }

    public void remove(Node node) {
        if (has(node)) {
            modes[node.index] = 0;
            size--;
        }
    }

    public void clear() {
        Arrays.fill(modes, (byte) 0);
        size = 0;
        counts = new int[0];
    }

    /** Every entry gets this score. */
    public void fill(int score) {
        for (int i = 0; i < modes.length; i++) {
            if (modes[i] != 0) {
                scores[i] = score;
            }
        }
    }

    /** Instances of a collective placed on the node so far. */
    public int count(Node node) {
        return node.index < counts.length ? counts[node.index] : 0;
    }

    public void count(Node node, int value) {
        if (node.index >= counts.length) {
            counts = Arrays.copyOf(counts, Math.max(modes.length, node.index + 1));
        }
        counts[node.index] = value;
    }

    public void resetCounts() {
        Arrays.fill(counts, 0);
    }

    public int[] counts() {
        return counts.clone();
    }

    public void counts(int[] saved) {
        counts = saved;
    }
}
