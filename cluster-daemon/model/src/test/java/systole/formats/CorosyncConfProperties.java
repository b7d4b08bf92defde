package systole.formats;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import systole.kernel.BadInputException;

/** Whatever the file holds, it is either taken or refused with a remedy; nothing else comes out. */
class CorosyncConfProperties {
    private static final String GOOD = "totem {\n  version: 2\n  cluster_name: demo\n  transport: udp\n  token: 1000\n"
            + "  interface {\n    linknumber: 0\n    mcastport: 5405\n  }\n}\n"
            + "nodelist {\n  node {\n    ring0_addr: 10.0.0.1\n    nodeid: 1\n  }\n"
            + "  node {\n    ring0_addr: 10.0.0.2\n    nodeid: 2\n  }\n}\nquorum {\n  two_node: 1\n}\n";

    @Property(tries = 2000)
    void neverFailsInAnyOtherWay(@ForAll("damaged") String text) {
        try {
            assertThat(CorosyncConf.read("f", text).nodes()).isNotEmpty();
        } catch (BadInputException refusal) {
            assertThat(refusal.remedy()).isNotBlank();
            assertThat(refusal.getMessage()).startsWith("f");
        }
    }

    @Provide
    Arbitrary<String> damaged() {
        String[] lines = GOOD.split("\n");
        Arbitrary<String> line = Arbitraries.oneOf(
                Arbitraries.of(lines),
                Arbitraries.of(lines)
                        .flatMap(one ->
                                Arbitraries.integers().between(0, one.length()).map(at -> one.substring(0, at))),
                Arbitraries.of("{", "}", ":", "::", "name {", "token: 999999999", "nodeid: 70000", "ring7_addr: x"),
                Arbitraries.strings().ascii().ofMaxLength(12));
        Arbitrary<String> shuffled = line.list().ofMaxSize(30).map(all -> String.join("\n", all));
        Arbitrary<String> replaced = Arbitraries.integers()
                .between(0, lines.length - 1)
                .flatMap(at -> line.map(with -> {
                    String[] copy = lines.clone();
                    copy[at] = with;
                    return String.join("\n", copy);
                }));
        return Arbitraries.oneOf(shuffled, replaced);
    }
}
