package systole.scheduler.planning;

import java.util.Arrays;
import java.util.List;

/**
 * Who waits for whom among the synapses written so far, by index: side by side in memory, as looking for circles goes through all
 * of it again and again.
 */
final class Waits {
    private int[] indexOf = new int[64];
    private int[] actionIds = new int[64];
    private int[] inputs = new int[64];
    private int[] inputsFrom = new int[65];
    private int count;

    int count() {
        return count;
    }

    int actionId(int index) {
        return actionIds[index];
    }

    /** The next synapse: the id of its action, from 1, and those of its inputs. */
    void add(int actionId, List<Integer> inputIds) {
        if (count == actionIds.length) {
            actionIds = Arrays.copyOf(actionIds, 2 * count);
            inputsFrom = Arrays.copyOf(inputsFrom, 2 * count + 1);
        }
        if (actionId >= indexOf.length) {
            indexOf = Arrays.copyOf(indexOf, Math.max(actionId + 1, 2 * indexOf.length));
        }
        int at = inputsFrom[count];
        if (at + inputIds.size() > inputs.length) {
            inputs = Arrays.copyOf(inputs, Math.max(at + inputIds.size(), 2 * inputs.length));
        }
        for (int i = 0; i < inputIds.size(); i++) {
            inputs[at++] = inputIds.get(i);
        }
        actionIds[count++] = actionId;
        indexOf[actionId] = count;
        inputsFrom[count] = at;
    }

    void clear() {
        Arrays.fill(indexOf, 0);
        count = 0;
    }

    /** How many inputs a synapse has; those without a synapse are among them. */
    int inputs(int index) {
        return inputsFrom[index + 1] - inputsFrom[index];
    }

    /** The synapse that is the input, or -1: what is not in the graph is not waited for. */
    int input(int index, int number) {
        int id = inputs[inputsFrom[index] + number];
        return id < indexOf.length ? indexOf[id] - 1 : -1;
    }

    /** Synapses that never come to their turn although all their inputs are in the graph; ascending. */
    int[] unreached() {
        int[] waiting = new int[count];
        int[] followersFrom = new int[count + 1];
        for (int i = 0; i < count; i++) {
            for (int j = inputs(i) - 1; j >= 0; j--) {
                int input = input(i, j);
                if (input >= 0) {
                    waiting[i]++;
                    followersFrom[input + 1]++;
                }
            }
        }
        for (int i = 0; i < count; i++) {
            followersFrom[i + 1] += followersFrom[i];
        }
        int[] followers = new int[followersFrom[count]];
        int[] free = Arrays.copyOf(followersFrom, count);
        int[] ready = new int[count];
        int filled = 0;
        for (int i = 0; i < count; i++) {
            for (int j = inputs(i) - 1; j >= 0; j--) {
                int input = input(i, j);
                if (input >= 0) {
                    followers[free[input]++] = i;
                }
            }
            if (waiting[i] == 0) {
                ready[filled++] = i;
            }
        }
        for (int done = 0; done < filled; done++) {
            for (int at = followersFrom[ready[done]]; at < followersFrom[ready[done] + 1]; at++) {
                if (--waiting[followers[at]] == 0) {
                    ready[filled++] = followers[at];
                }
            }
        }
        int[] left = new int[count - filled];
        int at = 0;
        for (int i = 0; i < count; i++) {
            if (waiting[i] > 0) {
                left[at++] = i;
            }
        }
        return left;
    }
}
