package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoffTest {
    @Test
    void whatIsGivenIsNeverTakenForMarkup() {
        Roff page = new Roff("x", 7, "S \"1\"", "M");
        page.paragraphs(".TH is no request here\n'nor this: \\fB \u2026").entry("-a b", List.of("one\n\n  two"));

        assertThat(page.text()).isEqualTo("""
                .TH "X" "7" "" "S \\(dq1\\(dq" "M"
                .nh
                .ad l
                .PP
                \\&.TH is no request here \\(aqnor this: \\efB \\[u2026]
                .TP
                \\fB\\-a b\\fR
                one
                .sp
                two
                """);
    }

    @Test
    void helpBecomesParagraphsAndEntries() {
        Roff page = new Roff("x", 8, "S", "M");
        HelpText.write(
                page,
                List.of(
                        "What it does,",
                        "in two lines.",
                        "",
                        "  --root DIR      where",
                        "                  it lies",
                        "  --release CLUSTER tell it",
                        "  -h, --help",
                        "",
                        "Files: none"));

        assertThat(page.text().lines().skip(3))
                .containsExactly(
                        ".PP",
                        "What it does, in two lines.",
                        ".TP",
                        "\\fB\\-\\-root DIR\\fR",
                        "where it lies",
                        ".TP",
                        "\\fB\\-\\-release CLUSTER\\fR",
                        "tell it",
                        ".TP",
                        "\\fB\\-h, \\-\\-help\\fR",
                        "\\&",
                        ".PP",
                        "Files: none");
    }
}
