package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Plain reads are printed by the daemon, others by a JVM of their own: nobody can tell which from what is printed. */
@ExtendWith(NeedsLab.class)
class PlainReadsIT extends ThreeMachines {
    private static final String BY_JVM = "SYSTOLE_JAVA_OPTS=-Dplain=no ";
    private static final String NO_JVM = "JDK_JAVA_OPTIONS=-no-such-option ";
    private static final List<String> COMMANDS = List.of(
            "status",
            "st",
            "status full",
            "status bynode failcounts",
            "status ops timing",
            "status brief tickets",
            "status noheaders",
            "status simple",
            "status nonsense",
            "status --output text",
            "resource status",
            "resource show svc",
            "node show",
            "node show n2",
            "node show n9",
            "configure show",
            "configure show svc");

    @Test
    void bothWaysPrintTheSameForEverybodyAndEndWithTheSameCode() {
        cluster.startWithService();
        lab.must("n1", "configure", "primitive", "secret", "ocf:pacemaker:Dummy", "params", "passwd=hush");
        lab.must("n1", "node", "attribute", "n2", "set", "rack", "7");
        lab.must("n1", "site", "ticket", "grant", "east");
        lab.must("n1", "configure", "role", "resources", "read", "xpath:/cib/configuration/resources");
        lab.must("n1", "configure", "acl_target", "nobody", "resources");
        lab.must("n1", "configure", "property", "enable-acl=true");
        cluster.awaitSettled("n1");
        for (String command : COMMANDS) {
            assertThat(said("", "", command)).as(command).isEqualTo(said("", BY_JVM, command));
        }
        for (String command : List.of("status", "status full", "node show", "configure show", "resource status")) {
            assertThat(said("", NO_JVM, command))
                    .as("nothing but the daemon is needed for " + command)
                    .startsWith("0\n");
        }
        assertThat(said("", NO_JVM, "node show n2")).doesNotStartWith("0\n");
        for (String zone : List.of("TZ=Asia/Tokyo", "TZ=:Europe/Berlin", "TZ=nowhere")) {
            assertThat(said("", zone, "status full")).as(zone).isEqualTo(said("", BY_JVM + zone, "status full"));
        }
        String nobody = "setpriv --reuid=nobody --regid=nogroup --clear-groups ";
        for (String command : List.of("status", "configure show", "node show")) {
            assertThat(said(nobody, "", command)).as("nobody: " + command).isEqualTo(said(nobody, BY_JVM, command));
        }
        assertThat(said("", "", "status full")).contains("svc", "Tickets:", "east");
        assertThat(said("", "", "configure show")).contains("passwd").doesNotContain("hush");
        String nowhere = "--root " + lab.folder().resolve("nowhere") + " status";
        assertThat(said("", "", nowhere)).startsWith("69\n").isEqualTo(said("", BY_JVM, nowhere));
    }

    /** Exit code, and what is printed and said, without the clock. Environment and words before it are texts of a shell. */
    private String said(String before, String environment, String command) {
        List<String> words = new ArrayList<>(List.of("sh", "-c"));
        words.add(before + "env " + environment + " " + Checkout.TREE.resolve("bin/systole") + " --root "
                + lab.root("n1") + " " + command);
        var ran = lab.exec("n1", words.toArray(String[]::new));
        return ran.exit() + "\n" + ran.out().replaceAll("Last updated: .*", "Last updated: …");
    }
}
