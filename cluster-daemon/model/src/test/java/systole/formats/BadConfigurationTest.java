package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import systole.kernel.BadInputException;

/** Each file of the folder is refused with the message that stands in it after {@code expect:}. */
class BadConfigurationTest {
    private static final Path FOLDER = Path.of("src/test/resources/bad-configuration");
    private static final String MARK = "expect: ";

    static List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            List<String> names =
                    files.map(path -> path.getFileName().toString()).sorted().toList();
            assertThat(names).hasSizeGreaterThan(40);
            return names;
        }
    }

    @ParameterizedTest
    @MethodSource("names")
    void isRefusedWithPlaceNearestWordAndRemedy(String name) throws IOException {
        String text = Files.readString(FOLDER.resolve(name));

        List<String> messages = name.endsWith(".xml") ? ofDocument(text) : ofScript(text);

        assertThat(messages).first().isEqualTo(expected(text));
    }

    private static String expected(String text) {
        String rest = text.substring(text.indexOf(MARK) + MARK.length());
        int comment = rest.indexOf(" -->");
        return comment < 0 ? rest.substring(0, rest.indexOf('\n')) : rest.substring(0, comment);
    }

    private static List<String> ofScript(String text) {
        CrmLanguage.Loaded loaded =
                CrmLanguage.load(CrmLanguage.EMPTY, "bad.crm", text, CrmLanguage.Mode.UPDATE, AgentCatalog.NONE);
        assertThat(loaded.configuration()).isEqualTo(CrmLanguage.EMPTY);
        return texts(Finding.atLeast(Finding.Severity.ERROR, loaded.findings()));
    }

    private static List<String> ofDocument(String text) {
        try {
            return texts(Finding.atLeast(
                    Finding.Severity.DOUBT, CibValidation.check(CibXml.read("bad.xml", text), "bad.xml")));
        } catch (BadInputException e) {
            return List.of(e.getMessage() + "; " + e.remedy());
        }
    }

    private static List<String> texts(List<Finding> findings) {
        List<String> texts = new ArrayList<>();
        findings.forEach(finding -> texts.add(finding.text()));
        return texts;
    }
}
