package systole.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.api.Request;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;
import systole.scheduler.status.StatusParts;

/** Level {@code site}: tickets, which bind resources to one of several clusters. */
final class SiteVerbs {
    private static final List<String> DEEDS = List.of("grant", "revoke", "standby", "activate", "show");

    private SiteVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("ticket", "Give or take a ticket, or show it.")
                .one("grant|revoke|standby|activate|show", Verb.Kind.WORD, "what to do")
                .maybe("TICKET", Verb.Kind.WORD, "which; show without it lists all")
                .example("systole site ticket grant east")
                .does(SiteVerbs::ticket));
        return new Level("site", List.of(), "Tickets of a site.", verbs);
    }

    private static int ticket(Call call) {
        String deed = call.one("grant|revoke|standby|activate|show");
        if (!DEEDS.contains(deed)) {
            throw new UsageException(
                    "'" + deed + "' cannot be done with a ticket" + NearestWord.hint(deed, DEEDS),
                    "write one of: " + String.join(", ", DEEDS));
        }
        try (Backend backend = call.session().directly()) {
            Map<String, Map<String, String>> tickets = StatusParts.ticketStates(backend.cib());
            if (deed.equals("show")) {
                return show(call, tickets);
            }
            String name = call.one("TICKET");
            Request request = switch (deed) {
                case "grant" -> new Request.SetTicket(name, Map.of("granted", "true"), List.of());
                case "revoke" -> new Request.SetTicket(name, Map.of("granted", "false"), List.of());
                case "standby" -> new Request.SetTicket(name, Map.of("standby", "true"), List.of());
                default -> new Request.SetTicket(name, Map.of("standby", "false"), List.of());
            };
            backend.ask(request);
            if (call.session().await()) {
                backend.settle();
            }
        }
        return ExitCode.OK.number();
    }

    private static int show(Call call, Map<String, Map<String, String>> tickets) {
        String name = call.one("TICKET", "");
        if (!name.isEmpty() && !tickets.containsKey(name)) {
            throw new BadInputException(
                    "",
                    "nothing is known of ticket '" + name + "'" + NearestWord.hint(name, tickets.keySet()),
                    "list the tickets: systole site ticket show");
        }
        Map<String, Map<String, String>> shown = new LinkedHashMap<>(tickets);
        if (!name.isEmpty()) {
            shown.keySet().retainAll(List.of(name));
        }
        if (call.session().json()) {
            call.out().println(Output.of(shown));
        } else {
            shown.forEach((ticket, attributes) -> {
                StringBuilder line = new StringBuilder(ticket);
                attributes.forEach(
                        (key, value) -> line.append(' ').append(key).append('=').append(value));
                call.out().println(line);
            });
        }
        return ExitCode.OK.number();
    }
}
