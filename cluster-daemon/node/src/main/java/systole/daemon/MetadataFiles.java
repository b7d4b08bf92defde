package systole.daemon;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.executor.AgentCatalog;
import systole.formats.CibXml;
import systole.kernel.ClusterException;
import systole.model.Element;

/**
 * Meta-data that agents gave, one file each, so that a start does not ask every agent again before its first probe. Only
 * ever a shortcut: what cannot be read, or belongs to another version of the agent's file, is as good as missing.
 *
 * <p>The files are read once, when the daemon starts; {@link #find} touches no disk.
 */
final class MetadataFiles implements AgentCatalog.Memory {
    private static final Logger LOG = LoggerFactory.getLogger("systole.agents");
    private static final String ENDING = ".xml";
    private static final long MOST_BYTES = 1 << 20;

    private final Path folder;
    private final Map<String, String> texts = new ConcurrentHashMap<>();

    private MetadataFiles(Path folder) {
        this.folder = folder;
    }

    static MetadataFiles open(Path folder) {
        MetadataFiles opened = new MetadataFiles(folder);
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*" + ENDING)) {
            for (Path file : files) {
                if (Files.size(file) <= MOST_BYTES) {
                    opened.texts.put(String.valueOf(file.getFileName()), Files.readString(file));
                }
            }
        } catch (IOException e) {
            LOG.warn("kept meta-data in {} cannot be read ({}): agents are asked again", folder, e.toString());
        }
        return opened;
    }

    @Override
    public Optional<Element> find(String agent, AgentCatalog.Version version) {
        String text = texts.get(fileName(agent));
        if (text == null) {
            return Optional.empty();
        }
        try {
            Element kept = CibXml.read(fileName(agent), text);
            return kept.attributes().equals(marks(version)) && kept.children().size() == 1
                    ? Optional.of(kept.children().get(0))
                    : Optional.empty();
        } catch (ClusterException e) {
            LOG.info("kept meta-data of {} is damaged, the agent is asked again: {}", agent, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public void keep(String agent, AgentCatalog.Version version, Element document) {
        String text = CibXml.write(Element.of("kept", marks(version), List.of(document), "", 0));
        Path file = folder.resolve(fileName(agent));
        Path written = folder.resolve(fileName(agent) + ".new");
        try {
            Files.writeString(written, text);
            Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            texts.put(fileName(agent), text);
        } catch (IOException e) {
            LOG.info("meta-data of {} cannot be kept: {}", agent, e.toString());
        }
    }

    private static Map<String, String> marks(AgentCatalog.Version version) {
        return new TreeMap<>(Map.of(
                "program", version.program().toString(),
                "modified", String.valueOf(version.modifiedMillis()),
                "size", String.valueOf(version.size())));
    }

    private static String fileName(String agent) {
        return agent.replace('/', '_') + ENDING;
    }
}
