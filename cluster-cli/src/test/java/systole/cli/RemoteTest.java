package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import systole.api.Json;

/** Commands that reach other nodes, with a program in the place of ssh that runs them in a folder of each node. */
class RemoteTest extends CommandCase {
    @BeforeEach
    void makeNodes() throws IOException {
        Path ssh = folder.resolve("ssh");
        // $1 is the node; its files are those of the folder of that name, by the paths of this one.
        Files.writeString(ssh, """
                #!/bin/sh
                [ "$1" != down ] || { echo 'no route to host' >&2; exit 255; }
                eval "$(printf '%s' "$2" | sed "s#FOLDER/here#FOLDER/$1#g")"
                """.replace("FOLDER", folder.toString()));
        Files.setPosixFilePermissions(ssh, PosixFilePermissions.fromString("rwx------"));
        useFile();
        environment.put("SYSTOLE_SSH", ssh.toString());
        for (String node : List.of("here", "n2", "n3")) {
            Files.createDirectories(folder.resolve(node).resolve("etc/systole"));
        }
    }

    @Override
    Path root() {
        return folder.resolve("here");
    }

    private Path file(String node, String name) {
        return folder.resolve(node).resolve("etc/systole").resolve(name);
    }

    @Test
    void aNewClusterIsWrittenAndGivenToTheOthers() throws IOException {
        ok("cluster", "init", "-n", "web", "--copy", "n2=192.0.2.2", "n3=192.0.2.3");
        assertThat(Files.readString(file("n2", "cluster.conf")))
                .isEqualTo(Files.readString(file("here", "cluster.conf")))
                .contains("cluster_name: web", "ring0_addr: 192.0.2.3", "two_node: 1");
        assertThat(Files.readAllBytes(file("n3", "authkey"))).isEqualTo(Files.readAllBytes(file("here", "authkey")));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("n3", "authkey"))))
                .isEqualTo("r--------");
        assertThat(run("cluster", "init", "n2", "n3")).isEqualTo(1);
        assertThat(err.toString()).contains("exists already").contains("--force");
        assertThat(run("cluster", "init", "--force", "n2=a,b", "n3=c")).isEqualTo(64);
        assertThat(err.toString()).contains("'n3' has 1 addresses, others 2");
    }

    @Test
    void aMachineJoinsByTheFileAndKeyOfANodeAndStarts() throws IOException {
        String own = new String(
                        new ProcessBuilder("uname", "-n")
                                .start()
                                .getInputStream()
                                .readAllBytes(),
                        StandardCharsets.UTF_8)
                .strip();
        ok("cluster", "init", "-n", "web", "--copy", "n2=192.0.2.2", own + "=192.0.2.3");
        byte[] key = Files.readAllBytes(file("n2", "authkey"));
        Files.delete(file("here", "cluster.conf"));
        Files.delete(file("here", "authkey"));
        daemonThatOnlyListens();

        assertThat(run("cluster", "join")).isEqualTo(64);
        assertThat(run("cluster", "join", "down")).isEqualTo(1);
        assertThat(err.toString()).contains("no route to host").contains("ssh down");
        assertThat(run("cluster", "join", "n3")).isEqualTo(1);
        assertThat(err.toString()).contains("gave no ");
        assertThat(file("here", "authkey")).doesNotExist();

        ok("cluster", "join", "-c", "n2");
        assertThat(err.toString()).contains("are those of n2").contains("The cluster stack started on this node");
        assertThat(file("here", "cluster.conf")).hasSameTextualContentAs(file("n2", "cluster.conf"));
        assertThat(Files.readAllBytes(file("here", "authkey"))).isEqualTo(key);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file("here", "authkey"))))
                .isEqualTo("r--------");
        assertThat(folder.resolve("started")).hasContent("--root " + root());

        assertThat(run("cluster", "join", "n2")).isEqualTo(1);
        assertThat(err.toString()).contains("exists already").contains("--force");
        ok("cluster", "join", "--force", "n2");
        assertThat(err.toString()).contains("running already");

        Files.writeString(
                file("n2", "cluster.conf"),
                Files.readString(file("n2", "cluster.conf")).replace(own, "other"));
        assertThat(run("cluster", "join", "--force", "n2")).isEqualTo(1);
        assertThat(err.toString())
                .contains("does not name this machine (" + own + ")")
                .contains("n2, other");
        assertThat(Files.readString(file("here", "cluster.conf"))).contains(own);
    }

    /** In the place of systoled: says how it was called, and answers each line on the socket for as long as a test may take. */
    private void daemonThatOnlyListens() throws IOException {
        Path program = folder.resolve("home/bin/systoled");
        Files.createDirectories(folder.resolve("home/bin"));
        Files.writeString(program, """
                #!/usr/bin/perl
                use strict;
                use Socket;
                open(my $said, '>', 'FOLDER/started.new') or die;
                print $said "@ARGV";
                close $said;
                mkdir "$ARGV[1]/run";
                mkdir "$ARGV[1]/run/systole";
                socket(my $listener, PF_UNIX, SOCK_STREAM, 0) or die;
                bind($listener, sockaddr_un("$ARGV[1]/run/systole/api.sock")) or die;
                listen($listener, 5) or die;
                rename 'FOLDER/started.new', 'FOLDER/started';
                alarm 60;
                while (accept(my $client, $listener)) {
                    sysread $client, my $line, 65536;
                    syswrite $client, qq({"ok":true,"is":"facts","facts":{}}\\n);
                }
                """.replace("FOLDER", folder.toString()));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        environment.put("SYSTOLE_HOME", folder.resolve("home").toString());
    }

    @Test
    void aClusterIsRenamedInTheFilesOfAllNodes() throws IOException {
        ok("cluster", "init", "n2", "n3");
        ok("cluster", "rename", "west");
        assertThat(file("n3", "cluster.conf")).hasSameTextualContentAs(file("here", "cluster.conf"));
        assertThat(ok("corosync", "get", "totem.cluster_name")).isEqualTo("west\n");
        assertThat(err.toString()).isEmpty();
        ok("cluster", "rename", "west");
        assertThat(err.toString()).contains("this name already");
        assertThat(run("cluster", "rename", "no name")).isEqualTo(64);
    }

    @Test
    void linksAreShownAddedChangedAndRemovedInTheFile() throws IOException {
        ok("cluster", "init", "n2=192.0.2.2,192.0.3.2", "n3=192.0.2.3,192.0.3.3");
        String before = Files.readString(file("here", "cluster.conf"));
        assertThat(ok("corosync", "link"))
                .isEqualTo("Link 0:\n  n2: 192.0.2.2\n  n3: 192.0.2.3\nLink 1:\n  n2: 192.0.3.2\n  n3: 192.0.3.3\n");
        ok("corosync", "link", "add", "n3=192.0.4.3", "n2=192.0.4.2");
        assertThat(Json.read(ok("--output", "json", "corosync", "link", "show")).toString())
                .contains("link=2, addresses={n2=192.0.4.2, n3=192.0.4.3}");
        ok("corosync", "link", "update", "2", "n3=192.0.4.33");
        assertThat(ok("corosync", "get", "nodelist.node.ring2_addr")).isEqualTo("192.0.4.2\n");
        assertThat(Files.readString(file("here", "cluster.conf"))).contains("        ring2_addr: 192.0.4.33\n");
        ok("corosync", "link", "remove", "2");
        assertThat(Files.readString(file("here", "cluster.conf"))).isEqualTo(before);

        assertThat(run("corosync", "link", "add", "n2=192.0.4.2")).isEqualTo(64);
        assertThat(err.toString()).contains("lacks addresses of n3");
        assertThat(run("corosync", "link", "update", "5", "n2=192.0.4.2")).isEqualTo(1);
        assertThat(err.toString()).contains("no link '5', but 0, 1");
        assertThat(run("corosync", "link", "update", "1", "n4=192.0.4.2")).isEqualTo(1);
        assertThat(err.toString()).contains("node 'n4' is not in the file");
        assertThat(run("corosync", "link", "delet", "1")).isEqualTo(64);
        ok("corosync", "link", "remove", "1");
        assertThat(run("corosync", "link", "remove", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("the only one");
        assertThat(ok("node", "server", "n3")).isEqualTo("n3: 192.0.2.3\n");
        assertThat(run("node", "server", "n5")).isEqualTo(1);
    }

    @Test
    void aFileIsCopiedAndCompared() throws IOException {
        ok("cluster", "init", "n2", "n3");
        Path motd = folder.resolve("here/motd");
        Files.writeString(motd, "hello\n");
        assertThat(run("cluster", "diff", motd.toString())).isEqualTo(1);
        ok("cluster", "copy", motd.toString());
        assertThat(folder.resolve("n3/motd")).hasContent("hello\n");
        ok("cluster", "diff", motd.toString());
        Files.writeString(folder.resolve("n3/motd"), "hallo\n");
        assertThat(run("--output", "json", "cluster", "diff", motd.toString())).isEqualTo(1);
        assertThat(Json.read(out.toString()).toString())
                .contains("node=n2, same=true", "node=n3, same=false", "+ hallo");
        assertThat(run("cluster", "copy", "motd")).isEqualTo(64);
        assertThat(run("cluster", "copy", motd.toString(), "n4")).isEqualTo(1);
        assertThat(err.toString()).contains("node 'n4' does not exist");
    }

    @Test
    void aCommandRunsOnEachNodeAndAFailureIsSaidWithItsNode() throws IOException {
        ok("cluster", "init", "n2", "n3", "down");
        assertThat(run("cluster", "run", "echo on-$1")).isEqualTo(1);
        assertThat(out.toString()).contains("on-n2\n").contains("on-n3\n");
        assertThat(err.toString()).contains("ERROR: [down] ended with code 255: no route to host");
        assertThat(Json.read(ok("--output", "json", "cluster", "run", "echo hi", "n3"))
                        .toString())
                .contains("node=n3")
                .contains("out=hi");
    }

    @Test
    void theInterconnectsFileIsPushedPulledAndCompared() throws IOException {
        ok("cluster", "init", "n2", "n3");
        ok("corosync", "push", "n2");
        ok("corosync", "diff", "n2");
        Files.writeString(
                file("n2", "cluster.conf"),
                Files.readString(file("here", "cluster.conf")).replace("udpu", "knet"));
        assertThat(run("corosync", "diff", "n2")).isEqualTo(1);
        ok("corosync", "pull", "n2");
        assertThat(Files.readString(file("here", "cluster.conf"))).contains("transport: knet");
        String before = Files.readString(file("here", "cluster.conf"));
        Files.writeString(file("n2", "cluster.conf"), "totem {\n");
        assertThat(run("corosync", "pull", "n2")).isEqualTo(1);
        assertThat(Files.readString(file("here", "cluster.conf"))).isEqualTo(before);
    }

    @Test
    void aReportHasStateAndFilesButNoPassword() throws Exception {
        ok("cluster", "init", "n2");
        Files.writeString(folder.resolve("here/motd"), "x");
        ok("configure", "property", "stonith-enabled=false");
        ok("-F", "configure", "primitive", "p", "ocf:pacemaker:Dummy", "params", "passwd=hush");
        Path log = folder.resolve("here/var/log/systole/systoled.log");
        Files.createDirectories(folder.resolve("here/var/log/systole"));
        Files.writeString(
                log,
                "2001-01-01T00:00:00.000+00:00 INFO  old: long ago\n  below it\n" + OffsetDateTime.now()
                        + " INFO  new: just now\n");
        Path archive = folder.resolve("case");
        ok("report", "-S", archive.toString());
        Process tar = new ProcessBuilder("tar", "xzf", archive + ".tar.gz", "-C", folder.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEmpty();
        assertThat(tar.waitFor()).isZero();
        Path made = folder.resolve("case/this-node");
        assertThat(Files.readString(made.resolve("configuration.crm"))).contains("primitive p");
        assertThat(Files.readString(made.resolve("cib.xml"))).contains("passwd").doesNotContain("hush");
        assertThat(Files.readString(made.resolve("machine.txt"))).contains("# uname -a");
        assertThat(Files.readString(made.resolve("systoled.log")))
                .contains("just now")
                .doesNotContain("below it");
        assertThat(Files.readString(made.resolve("cluster.conf"))).contains("name: n2");
    }

    @Test
    void anotherArchiveIsTakenInWhole() throws Exception {
        TarArchive inner = new TarArchive(0);
        inner.add("a/zeros", new byte[1500]);
        inner.add("a/text", "hello".getBytes(StandardCharsets.UTF_8));
        TarArchive outer = new TarArchive(0);
        outer.addAll(inner.finish());
        outer.add("b/last", new byte[0]);
        Path file = folder.resolve("all.tar.gz");
        Files.write(file, outer.finish());
        Process tar = new ProcessBuilder("tar", "tzf", file.toString()).start();
        assertThat(new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo("a/zeros\na/text\nb/last\n");
    }
}
