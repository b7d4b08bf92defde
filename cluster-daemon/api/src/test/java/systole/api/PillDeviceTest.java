package systole.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import systole.pill.Blocks;

class PillDeviceTest {
    @Test
    void aBufferThatHappensToBeAlignedIsStillOneBlock() {
        ByteBuffer aligned = ByteBuffer.allocateDirect(3 * Blocks.SIZE)
                .alignedSlice(Blocks.SIZE)
                .slice(0, 2 * Blocks.SIZE);
        ByteBuffer skewed = ByteBuffer.allocateDirect(4 * Blocks.SIZE)
                .alignedSlice(Blocks.SIZE)
                .slice(16, 2 * Blocks.SIZE);

        assertThat(PillDevice.oneBlock(aligned).capacity()).isEqualTo(Blocks.SIZE);
        assertThat(PillDevice.oneBlock(skewed).capacity()).isEqualTo(Blocks.SIZE);
        assertThat(PillDevice.oneBlock(skewed).alignmentOffset(0, Blocks.SIZE)).isZero();
    }

    @Test
    void whatIsWrittenIntoOneBlockIsReadThereAndNowhereElse(@TempDir Path folder) throws IOException {
        Path disk = Files.write(folder.resolve("disk"), new byte[4 * Blocks.SIZE]);
        byte[] content = new byte[Blocks.SIZE];
        Arrays.fill(content, (byte) 7);
        try (PillDevice device = PillDevice.open(disk)) {
            device.write(2, content);

            assertThat(device.read(2)).isEqualTo(content);
            assertThat(device.read(1)).containsOnly(0);
            assertThat(device.read(3)).containsOnly(0);
        }
    }
}
