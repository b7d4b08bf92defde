package systole.fencing;

/**
 * How a call of a fence agent ended.
 *
 * @param exitCode of the agent; 1 if it has none
 * @param timedOut the process tree was killed because its time was over
 * @param output standard output (the answer of {@code list}), bounded
 * @param reason last line on standard error, or words of the executor
 */
public record FenceRunResult(long runId, int exitCode, boolean timedOut, String output, String reason) {
    public boolean succeeded() {
        return exitCode == 0 && !timedOut;
    }
}
