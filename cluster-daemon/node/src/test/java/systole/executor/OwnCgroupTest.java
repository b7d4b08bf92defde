package systole.executor;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class OwnCgroupTest {
    private static final String UNIFIED =
            "30 23 0:26 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
    private static final String HYBRID = "30 22 0:27 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n"
            + "31 30 0:28 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n"
            + "40 30 0:37 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";

    @Test
    void aUnitOfSystemdLiesBelowTheMount() {
        assertThat(OwnCgroup.folder("0::/system.slice/systoled.service\n", UNIFIED))
                .contains(Path.of("/sys/fs/cgroup/system.slice/systoled.service"));
    }

    @Test
    void inAHybridTreeOnlyVersionTwoCounts() {
        assertThat(OwnCgroup.folder("9:name=systemd:/x\n4:memory:/y\n0::/\n", HYBRID))
                .contains(Path.of("/sys/fs/cgroup/unified"));
    }

    @Test
    void aMountOfAPartShowsWhatIsBelowThatPart() {
        String part = "99 1 0:26 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
        assertThat(OwnCgroup.folder("0::/docker/abc/node\n", part)).contains(Path.of("/sys/fs/cgroup/node"));
        assertThat(OwnCgroup.folder("0::/docker/abc\n", part)).contains(Path.of("/sys/fs/cgroup"));
        assertThat(OwnCgroup.folder("0::/docker/abcdef\n", part)).isEmpty();
    }

    @Test
    void aBlankInTheMountPointIsRead() {
        assertThat(OwnCgroup.folder("0::/a\n", "40 30 0:37 / /mnt/my\\040groups rw - cgroup2 cgroup2 rw\n"))
                .contains(Path.of("/mnt/my groups/a"));
    }

    @Test
    void aGroupOutsideOfTheNameSpaceOrNoVersionTwoIsNone() {
        assertThat(OwnCgroup.folder("0::/../../other\n", UNIFIED)).isEmpty();
        assertThat(OwnCgroup.folder("4:memory:/y\n", UNIFIED)).isEmpty();
        assertThat(OwnCgroup.folder("0::/\n", "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"))
                .isEmpty();
        assertThat(OwnCgroup.folder("", "")).isEmpty();
    }
}
