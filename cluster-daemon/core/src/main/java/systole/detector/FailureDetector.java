package systole.detector;

/** Judges from heartbeats who is alive. Driven by the ring stack. */
final class FailureDetector {
    private FailureDetector() {}
}
