package systole.daemon.tool;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;
import systole.api.Answer;
import systole.scheduler.status.MonitorXml;

/** What {@code stonith_admin --history} prints: finished operations, the newest first. */
final class FenceHistory {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss XXX", Locale.ROOT);

    private FenceHistory() {}

    static String of(ToolCall call, boolean xml, Answer.Events events) {
        StringBuilder out = new StringBuilder();
        for (int i = events.events().size() - 1; i >= 0; i--) {
            Answer.Event event = events.events().get(i);
            Map<String, String> facts = event.facts();
            boolean succeeded = facts.getOrDefault("succeeded", "").equals("true");
            String when = Instant.ofEpochMilli(event.atMillis())
                    .atZone(ZoneId.systemDefault())
                    .format(TIME)
                    .replace(" Z", "Z");
            String action = facts.getOrDefault("action", "reboot");
            String target = facts.getOrDefault("target", "");
            String executor = facts.getOrDefault("executor", "");
            String origin = facts.getOrDefault("origin", "");
            int at = origin.lastIndexOf('@');
            String client = at < 0 ? origin : origin.substring(0, at);
            String asked = at < 0 ? origin : origin.substring(at + 1);
            if (xml) {
                out.append("  <fence_event action=\"").append(MonitorXml.escaped(action));
                out.append("\" target=\"").append(MonitorXml.escaped(target));
                out.append("\" client=\"").append(MonitorXml.escaped(client));
                out.append("\" origin=\"").append(MonitorXml.escaped(asked));
                out.append("\" status=\"").append(succeeded ? "success" : "failed");
                out.append("\" delegate=\"").append(MonitorXml.escaped(executor));
                out.append("\" completed=\"").append(when).append("\"/>\n");
            } else {
                out.append(executor)
                        .append(succeeded ? " was able to " : " was not able to ")
                        .append(action)
                        .append(" node ")
                        .append(target)
                        .append(" on behalf of ")
                        .append(client)
                        .append(" from ")
                        .append(asked)
                        .append(" at ")
                        .append(when)
                        .append('\n');
            }
        }
        if (!xml) {
            return out.toString();
        }
        String request = MonitorXml.escaped(call.name() + " " + String.join(" ", call.arguments()));
        return "<pacemaker-result api-version=\"2.25\" request=\"" + request + "\">\n" + out
                + "  <status code=\"0\" message=\"OK\"/>\n</pacemaker-result>\n";
    }
}
