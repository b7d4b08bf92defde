package systole.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;

/** Where the sources and the built tree are. */
public final class Checkout {
    public static final Path TOP = top();
    public static final Path TREE = TOP.resolve("target/systole");

    private Checkout() {}

    private static Path top() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("LICENSE"))) {
            at = Objects.requireNonNull(at.getParent(), "run inside the checkout");
        }
        return at;
    }
}
