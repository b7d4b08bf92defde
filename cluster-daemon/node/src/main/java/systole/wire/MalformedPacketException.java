package systole.wire;

/** Bytes that are no message. Carries no stack: it is thrown for every bad packet and never leaves the package. */
final class MalformedPacketException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedPacketException(String what) {
        super(what, null, false, false);
    }
}
