package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import systole.formats.CrmLanguage.Mode;
import systole.formats.CrmLanguage.Style;
import systole.kernel.BadInputException;
import systole.kernel.Seed;
import systole.model.Element;

/**
 * Random text: refused with a message or taken, never anything else; what was taken is valid, and reading it back in the
 * exact style gives it again. {@code -Dfuzz.runs=N} makes it long.
 */
class CrmLanguageProperties {
    private static final int RUNS = Integer.getInteger("fuzz.runs", 300);
    private static final String SPOILERS = "\"'\\()[]{}=:$@#<>&;\n\té\u0001\uD800 x1";
    private static final List<String> WORDS = CrmSamples.words();

    @Test
    void randomScriptsAreRefusedOrRoundTrip() {
        int taken = 0;
        for (int run = 0; run < RUNS; run++) {
            Seed seed = new Seed(run).fork("crm");
            String text = script(seed);
            taken += check(run, text) ? 1 : 0;
        }
        assertThat(taken).as("scripts that were taken").isGreaterThan(RUNS / 50);
    }

    @Test
    void spoiltScriptsAreRefusedOrRoundTrip() {
        for (int run = 0; run < RUNS; run++) {
            Seed seed = new Seed(run).fork("spoil");
            check(run, spoilt(seed, CrmSamples.SCRIPT));
        }
    }

    @Test
    void spoiltDocumentsAreRefusedOrValidated() {
        String document = CibXml.write(CrmLanguage.apply(CrmLanguage.EMPTY, "sample", CrmSamples.SCRIPT));
        for (int run = 0; run < RUNS; run++) {
            String text = spoilt(new Seed(run).fork("xml"), document);
            try {
                Element read = CibXml.read("fuzz", text);
                List<Finding> findings = CibValidation.check(read, "fuzz");
                if (findings.isEmpty()) {
                    String shown = CrmLanguage.show(read, Style.EXACT);
                    assertThat(CrmLanguage.load(read, "fuzz", shown, Mode.PUSH, AgentCatalog.NONE)
                                    .configuration())
                            .as("run %d: %s", run, text)
                            .isNotNull();
                }
            } catch (BadInputException refused) {
                assertThat(refused.remedy()).isNotEmpty();
            }
        }
    }

    @Test
    void deepAndLongInputIsRefusedInBoundedTime() {
        for (String text : List.of(
                "xml " + "<a>".repeat(100_000),
                "xml <!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>",
                "group g " + "a ".repeat(500_000),
                "order o Mandatory: " + "( a ".repeat(100_000),
                "location l a rule " + "defined x and ".repeat(100_000),
                "primitive p Dummy params x=\"" + "y".repeat(1_000_000),
                "#".repeat(1_000_000),
                "\\\n".repeat(500_000))) {
            assertThat(check(0, text)).as(text.substring(0, 20)).isFalse();
        }
    }

    private static boolean check(int run, String text) {
        CrmLanguage.Loaded loaded;
        try {
            loaded = CrmLanguage.load(CrmLanguage.EMPTY, "fuzz", text, Mode.UPDATE, AgentCatalog.NONE);
        } catch (BadInputException refused) {
            assertThat(refused.getMessage()).isNotEmpty();
            return false;
        }
        if (loaded.refused(true)) {
            assertThat(loaded.configuration()).isSameAs(CrmLanguage.EMPTY);
            return false;
        }
        Element made = loaded.configuration();
        assertThat(Finding.atLeast(Finding.Severity.ERROR, CibValidation.check(made, "fuzz")))
                .as("run %d: %s", run, text)
                .isEmpty();
        String shown = CrmLanguage.show(made, Style.EXACT);
        CrmLanguage.Loaded again = CrmLanguage.load(CrmLanguage.EMPTY, "again", shown, Mode.UPDATE, AgentCatalog.NONE);
        assertThat(Finding.atLeast(Finding.Severity.ERROR, again.findings()))
                .as("run %d: %s\nshown as\n%s", run, text, shown)
                .isEmpty();
        assertThat(CrmLanguage.show(again.configuration(), Style.EXACT))
                .as("run %d: %s", run, text)
                .isEqualTo(shown);
        return made != CrmLanguage.EMPTY && !made.equals(CrmLanguage.EMPTY);
    }

    private static String script(Seed seed) {
        StringBuilder text = new StringBuilder();
        int lines = 1 + seed.below(5);
        for (int i = 0; i < lines; i++) {
            List<String> statement = new ArrayList<>();
            statement.add(CrmSamples.STATEMENTS.get(seed.below(CrmSamples.STATEMENTS.size())));
            int words = seed.below(4);
            for (int j = 0; j < words; j++) {
                statement.add(WORDS.get(seed.below(WORDS.size())));
            }
            text.append(String.join(" ", statement)).append('\n');
        }
        return text.toString();
    }

    private static String spoilt(Seed seed, String text) {
        StringBuilder out = new StringBuilder(text);
        int times = 1 + seed.below(6);
        for (int i = 0; i < times && out.length() > 2; i++) {
            int at = seed.below(out.length() - 1);
            int end = Math.min(out.length(), at + 1 + seed.below(8));
            switch (seed.below(4)) {
                case 0 -> out.delete(at, end);
                case 1 -> out.insert(at, out.substring(at, end));
                case 2 -> out.setCharAt(at, SPOILERS.charAt(seed.below(SPOILERS.length())));
                default -> out.insert(at, WORDS.get(seed.below(WORDS.size())));
            }
        }
        return out.toString();
    }
}
