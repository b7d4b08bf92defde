package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import systole.kernel.BadInputException;
import systole.model.Element;

class CibXmlProperties {
    @Property(tries = 500)
    void whatWasWrittenReadsBackEqual(@ForAll("elements") Element element) {
        assertThat(CibXml.read("text", CibXml.write(element))).isEqualTo(element);
    }

    @Property(tries = 2000)
    void anyTextIsReadOrRefusedWithItsPlace(@ForAll("mangled") String text) {
        try {
            CibXml.read("some.xml", text);
        } catch (BadInputException e) {
            assertThat(e.getMessage()).startsWith("some.xml");
            assertThat(e.remedy()).isNotBlank();
        }
    }

    @Property(tries = 1000)
    void theReaderOfPlainTextGivesWhatTheJdkGives(@ForAll("mangled") String text) {
        Element plain = PlainXml.read(text, 200);

        if (plain != null) {
            assertThat(withLines(plain)).isEqualTo(withLines(CibXml.readWithJdk("text", text)));
        }
    }

    @Property(tries = 500)
    void whatIsWrittenIsPlain(@ForAll("elements") Element element) {
        assertThat(PlainXml.read(CibXml.write(element), 200)).isEqualTo(element);
    }

    @Example
    void oddButPlainFormsAreReadAsByTheJdk() {
        for (String text : List.of(
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n",
                "<a\n b='1'\n\tc=\"&#x41;&#10;&apos;\"\n>\n<!-- no --> x <!--# kept\n--><b\n/> y&amp;z </a \n>",
                "<a>\n\n<b><c/></b>\n<d e=\"'\"/></a>",
                "<a b=\"&lt;&#13;&#9;\">é&gt;</a>")) {
            Element plain = PlainXml.read(text, 200);

            assertThat(plain).as(text).isNotNull();
            assertThat(withLines(Objects.requireNonNull(plain)))
                    .as(text)
                    .isEqualTo(withLines(CibXml.readWithJdk("text", text)));
        }
    }

    @Example
    void whatIsNotPlainIsLeftToTheJdk() {
        for (String text : List.of(
                "<a><![CDATA[x]]></a>",
                "<a>]]></a>",
                "<a b='1'c='2'/>",
                "<a b='1' b='2'/>",
                "<a xmlns='x'/>",
                "<a:b/>",
                "<a b='\n'/>",
                "<a b='&#0;'/>",
                "<a b='&#xD800;'/>",
                "<a b='&none;'/>",
                "<a b = '1'/>",
                "<a>\r\n</a>",
                "<a><b></a></b>",
                "<a></ab>",
                "<a><!-- x -- y --></a>",
                "<?pi?><a/>",
                "<a/><b/>",
                "<a/>x",
                "<!-- before --><a/>",
                "<a",
                "<a b",
                "",
                "x<a/>")) {
            assertThat(PlainXml.read(text, 200)).as(text).isNull();
        }
    }

    /** Texts of all elements with names, values, texts and lines, in document order. */
    private static List<String> withLines(Element element) {
        List<String> all = new ArrayList<>();
        all.add(element.line() + " " + element.name() + " " + element.attributes() + " " + element.text());
        element.children().forEach(child -> all.addAll(withLines(child)));
        all.add("end");
        return all;
    }

    @Example
    void anEntityBombIsRefused() {
        String bomb = "<!DOCTYPE a [<!ENTITY x \"xxxxxxxx\"><!ENTITY y \"&x;&x;&x;&x;\">]>\n<a>&y;</a>";

        assertThatThrownBy(() -> CibXml.read("bomb.xml", bomb)).isInstanceOf(BadInputException.class);
    }

    @Example
    void aDocumentThatIsTooDeepIsRefusedInsteadOfOverflowing() {
        String deep = "<a>".repeat(5000) + "</a>".repeat(5000);

        assertThatThrownBy(() -> CibXml.read("deep.xml", deep)).hasMessageContaining("deep.xml:1");
    }

    @Example
    void aMistakeIsReportedWithItsLine() {
        assertThatThrownBy(() -> CibXml.read("cib.xml", "<cib>\n<configuration>\n</cib>"))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("cib.xml:3");
    }

    @Provide
    Arbitrary<Element> elements() {
        Arbitrary<String> names = Arbitraries.of("cib", "node", "nvpair", "rsc_location", "x-y.z");
        Arbitrary<String> values =
                Arbitraries.strings().withChars("ab 1\"'<>&\t\n\r;é€").ofMaxLength(12);
        Arbitrary<Map<String, String>> attributes = Arbitraries.maps(
                        Arbitraries.of("id", "name", "value", "score", "_private"), values)
                .ofMaxSize(4)
                .map(LinkedHashMap::new);
        Arbitrary<Element> leaves =
                Combinators.combine(names, attributes).as((name, map) -> Element.of(name, map, List.of()));
        return Arbitraries.recursive(
                () -> leaves,
                inner -> Combinators.combine(names, attributes, inner.list().ofMaxSize(3))
                        .as(Element::of),
                0,
                4);
    }

    @Provide
    Arbitrary<String> mangled() {
        return Combinators.combine(
                        elements(),
                        Arbitraries.integers().between(0, 400),
                        Arbitraries.strings().ofMaxLength(4))
                .as((element, at, junk) -> {
                    String text = CibXml.write(element);
                    int cut = Math.min(at, text.length());
                    return text.substring(0, cut) + junk + text.substring(Math.min(text.length(), cut + junk.length()));
                });
    }
}
