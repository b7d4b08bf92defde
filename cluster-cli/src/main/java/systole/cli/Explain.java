package systole.cli;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.formats.CibXml;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.scheduler.Scheduler;
import systole.scheduler.explain.Explanation;
import systole.scheduler.explain.Explanations;

/** {@code explain}: why something runs where it runs, or not, and what would change that. */
final class Explain {
    private Explain() {}

    static Verb verb() {
        return Verb.of("explain", "Say why a resource runs where it runs, or not, and what would change it.")
                .flag("--all", "the whole proof, not only what decided")
                .option("--xml-file", "FILE", "a CIB in a file; default: the cluster's")
                .option("--date", "TIME", "as if it were then, as 2026-11-25T12:00:00Z; default: now")
                .one("RSC", Verb.Kind.RESOURCE, "which resource; the name of a node: what is the matter with it")
                .any("on NODE", Verb.Kind.NODE, "why it runs, or does not, on this node")
                .example("systole explain db")
                .example("systole explain db on n2")
                .does(Explain::run);
    }

    private static int run(Call call) {
        Explanation explanation = explanation(call);
        if (call.session().json()) {
            call.out().println(Output.of(explanation.fields()));
        } else {
            call.out().print(explanation.text(call.has("--all")));
        }
        return ExitCode.OK.number();
    }

    private static Explanation explanation(Call call) {
        String subject = call.one("RSC");
        String node = node(call.all("on NODE"));
        Explanations why = why(call);
        Optional<Explanation> found = node.isEmpty() ? why.resource(subject) : why.resource(subject, node);
        if (found.isPresent()) {
            return found.get();
        }
        if (node.isEmpty()) {
            Optional<Explanation> ofNode = why.node(subject);
            if (ofNode.isPresent()) {
                return ofNode.get();
            }
        }
        if (!node.isEmpty() && why.node(node).isEmpty()) {
            throw new BadInputException(
                    "",
                    "node '" + node + "' does not exist" + NearestWord.hint(node, why.nodes()),
                    "list the nodes: systole node show");
        }
        List<String> known = new ArrayList<>(why.resources());
        if (node.isEmpty()) {
            known.addAll(why.nodes());
        }
        throw new BadInputException(
                "",
                "resource '" + subject + "' does not exist" + NearestWord.hint(subject, known),
                "list the resources: systole resource status");
    }

    /** {@code on n2}, or {@code n2}. */
    private static String node(List<String> words) {
        List<String> rest = new ArrayList<>(words);
        if (rest.size() > 1 && rest.get(0).equals("on")) {
            rest.remove(0);
        }
        if (rest.size() > 1) {
            throw new UsageException(
                    "explain: '" + rest.get(1) + "' is one argument too many", "write: systole explain RSC on NODE");
        }
        if (rest.equals(List.of("on"))) {
            throw new UsageException("explain: a node is missing after 'on'", "write: systole explain RSC on NODE");
        }
        return rest.isEmpty() ? "" : rest.get(0);
    }

    private static Explanations why(Call call) {
        Instant now = date(call.option("--date", ""));
        String file = call.option("--xml-file");
        if (file != null) {
            return Scheduler.explain(whole(CibXml.read(file, FileBackend.read(Path.of(file)))), now)
                    .why();
        }
        try (Backend backend = call.session().backend()) {
            Element cib = whole(backend.cib());
            Scheduler.Explained explained =
                    backend.isLive() ? Scheduler.explainLive(cib, now) : Scheduler.explain(cib, now);
            return explained.why();
        }
    }

    private static Element whole(Element cib) {
        return cib.is("cib") ? cib : Element.of("cib", Map.of(), List.of(cib));
    }

    private static Instant date(String text) {
        if (text.isEmpty()) {
            return Instant.now();
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw new UsageException(
                    "'" + text + "' is no time: " + e.getMessage(), "write it as 2026-11-25T12:00:00Z");
        }
    }
}
