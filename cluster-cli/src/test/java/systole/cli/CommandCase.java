package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;

/** Commands on a CIB in a file of a folder of its own. */
abstract class CommandCase {
    @TempDir
    Path folder;

    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    final Map<String, String> environment = new HashMap<>();

    /** What {@code --root} names. */
    Path root() {
        return folder;
    }

    void useFile() {
        environment.put("CIB_file", folder.resolve("cib.xml").toString());
        environment.put("HOME", folder.toString());
    }

    int run(String... args) {
        out = new StringWriter();
        err = new StringWriter();
        String[] all = Arrays.copyOf(new String[] {"--root", root().toString()}, args.length + 2);
        System.arraycopy(args, 0, all, 2, args.length);
        return Systole.run(all, environment, "systole", new PrintWriter(out), new PrintWriter(err));
    }

    String ok(String... args) {
        assertThat(run(args)).as("%s %s", out, err).isZero();
        return out.toString();
    }
}
