package systole.quorum;

/** What the quorum core asks of its owner. */
public sealed interface QuorumEffect {
    /** Send this to the group (agreed), and give it back as {@link QuorumInput.Announced} when it is delivered. */
    record Announce(QuorumAnnouncement announcement) implements QuorumEffect {}

    /** Quorum was gained or lost; the reason is in the state. */
    record QuorumChanged(boolean quorate, String reason) implements QuorumEffect {}
}
