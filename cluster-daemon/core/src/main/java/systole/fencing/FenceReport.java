package systole.fencing;

/**
 * How an executor fared with a {@link FenceOrder}.
 *
 * @param device last device used, or all of the level that worked: {@code psu1,psu2 (on gamma)} where another node than the
 *     executor used one
 * @param noDevice the executor has no device that can do it
 * @param timedOut the last failure was a time-out
 */
public record FenceReport(
        FenceOrder order, boolean succeeded, String device, boolean noDevice, boolean timedOut, String text) {}
