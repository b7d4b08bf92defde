package systole.pill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SelfFencingTest {
    @Test
    void theFileOfSbdIsRead() {
        SelfFencing read = SelfFencing.read("sbd", """
                # a comment
                SBD_DEVICE="/dev/a;/dev/b;/dev/c"
                SBD_WATCHDOG_DEV=/dev/watchdog0
                SBD_WATCHDOG_TIMEOUT=15
                SBD_STARTMODE=clean
                SBD_PACEMAKER=yes
                SBD_TIMEOUT_ACTION=flush,off
                """);

        assertThat(read.devices()).containsExactly("/dev/a", "/dev/b", "/dev/c");
        assertThat(read.watchdogDevice()).isEqualTo("/dev/watchdog0");
        assertThat(read.watchdogMillis()).isEqualTo(15_000);
        assertThat(read.cleanStart()).isTrue();
        assertThat(read.panic()).isEqualTo("off");
        assertThat(read.notes()).singleElement().asString().contains("sbd:6").contains("SBD_PACEMAKER");
    }

    @Test
    void anEmptyFileIsAWatchdogAlone() {
        assertThat(SelfFencing.read("sbd", ""))
                .isEqualTo(
                        new SelfFencing(java.util.List.of(), "/dev/watchdog", 5_000, "", false, java.util.List.of()));
    }

    @Test
    void whatIsWrongIsRefusedWithItsLine() {
        assertThatThrownBy(() -> SelfFencing.read("sbd", "SBD_DEVICES=/dev/a"))
                .hasMessageContaining("sbd:1")
                .hasMessageContaining("did you mean 'SBD_DEVICE'");
        assertThatThrownBy(() -> SelfFencing.read("sbd", "SBD_DEVICE=/dev/a;/dev/b"))
                .hasMessageContaining("2 pill disks");
        assertThatThrownBy(() -> SelfFencing.read("sbd", "\nSBD_WATCHDOG_TIMEOUT=soon"))
                .hasMessageContaining("sbd:2");
        assertThatThrownBy(() -> SelfFencing.read("sbd", "SYSTOLE_PANIC=rebot"))
                .hasMessageContaining("did you mean 'reboot'");
    }

    @Test
    void timesThatDoNotFitAreNamed() {
        PillTimes good = PillTimes.ofWatchdog(5_000);
        assertThat(good.doubts(1_500, 60_000, 10_000, 1)).isEmpty();
        assertThat(good.watchdogFencingMillis()).isEqualTo(10_000);
        assertThat(new PillTimes(5_000, 1_000, 2_000, 8_000).doubts(0, 0, 0, 1))
                .singleElement()
                .asString()
                .contains("msgwait");
        assertThat(good.doubts(4_000, 0, 0, 0)).singleElement().asString().contains("token");
        assertThat(good.doubts(0, 11_000, 0, 1)).singleElement().asString().contains("fencing-timeout");
        assertThat(good.doubts(0, 0, 8_000, 0)).singleElement().asString().contains("fencing-watchdog-timeout");
    }
}
