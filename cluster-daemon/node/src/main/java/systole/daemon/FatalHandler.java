package systole.daemon;

/** Where a thread goes that cannot go on: the node is stopped rather than left half alive. Never returns normally. */
interface FatalHandler {
    void fatal(String what, Throwable cause);
}
