package systole.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import systole.formats.AgentCatalog;

/**
 * Parameters of the common agents as this program was built with them, for machines where the agents are not installed:
 * one agent a line, {@code class:provider:type parameter…}, with {@code *} after a required and {@code !} after a unique
 * parameter.
 */
final class AgentStock implements AgentCatalog {
    private final Map<String, String> lines;

    private AgentStock(Map<String, String> lines) {
        this.lines = lines;
    }

    static AgentStock load() {
        Map<String, String> lines = new LinkedHashMap<>();
        try (InputStream in = AgentStock.class.getResourceAsStream("agents.txt")) {
            if (in == null) {
                throw new IllegalStateException("agents.txt is missing from the program's jar");
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isEmpty() && line.charAt(0) != '#') {
                    int blank = line.indexOf(' ');
                    lines.put(blank < 0 ? line : line.substring(0, blank), blank < 0 ? "" : line.substring(blank + 1));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("reading agents.txt from the program's jar", e);
        }
        return new AgentStock(lines);
    }

    @Override
    public List<String> providers(String type) {
        List<String> found = new ArrayList<>();
        for (String name : lines.keySet()) {
            if (name.startsWith("ocf:") && name.endsWith(":" + type)) {
                found.add(name.substring(4, name.length() - type.length() - 1));
            }
        }
        return found;
    }

    @Override
    public boolean knowsProvider(String agentClass, String provider) {
        String prefix = agentClass + ":" + (provider.isEmpty() ? "" : provider + ":");
        return lines.keySet().stream().anyMatch(name -> name.startsWith(prefix));
    }

    @Override
    public Optional<Agent> describe(String agentClass, String provider, String type) {
        String line = lines.get(agentClass + ":" + (provider.isEmpty() ? "" : provider + ":") + type);
        if (line == null) {
            return Optional.empty();
        }
        List<Parameter> parameters = new ArrayList<>();
        for (String word : line.isBlank() ? new String[0] : line.strip().split(" +")) {
            boolean unique = word.endsWith("!");
            String rest = unique ? word.substring(0, word.length() - 1) : word;
            boolean required = rest.endsWith("*");
            parameters.add(new Parameter(required ? rest.substring(0, rest.length() - 1) : rest, required, unique));
        }
        return Optional.of(new Agent(parameters));
    }

    @Override
    public List<String> names() {
        return new ArrayList<>(lines.keySet());
    }
}
