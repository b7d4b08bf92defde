package systole.membership;

/** The ring protocol proper: membership, order, recovery. Driven through {@link RingStack}. */
final class RingProtocol {
    private RingProtocol() {}
}
