package systole.daemon.tool;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CrmLanguage;
import systole.model.Element;
import systole.scheduler.status.NodeLines;
import systole.scheduler.status.StatusParts;
import systole.scheduler.status.StatusReport;

/**
 * Plain reads of {@code systole} itself, printed by the daemon so that they need no JVM of their own: {@code status} with full
 * words, {@code resource status}, {@code node show}, {@code configure show}. The texts come from the same classes that the command
 * line uses.
 *
 * <p>Whatever is not exactly one of these, or cannot be answered, is declined with {@link #DECLINED} and without a word:
 * the start script then asks the command line proper, which knows all options and says what is wrong.
 */
final class PlainReads {
    static final int DECLINED = 125;

    private PlainReads() {}

    static ToolStep begin(ToolCall call) {
        Optional<ZoneId> zone = CallerZone.of(call.variable("TZ"));
        if (zone.isEmpty() || call.arguments().isEmpty()) {
            return declined();
        }
        List<String> words = call.arguments().subList(1, call.arguments().size());
        String command = call.arguments().get(0);
        if ((command.equals("status") || command.equals("st")) && StatusParts.WORDS.containsAll(words)) {
            return new ToolStep.Ask(
                    new Request.Status(),
                    answer -> answer instanceof Answer.Status status
                            ? ToolStep.out(StatusReport.of(status.cib(), status.facts(), Instant.now(), zone.get())
                                    .printed(status.warnings(), words))
                            : declined());
        }
        if (words.size() != 1) {
            return declined();
        }
        return switch (command + " " + words.get(0)) {
            case "resource status", "resource show", "resource list" ->
                reading(cib -> StatusReport.of(cib, Map.of(), Instant.now(), zone.get())
                        .resourceList());
            case "node show", "node list", "node status" -> reading(cib -> NodeLines.all(configuration(cib)));
            case "configure show" -> reading(cib -> CrmLanguage.show(configuration(cib), CrmLanguage.Style.DISPLAY));
            default -> declined();
        };
    }

    private static ToolStep reading(Function<Element, String> printer) {
        return new ToolStep.Ask(
                new Request.ReadCib(),
                answer -> answer instanceof Answer.Cib found ? ToolStep.out(printer.apply(found.cib())) : declined());
    }

    private static Element configuration(Element cib) {
        return cib.is("configuration") ? cib : cib.child("configuration").orElse(CrmLanguage.EMPTY);
    }

    private static ToolStep.Say declined() {
        return new ToolStep.Say(DECLINED, "", "");
    }
}
