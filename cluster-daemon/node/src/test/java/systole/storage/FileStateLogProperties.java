package systole.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import systole.storage.StateLog.Opened;

/** Wherever a file is cut or a bit turns: what comes back is a prefix of what was written, and a loss is said. */
class FileStateLogProperties {
    private record Written(Path folder, Path log, List<String> records) {}

    private static Written write(List<Integer> sizes) throws IOException {
        Path folder = Files.createTempDirectory("state-log");
        StateLog log = FileStateLog.open(folder).log();
        List<String> records = new ArrayList<>();
        for (int size : sizes) {
            String record = "x".repeat(size) + records.size();
            records.add(record);
            FileStateLogTest.append(log, record);
        }
        log.close();
        return new Written(folder, FoundState.files(folder, "log-").firstEntry().getValue(), records);
    }

    private static int used(Path log) throws IOException {
        return (int) LogSegment.read(log).end();
    }

    @Property(tries = 150)
    void aBitThatTurnedAnywhereIsFound(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 40) Integer> sizes,
            @ForAll @IntRange(max = 1_000_000) int where,
            @ForAll @IntRange(max = 7) int bit)
            throws IOException {
        Written written = write(sizes);
        byte[] content = Files.readAllBytes(written.log());
        content[where % used(written.log())] ^= (byte) (1 << bit);
        Files.write(written.log(), content);

        try {
            Opened again = FileStateLog.open(written.folder());
            List<String> found = FileStateLogTest.texts(again.records());
            assertThat(found).isEqualTo(written.records().subList(0, found.size()));
            assertThat(again.damage().isEmpty())
                    .isEqualTo(found.size() == written.records().size());
            boolean somethingWasBehind = found.size() < written.records().size() - 1;
            assertThat(again.durableDataLost())
                    .as("%s", again.damage())
                    .isEqualTo(somethingWasBehind || headerWasHit(again));
            FileStateLogTest.append(again.log(), "more");
            again.log().close();
            Opened third = FileStateLog.open(written.folder());
            List<String> expected = new ArrayList<>(found);
            expected.add("more");
            assertThat(FileStateLogTest.texts(third.records())).isEqualTo(expected);
            third.log().close();
        } finally {
            delete(written.folder());
        }
    }

    private static boolean headerWasHit(Opened opened) {
        return opened.damage().stream().anyMatch(one -> one.offset() == 0);
    }

    @Property(tries = 150)
    void aFileCutAnywhereKeepsItsWholeCommits(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 40) Integer> sizes,
            @ForAll @IntRange(max = 1_000_000) int where)
            throws IOException {
        Written written = write(sizes);
        int length = LogSegment.HEADER + where % (used(written.log()) - LogSegment.HEADER);
        Files.write(written.log(), Arrays.copyOf(Files.readAllBytes(written.log()), length));

        try {
            Opened again = FileStateLog.open(written.folder());
            List<String> found = FileStateLogTest.texts(again.records());
            assertThat(found).isEqualTo(written.records().subList(0, found.size()));
            assertThat(again.durableDataLost()).as("a cut tail accuses nobody").isFalse();
            again.log().close();
        } finally {
            delete(written.folder());
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }
}
