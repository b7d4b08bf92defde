package systole.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.kernel.BadInputException;

class KeyFileTest {
    @TempDir
    Path folder;

    @Test
    void makesAKeyThatOnlyItsOwnerMayRead() throws IOException {
        Path file = folder.resolve("etc/authkey");

        KeyFile.make(file);

        assertThat(Files.readAllBytes(file)).hasSize(32);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
    }

    @Test
    void makesAnotherOneEachTime() throws IOException {
        KeyFile.make(folder.resolve("one"));
        KeyFile.make(folder.resolve("two"));

        assertThat(Files.readAllBytes(folder.resolve("one"))).isNotEqualTo(Files.readAllBytes(folder.resolve("two")));
    }

    @Test
    void neverReplacesAKeyThatIsInUse() throws IOException {
        Path file = folder.resolve("authkey");
        Files.writeString(file, "precious");

        assertThatThrownBy(() -> KeyFile.make(file))
                .isInstanceOfSatisfying(
                        BadInputException.class,
                        refusal -> assertThat(refusal.remedy()).contains("keep it"));
        assertThat(file).hasContent("precious");
    }
}
