package systole.pill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PillDiskTest {
    private final MemoryBlocks blocks = new MemoryBlocks();
    private final PillDisk disk = new PillDisk(blocks);

    @BeforeEach
    void create() {
        disk.create(new PillHeader("ab12", 4, PillTimes.ofWatchdog(7_000)));
    }

    @Test
    void headerAndSlotsComeBackAsWritten() {
        assertThat(disk.header()).isEqualTo(new PillHeader("ab12", 4, new PillTimes(7_000, 1_000, 2_000, 14_000)));
        assertThat(disk.slots()).hasSize(4).allMatch(PillSlot::isFree);
        assertThat(disk.claim("alpha")).isZero();
        assertThat(disk.claim("beta")).isEqualTo(1);
        assertThat(disk.claim("alpha")).isZero();
        assertThat(disk.slotOf("beta")).hasValue(1);
        assertThat(disk.slotOf("gamma")).isEmpty();
    }

    @Test
    void aMessageReachesItsNodeAlone() {
        disk.claim("alpha");
        disk.claim("beta");
        disk.listen(0, "alpha", "boot1");
        disk.listen(1, "beta", "boot2");

        disk.send("beta", PillCommand.RESET, "alpha");

        assertThat(disk.slot(0).command()).isEqualTo(PillCommand.CLEAR);
        assertThat(disk.slot(1)).isEqualTo(new PillSlot("beta", "boot2", PillCommand.RESET, "alpha", 3));
    }

    @Test
    void aPillIsForOneLifeOfTheMachineAndSurvivesARestartOfTheDaemon() {
        int slot = disk.claim("beta");
        disk.listen(slot, "beta", "boot1");
        disk.send("beta", PillCommand.OFF, "alpha");

        assertThat(disk.listen(slot, "beta", "boot1").command()).isEqualTo(PillCommand.OFF);
        assertThat(disk.listen(slot, "beta", "boot2").command()).isEqualTo(PillCommand.CLEAR);
    }

    @Test
    void aDamagedSlotFailsItsReaderAndNoOther() {
        disk.claim("alpha");
        disk.claim("beta");
        byte[] torn = Objects.requireNonNull(blocks.content.get(1));
        torn[100] ^= 1;

        assertThatThrownBy(() -> disk.slot(0)).isInstanceOf(PillException.class).hasMessageContaining("checksum");
        disk.send("beta", PillCommand.RESET, "gamma");
        assertThat(disk.slot(1).command()).isEqualTo(PillCommand.RESET);
        assertThat(disk.claim("gamma")).as("a damaged slot is not free").isEqualTo(2);
    }

    @Test
    void whatIsNoPillDiskIsRefused() {
        blocks.content.put(0, new byte[Blocks.SIZE]);

        assertThatThrownBy(disk::header).hasMessageContaining("is no pill disk");
        assertThat(disk.isPillDisk()).isFalse();
    }

    @Test
    void aSlotCanBeReleasedAndTakenAgainAndAFullDiskSaysSo() {
        for (String node : new String[] {"a", "b", "c", "d"}) {
            disk.claim(node);
        }
        assertThatThrownBy(() -> disk.claim("e")).hasMessageContaining("no free slot");
        assertThat(disk.release("b")).isTrue();
        assertThat(disk.release("b")).isFalse();
        assertThat(disk.claim("e")).isEqualTo(1);
    }

    @Test
    void noMessageIsSaidToBeWrittenThatIsNotThere() {
        disk.claim("alpha");
        PillDisk forgetful = new PillDisk(new Blocks() {
            @Override
            public String name() {
                return "forgetful";
            }

            @Override
            public byte[] read(int block) {
                return blocks.read(block);
            }

            @Override
            public void write(int block, byte[] content) {}
        });

        assertThatThrownBy(() -> forgetful.send("alpha", PillCommand.RESET, "beta"))
                .isInstanceOf(PillException.class)
                .hasMessageContaining("not there after it was written");
    }

    @Test
    void newTimesLeaveTheSlots() {
        disk.claim("alpha");
        disk.retime(PillTimes.ofWatchdog(30_000));

        assertThat(disk.header().times().msgwaitMillis()).isEqualTo(60_000);
        assertThat(disk.slotOf("alpha")).hasValue(0);
    }
}
