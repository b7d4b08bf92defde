package systole.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.storage.StateLog.Opened;
import systole.storage.StateLog.Result;

class FileStateLogTest {
    @TempDir
    Path folder;

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static List<String> texts(List<byte[]> records) {
        return records.stream()
                .map(one -> new String(one, StandardCharsets.UTF_8))
                .toList();
    }

    static Result append(StateLog log, String... records) {
        var result = new CompletableFuture<Result>();
        log.append(Stream.of(records).map(FileStateLogTest::bytes).toList(), result::complete);
        return result.join();
    }

    static Result snapshot(StateLog log, String state) {
        var result = new CompletableFuture<Result>();
        log.snapshot(bytes(state), result::complete);
        return result.join();
    }

    private Opened open() {
        return FileStateLog.open(folder);
    }

    @Test
    void isEmptyInTheBeginning() {
        Opened opened = open();

        assertThat(opened.snapshot()).isEmpty();
        assertThat(opened.records()).isEmpty();
        assertThat(opened.damage()).isEmpty();
        opened.log().close();
    }

    @Test
    void findsEverythingAgainInOrder() {
        StateLog log = open().log();
        assertThat(append(log, "a", "b")).isEqualTo(new Result.Durable());
        assertThat(append(log, "c")).isEqualTo(new Result.Durable());
        log.close();

        Opened again = open();
        assertThat(texts(again.records())).containsExactly("a", "b", "c");
        assertThat(append(again.log(), "d")).isEqualTo(new Result.Durable());
        again.log().close();
        Opened third = open();
        assertThat(texts(third.records())).containsExactly("a", "b", "c", "d");
        third.log().close();
    }

    @Test
    void snapshotStandsForWhatWasBefore() {
        StateLog log = open().log();
        append(log, "a", "b");
        assertThat(snapshot(log, "ab")).isEqualTo(new Result.Durable());
        append(log, "c");
        log.close();

        Opened again = open();
        assertThat(again.snapshot())
                .hasValueSatisfying(state -> assertThat(state).isEqualTo(bytes("ab")));
        assertThat(texts(again.records())).containsExactly("c");
        assertThat(again.damage()).isEmpty();
        again.log().close();
    }

    @Test
    void keepsNoMoreThanTwoSnapshotsAndTheirLog() throws IOException {
        StateLog log = open().log();
        for (int i = 0; i < 10; i++) {
            append(log, "r" + i);
            snapshot(log, "s" + i);
        }
        log.close();

        assertThat(FoundState.files(folder, "snapshot-")).hasSize(2);
        assertThat(FoundState.files(folder, "log-")).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void takesTheOlderSnapshotAndTheLogWhenTheNewerIsDamaged() throws IOException {
        StateLog log = open().log();
        append(log, "a");
        snapshot(log, "A");
        append(log, "b");
        snapshot(log, "AB");
        append(log, "c");
        log.close();
        flip(FoundState.files(folder, "snapshot-").lastEntry().getValue(), 41);

        Opened again = open();

        assertThat(again.snapshot())
                .hasValueSatisfying(state -> assertThat(state).isEqualTo(bytes("A")));
        assertThat(texts(again.records())).containsExactly("b", "c");
        assertThat(again.damage()).hasSize(1);
        assertThat(again.durableDataLost()).as("the log had everything").isFalse();
        again.log().close();
    }

    @Test
    void saysThatDurableDataIsLostUntilTheStateWasTakenAnew() throws IOException {
        StateLog log = open().log();
        append(log, "first");
        append(log, "second");
        append(log, "third");
        log.close();
        flip(
                FoundState.files(folder, "log-").firstEntry().getValue(),
                LogSegment.HEADER + LogFrame.HEADER + 4 + 5 + 24);

        Opened again = open();
        assertThat(texts(again.records())).containsExactly("first");
        assertThat(again.durableDataLost()).isTrue();
        again.log().close();

        Opened third = open();
        assertThat(third.durableDataLost())
                .as("not forgotten by a second start")
                .isTrue();
        snapshot(third.log(), "from the peers");
        append(third.log(), "fourth");
        third.log().close();

        Opened fourth = open();
        assertThat(fourth.durableDataLost()).isFalse();
        assertThat(fourth.snapshot())
                .hasValueSatisfying(state -> assertThat(state).isEqualTo(bytes("from the peers")));
        assertThat(texts(fourth.records())).containsExactly("fourth");
        fourth.log().close();
    }

    @Test
    void noticesAMissingFileInTheMiddle() throws IOException {
        StateLog log = open().log();
        append(log, "a");
        snapshot(log, "A");
        append(log, "b");
        snapshot(log, "AB");
        append(log, "c");
        log.close();
        Files.delete(FoundState.files(folder, "snapshot-").lastEntry().getValue());
        Files.delete(FoundState.files(folder, "log-").firstEntry().getValue());

        Opened again = open();

        assertThat(again.durableDataLost()).isTrue();
        assertThat(again.records()).isEmpty();
        again.log().close();
    }

    @Test
    void answersEveryRequestOfACrowdInOrder() {
        StateLog log = open().log();
        List<CompletableFuture<Result>> answers = new ArrayList<>();
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            var answer = new CompletableFuture<Result>();
            answers.add(answer);
            expected.add("r" + i);
            log.append(List.of(bytes("r" + i)), answer::complete);
        }
        for (CompletableFuture<Result> answer : answers) {
            assertThat(answer.join()).isEqualTo(new Result.Durable());
        }
        log.close();

        Opened again = open();
        assertThat(texts(again.records())).isEqualTo(expected);
        again.log().close();
    }

    @Test
    void answersAfterTheEnd() {
        StateLog log = open().log();
        log.close();

        assertThat(append(log, "late")).isInstanceOf(Result.Failed.class);
    }

    @Test
    void refusesTheFormatOfALaterVersion() throws IOException {
        open().log().close();
        Path file = FoundState.files(folder, "log-").firstEntry().getValue();
        byte[] content = Files.readAllBytes(file);
        content[11] = 2;
        var header = java.nio.ByteBuffer.wrap(content);
        header.putInt(24, FileHeader.checksum(header, 24));
        Files.write(file, content);

        assertThatThrownBy(this::open).isInstanceOf(StorageException.class).hasMessageContaining("format version 2");
    }

    static void flip(Path file, int at) throws IOException {
        byte[] content = Files.readAllBytes(file);
        content[at] ^= 0x10;
        Files.write(file, content);
    }

    @Test
    void ringSequenceSurvivesAndItsDamageIsSaid() throws IOException {
        Path file = folder.resolve("ring");
        var ring = new RingSequenceFile(file);
        assertThat(ring.load()).isZero();
        ring.store(48);
        assertThat(new RingSequenceFile(file).load()).isEqualTo(48);

        flip(file, 20);

        assertThatThrownBy(ring::load).isInstanceOf(StorageException.class).hasMessageContaining("is damaged");
    }
}
