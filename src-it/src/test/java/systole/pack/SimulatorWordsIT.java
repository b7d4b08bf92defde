package systole.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import systole.lab.Checkout;

/** {@code systole sim --help} is the command line's, the words are read by the simulator: they are the same. */
class SimulatorWordsIT {
    private static final int USAGE = 64;

    @Test
    void eachOptionOfTheHelpIsKnownToTheSimulator() throws IOException, InterruptedException {
        Matcher options =
                Pattern.compile("^ +(--[a-z]+)(=?)", Pattern.MULTILINE).matcher(sim(0, "--help"));
        List<String> names = new ArrayList<>();
        while (options.find()) {
            names.add(options.group(1));
            String word = options.group(1) + (options.group(2).isEmpty() ? "" : "=nonsense");
            assertThat(sim(USAGE, word, "--nonsense")).doesNotContain("unknown option '" + options.group(1));
        }
        assertThat(names).contains("--nodes", "--seeds", "--faults", "--story").hasSizeGreaterThanOrEqualTo(8);
    }

    private static String sim(int exit, String... words) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(Checkout.TREE.resolve("bin/systole").toString(), "sim"));
        command.addAll(List.of(words));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(command + ": " + out).isEqualTo(exit);
        return out;
    }
}
