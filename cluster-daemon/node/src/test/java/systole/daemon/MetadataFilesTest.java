package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.executor.AgentCatalog;
import systole.executor.MetadataXml;
import systole.model.Element;

class MetadataFilesTest {
    private static final String AGENT = "ocf:heartbeat:thing";
    private static final AgentCatalog.Version VERSION = new AgentCatalog.Version(Path.of("/agents/thing"), 1234, 99);

    @TempDir
    Path folder;

    private Element document;

    @BeforeEach
    void keepOne() {
        document = MetadataXml.element(AGENT, """
                <?xml version="1.0"?>
                <!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
                <resource-agent name="thing" version="1.0">
                <longdesc lang="en">Two lines,
                the second with &lt;signs&gt; &amp; "quotes".</longdesc>
                <parameters><parameter name="ip" unique="1"><content type="string" default=""/></parameter></parameters>
                <actions><action name="start" timeout="20s"/></actions>
                </resource-agent>
                """);
        MetadataFiles.open(folder).keep(AGENT, VERSION, document);
    }

    @Test
    void remembersAfterARestart() {
        Element found = MetadataFiles.open(folder).find(AGENT, VERSION).orElseThrow();

        assertThat(MetadataXml.of(AGENT, found)).isEqualTo(MetadataXml.of(AGENT, document));
    }

    @Test
    void knowsNothingOfAnotherVersionOfTheFile() {
        MetadataFiles files = MetadataFiles.open(folder);

        assertThat(files.find(AGENT, new AgentCatalog.Version(VERSION.program(), 1235, 99)))
                .isEmpty();
        assertThat(files.find(AGENT, new AgentCatalog.Version(VERSION.program(), 1234, 98)))
                .isEmpty();
        assertThat(files.find(AGENT, new AgentCatalog.Version(Path.of("/other/thing"), 1234, 99)))
                .isEmpty();
        assertThat(files.find("ocf:heartbeat:other", VERSION)).isEmpty();
    }

    @Test
    void takesADamagedFileForNone() throws IOException {
        Path file;
        try (var files = Files.list(folder)) {
            file = files.findFirst().orElseThrow();
        }
        String text = Files.readString(file);
        for (String damaged : new String[] {"", text.substring(0, text.length() / 2), "\0".repeat(text.length())}) {
            Files.writeString(file, damaged);

            assertThat(MetadataFiles.open(folder).find(AGENT, VERSION))
                    .as(damaged)
                    .isEmpty();
        }
    }
}
