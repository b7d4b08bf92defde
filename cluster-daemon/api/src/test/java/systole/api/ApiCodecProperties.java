package systole.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;
import systole.kernel.Seed;

/** Spoilt lines: a request, or a refusal with a remedy; never anything else. {@code -Dfuzz.runs=N} makes it long. */
class ApiCodecProperties {
    private static final int RUNS = Integer.getInteger("fuzz.runs", 5_000);
    private static final List<String> LINES = List.of(
            "{\"do\":\"status\"}",
            "{\"do\":\"configure\",\"edits\":[{\"put\":\"<primitive id=\\\"a\\\"/>\",\"in\":\"resources\"},"
                    + "{\"remove\":\"b\"}],\"guard\":\"0.7\",\"force\":false}",
            "{\"do\":\"set-attributes\",\"node\":\"n\",\"values\":{\"a\":\"1\"},\"remove\":[\"b\"],\"delayMillis\":5}",
            "{\"do\":\"fence\",\"node\":\"n\",\"action\":\"off\",\"timeoutMillis\":60000}");
    private static final String SPOILERS = "{}[]\",:\\ 09eE.-<>&\u0001é\uD800ntfu";

    @Test
    void spoiltRequestsAreReadOrRefused() {
        int refused = 0;
        for (int run = 0; run < RUNS; run++) {
            Seed seed = new Seed(run).fork("json");
            String line = spoilt(seed, LINES.get(seed.below(LINES.size())));
            try {
                Request request = ApiCodec.readRequest(line);
                assertThat(ApiCodec.readRequest(ApiCodec.write(request)))
                        .as("run %d: %s", run, line)
                        .isEqualTo(request);
            } catch (BadInputException e) {
                assertThat(e.remedy()).as("run %d: %s", run, line).isNotEmpty();
                refused++;
            }
        }
        assertThat(refused).isBetween(RUNS / 2, RUNS - 1);
    }

    private static String spoilt(Seed seed, String line) {
        StringBuilder out = new StringBuilder(line);
        int times = 1 + seed.below(4);
        for (int i = 0; i < times && out.length() > 2; i++) {
            int at = seed.below(out.length() - 1);
            int end = Math.min(out.length(), at + 1 + seed.below(6));
            switch (seed.below(3)) {
                case 0 -> out.delete(at, end);
                case 1 -> out.insert(at, out.substring(at, end));
                default -> out.setCharAt(at, SPOILERS.charAt(seed.below(SPOILERS.length())));
            }
        }
        return out.toString();
    }
}
