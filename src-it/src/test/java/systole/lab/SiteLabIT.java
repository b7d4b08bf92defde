package systole.lab;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A web site on a shared disk: group of Debian's unmodified {@code Filesystem} (ext4 on a loop device), {@code IPaddr2} and
 * {@code nginx}, kept where {@code ocf:pacemaker:ping} reaches the router.
 */
@ExtendWith(NeedsLab.class)
class SiteLabIT extends ThreeMachines {
    private static final String ADDRESS = "10.79.0.151";
    private static final String ROUTER = "10.79.0.250";
    private static final String MOUNT = "/run/site";
    private static final Duration PATIENCE = Duration.ofSeconds(180);

    @Test
    void theSiteMovesWhenItsNodeNoLongerReachesTheRouter() throws IOException {
        Field.needs(
                "SiteLabIT",
                "nginx-light e2fsprogs kmod pacemaker-resource-agents iputils-ping",
                "/usr/sbin/nginx",
                "/usr/sbin/mkfs.ext4",
                "/usr/sbin/losetup",
                "/usr/sbin/modprobe",
                "/usr/lib/ocf/resource.d/pacemaker/ping",
                "/usr/bin/ping");
        lab.addClient();
        Path image = lab.folder().resolve("site.img");
        Lab.run("truncate", "-s", "16M", image.toString());
        Lab.run("mkfs.ext4", "-q", image.toString());
        Path configuration = lab.folder().resolve("nginx.conf");
        Files.writeString(configuration, """
                user root;
                pid /run/nginx-site.pid;
                error_log /run/nginx-site.log;
                events {}
                http {
                    access_log off;
                    server { listen %s:80; root /run/site; }
                }
                """.formatted(ADDRESS));
        String device = Lab.said("losetup", "--find", "--show", image.toString());
        try {
            tell(new Field(lab), device, configuration);
        } finally {
            lab.nodes().forEach(lab::crash);
            Lab.run("losetup", "--detach", device);
        }
    }

    private void tell(Field field, String device, Path configuration) {
        // Their agents starve two processors for longer than the default token at times.
        lab.totem("token: 1000");
        cluster.start(
                "property fencing-enabled=true",
                "rsc_defaults resource-stickiness=100",
                cluster.powerSwitch(),
                "primitive disk ocf:heartbeat:Filesystem params device=" + device + " directory=" + MOUNT
                        + " fstype=ext4 op monitor interval=10s timeout=40s",
                "primitive vip ocf:heartbeat:IPaddr2 params ip=" + ADDRESS
                        + " cidr_netmask=24 nic=eth0 op monitor interval=10s timeout=20s",
                "primitive web ocf:heartbeat:nginx params configfile=" + configuration + " status10url=http://"
                        + ADDRESS + "/ op monitor interval=10s timeout=30s",
                "group site disk vip web",
                "primitive router ocf:pacemaker:ping params host_list=" + ROUTER
                        + " dampen=1s attempts=1 timeout=1 multiplier=100 op monitor interval=1s timeout=20s",
                "clone router-clone router",
                "location site-where-router site rule -inf: not_defined pingd or pingd lte 0");
        cluster.awaitService("web");
        cluster.awaitSettled("n1");
        String home = cluster.nodeOf("web");
        field.must(home, "echo 'hello from the site' > " + MOUNT + "/index.html");
        try (AddressWatch addresses = new AddressWatch(lab);
                LabClient client = new LabClient(lab, ADDRESS + ":80")) {
            lab.await("the client is answered", PATIENCE, () -> client.isAnsweredAfter(0));

            long cut = System.currentTimeMillis();
            lab.partition(home, "cl");

            String witness = cluster.other(home);
            lab.await(
                    "the group moved",
                    PATIENCE,
                    () -> cluster.status(witness)
                            .nodeOf("web")
                            .filter(node -> !node.equals(home))
                            .isPresent());
            cluster.awaitSettled(witness);
            long settled = System.currentTimeMillis();
            lab.await("the client is answered again", PATIENCE, () -> client.isAnsweredAfter(settled));
            LabCluster.Status status = cluster.status(witness);
            String refuge = status.nodeOf("web").orElseThrow();
            assertThat(status.places("site")).containsExactly(refuge);
            assertThat(status.places("router-clone")).containsExactly("n1", "n2", "n3");
            assertThat(field.must(refuge, "cat " + MOUNT + "/index.html")).isEqualTo("hello from the site");
            assertThat(lab.exec(home, "mountpoint", "-q", MOUNT).exit())
                    .as("still mounted on " + home)
                    .isNotZero();
            assertThat(status.attribute(home, "pingd")).isEqualTo("0");
            assertThat(status.attribute(refuge, "pingd")).isEqualTo("100");
            assertThat(cluster.deeds()).as("nobody had to be fenced").isEmpty();
            assertThat(addresses.doubled()).isEmpty();
            System.out.println("site: " + home + " lost the router, " + refuge + " serves; longest without an answer "
                    + client.outageSince(cut) + " ms");

            lab.heal();
            lab.await(
                    home + " reaches the router again",
                    PATIENCE,
                    () -> cluster.status(witness).attribute(home, "pingd").equals("100"));
            cluster.awaitSettled(witness);
            assertThat(cluster.status(witness).places("site")).isEqualTo(List.of(refuge));
        }
    }
}
