package systole.api;

import java.nio.file.Path;

/** Where the daemon of a node listens: {@code ROOT/run/systole/api.sock}, the root being {@code /} by default. */
public final class ApiSocket {
    private ApiSocket() {}

    public static Path of(Path root) {
        return root.resolve("run").resolve("systole").resolve("api.sock");
    }
}
