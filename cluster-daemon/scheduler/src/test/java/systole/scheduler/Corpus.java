package systole.scheduler;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import systole.formats.CibXml;
import systole.model.Element;

/** The conformance corpus: where it is, and which tests it has. */
public final class Corpus {
    /** One test. */
    public record Case(String name, Instant now) {}

    private final Path root;

    private Corpus(Path root) {
        this.root = root;
    }

    /** The corpus named by the system property {@code conformance.dir}; without it the test is skipped, loudly. */
    public static Corpus open() {
        String folder = System.getProperty("conformance.dir", System.getenv().getOrDefault("CONFORMANCE_DIR", ""));
        boolean there = !folder.isEmpty() && Files.isDirectory(Path.of(folder, "corpus", "xml"));
        if (!there) {
            System.err.println("SKIPPED: no conformance corpus; give -Dconformance.dir=FOLDER");
        }
        Assumptions.assumeTrue(there, "no conformance corpus; give -Dconformance.dir=FOLDER");
        return new Corpus(Path.of(folder, "corpus"));
    }

    public List<Case> cases() {
        String manifest = read(root.resolve("manifest.json"));
        Matcher test = Pattern.compile("\"name\"\\s*:\\s*\"([^\"]+)\"").matcher(manifest);
        Pattern epoch = Pattern.compile("\"now_epoch\"\\s*:\\s*(\\d+)");
        List<Integer> starts = new ArrayList<>();
        List<String> names = new ArrayList<>();
        while (test.find()) {
            starts.add(test.start());
            names.add(test.group(1));
        }
        List<Case> cases = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            int end = i + 1 < starts.size() ? starts.get(i + 1) : manifest.length();
            Matcher now = epoch.matcher(manifest).region(starts.get(i), end);
            if (!now.find()) {
                throw new IllegalStateException("no now_epoch for " + names.get(i));
            }
            cases.add(new Case(names.get(i), Instant.ofEpochSecond(Long.parseLong(now.group(1)))));
        }
        return cases;
    }

    public Element cib(Case test) {
        String name = "xml/" + test.name() + ".xml";
        return CibXml.read(name, read(root.resolve(name)));
    }

    public String summary(Case test) {
        return read(root.resolve("summary/" + test.name() + ".summary"));
    }

    public String scores(Case test) {
        return read(root.resolve("scores/" + test.name() + ".scores"));
    }

    /** Any file of the corpus by its path in it. */
    public String text(String path) {
        return read(root.resolve(path));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
