package systole.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the {@code README.md} of an example promises, as its tables say it.
 *
 * <p>{@code Nodes: 3} says how many machines there are; {@code Client: http://ADDRESS:PORT/} what the client asks. A line
 * {@code Configuration: `x.crm`} begins a story; the table under it with the heading {@code step} tells it: each row a step,
 * and where each resource of the heading runs once that has settled. A cell names nodes, {@code *} behind one that is
 * promoted; {@code -} is nowhere. In a column {@code lost} 0 says that no request of the client may be lost in that step.
 *
 * <p>{@code Networks: 3} gives the machines more than one; the clients have the first, the interconnect the others.
 * {@code Shared disk} at the beginning of a line gives them one, see {@link SharedDisk}.
 */
record TopologyStory(
        String name,
        Path configuration,
        int nodes,
        int networks,
        boolean sharedDisk,
        String quorum,
        String client,
        List<Row> rows) {
    private static final Pattern NODES = Pattern.compile("Nodes: (\\d+)");
    private static final Pattern NETWORKS = Pattern.compile("Networks: (\\d+)");
    private static final Pattern CLIENT = Pattern.compile("Client: `http://([0-9.]+:[0-9]+)/`");
    private static final Pattern CONFIGURATION = Pattern.compile("Configuration: .*?`([a-z0-9-]+\\.crm)`.*");

    /** One step, and where everything runs after it: resource to the words of its cell. */
    record Row(String step, Map<String, String> places, String lost) {}

    /** All stories of one example's folder, in the order of its page. */
    static List<TopologyStory> read(Path folder) {
        List<String> lines;
        try {
            lines = Files.readAllLines(folder.resolve("README.md"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int nodes = Integer.parseInt(only(NODES, lines, folder));
        String client = only(CLIENT, lines, folder);
        int networks = lines.stream().anyMatch(line -> NETWORKS.matcher(line).find())
                ? Integer.parseInt(only(NETWORKS, lines, folder))
                : 1;
        boolean sharedDisk = lines.stream().anyMatch(line -> line.startsWith("Shared disk"));
        List<TopologyStory> stories = new ArrayList<>();
        String file = "";
        List<String> heading = List.of();
        for (String line : lines) {
            Matcher configuration = CONFIGURATION.matcher(line);
            if (configuration.matches()) {
                file = configuration.group(1);
            }
            List<String> cells = cells(line);
            if (cells.isEmpty()) {
                heading = List.of();
            } else if (cells.get(0).equals("step")) {
                heading = cells;
                String name = folder.getFileName() + "/" + file;
                stories.add(new TopologyStory(
                        name,
                        folder.resolve(file),
                        nodes,
                        networks,
                        sharedDisk,
                        quorum(folder),
                        client,
                        new ArrayList<>()));
            } else if (!heading.isEmpty() && !cells.get(0).startsWith("---")) {
                if (cells.size() != heading.size()) {
                    throw new IllegalArgumentException(folder + "/README.md: a row of another width: " + line);
                }
                Map<String, String> places = new LinkedHashMap<>();
                for (int i = 1; i < cells.size(); i++) {
                    places.put(heading.get(i), cells.get(i));
                }
                String lost = places.getOrDefault("lost", "");
                places.remove("lost");
                stories.get(stories.size() - 1).rows.add(new Row(cells.get(0).replace("`", ""), places, lost));
            }
        }
        if (stories.isEmpty() || stories.stream().anyMatch(story -> story.rows.isEmpty())) {
            throw new IllegalArgumentException(folder + "/README.md tells no story");
        }
        return stories;
    }

    /** All examples that tell a story, by name. */
    static List<TopologyStory> all(Path examples) {
        try (Stream<Path> folders = Files.list(examples)) {
            return folders.filter(folder -> Files.exists(folder.resolve("README.md")))
                    .sorted()
                    .flatMap(folder -> read(folder).stream())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether a third machine votes. */
    boolean hasWitness() {
        return quorum().contains("device {");
    }

    /** Whether its nodes are fenced by a pill on the shared disk. */
    boolean hasPill() {
        try {
            return Files.readString(configuration).contains("stonith:fence_poison");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** The lines inside {@code quorum} of the example's {@code cluster.conf}; none where it has no such file. */
    private static String quorum(Path folder) {
        Path conf = folder.resolve("cluster.conf");
        if (!Files.exists(conf)) {
            return "";
        }
        try {
            String text = Files.readString(conf);
            int from = text.indexOf("quorum {") + "quorum {".length();
            int depth = 1;
            int to = from;
            while (depth > 0) {
                depth += text.charAt(to) == '{' ? 1 : text.charAt(to) == '}' ? -1 : 0;
                to++;
            }
            return text.substring(from, to - 1)
                    .replace("provider: corosync_votequorum", "")
                    .strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> cells(String line) {
        if (!line.startsWith("|")) {
            return List.of();
        }
        return Stream.of(line.substring(1).split("\\|")).map(String::strip).toList();
    }

    private static String only(Pattern pattern, List<String> lines, Path folder) {
        List<String> found = lines.stream()
                .map(pattern::matcher)
                .filter(Matcher::find)
                .map(matcher -> matcher.group(1))
                .toList();
        if (found.size() != 1) {
            throw new IllegalArgumentException(
                    folder + "/README.md must have one line like " + pattern + ", and has " + found.size());
        }
        return found.get(0);
    }
}
