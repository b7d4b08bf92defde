package systole.daemon.tool;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import systole.kernel.BadInputException;

/**
 * Commands of agents as lines of JSON on the daemon's socket: {@code {"do":"tool","name":…,"arguments":[…],
 * "environment":{…}}} and {@code {"ok":true,"is":"tool","code":…,"out":…,"err":…}}.
 */
public final class ToolLine {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String BEGINNING = "{\"do\":\"tool\",";

    private ToolLine() {}

    /** The thin client writes this beginning and no other, so that nothing need be parsed twice. */
    public static boolean isToolCall(String line) {
        return line.startsWith(BEGINNING);
    }

    /** @throws BadInputException if the line is no call */
    public static ToolCall read(String line) {
        try {
            JsonNode root = JSON.readTree(line);
            List<String> arguments = new ArrayList<>();
            root.path("arguments").forEach(argument -> arguments.add(argument.asText()));
            Map<String, String> environment = new TreeMap<>();
            root.path("environment")
                    .properties()
                    .forEach(entry ->
                            environment.put(entry.getKey(), entry.getValue().asText()));
            return new ToolCall(root.path("name").asText(), arguments, environment);
        } catch (JsonProcessingException e) {
            throw new BadInputException("request", "the line is no JSON", "use the tools in libexec/compat");
        }
    }

    public static String write(ToolStep.Say said) {
        ObjectNode root = JSON.createObjectNode();
        root.put("ok", true);
        root.put("is", "tool");
        root.put("code", said.code());
        root.put("out", said.out());
        root.put("err", said.err());
        return root.toString();
    }
}
