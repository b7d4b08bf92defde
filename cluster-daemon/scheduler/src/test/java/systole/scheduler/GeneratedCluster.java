package systole.scheduler;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random clusters with every feature mixed; the same seed gives the same text. */
public final class GeneratedCluster {
    private final Random random;
    private final StringBuilder out = new StringBuilder();
    private final List<String> top = new ArrayList<>();
    private final List<String> primitives = new ArrayList<>();
    private int ids;
    private int nodes;

    private GeneratedCluster(long seed) {
        this.random = new Random(seed);
    }

    public static String cib(long seed) {
        return new GeneratedCluster(seed).write();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String one(String... words) {
        return words[random.nextInt(words.length)];
    }

    private String id() {
        return "x" + ids++;
    }

    private String write() {
        nodes = 1 + random.nextInt(5);
        out.append("<cib validate-with='pacemaker-3.9' dc-uuid='1' have-quorum='")
                .append(chance(85) ? 1 : 0);
        out.append("'><configuration><crm_config><cluster_property_set id='o'>");
        option("stonith-enabled", one("true", "false"));
        option("no-quorum-policy", one("stop", "freeze", "ignore", "demote", "suicide"));
        option("placement-strategy", one("default", "default", "utilization", "balanced", "minimal"));
        option("symmetric-cluster", chance(90) ? "true" : "false");
        option("maintenance-mode", chance(4) ? "true" : "false");
        option("shutdown-lock", chance(10) ? "true" : "false");
        option("node-health-strategy", one("none", "none", "migrate-on-red", "progressive"));
        option("stop-all-resources", chance(2) ? "true" : "false");
        out.append("</cluster_property_set></crm_config><nodes>");
        for (int i = 1; i <= nodes; i++) {
            out.append("<node id='").append(i).append("' uname='node").append(i).append("'>");
            if (chance(60)) {
                out.append("<utilization id='").append(id()).append("'>");
                option("cpu", String.valueOf(random.nextInt(8)));
                out.append("</utilization>");
            }
            out.append("<instance_attributes id='").append(id()).append("'>");
            if (chance(10)) {
                option("standby", "on");
            }
            if (chance(10)) {
                option("#health-disk", one("red", "yellow", "green", "-5"));
            }
            option("rack", one("a", "b"));
            out.append("</instance_attributes></node>");
        }
        out.append("</nodes><resources>");
        resources();
        out.append("</resources><constraints>");
        int constraints = random.nextInt(10);
        for (int i = 0; i < constraints; i++) {
            constraint();
        }
        out.append("</constraints></configuration><status>");
        for (int i = 1; i <= nodes; i++) {
            state(i);
        }
        return out.append("</status></cib>").toString();
    }

    private void option(String name, String value) {
        out.append("<nvpair id='").append(id()).append("' name='").append(name).append("' value='");
        out.append(value).append("'/>");
    }

    private void resources() {
        if (chance(70)) {
            out.append("<primitive id='fencing' class='stonith' type='fence_dummy'/>");
        }
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            String name = "r" + i;
            switch (random.nextInt(6)) {
                case 0 -> {
                    out.append("<group id='").append(name).append("'>");
                    meta(false);
                    members(name);
                    out.append("</group>");
                }
                case 1, 2 -> clone(name);
                case 3 -> bundleOrRemote(name);
                default -> primitive(name, true);
            }
            top.add(name);
        }
    }

    private void members(String name) {
        int count = 1 + random.nextInt(3);
        for (int i = 0; i < count; i++) {
            primitive(name + "m" + i, true);
        }
    }

    private void clone(String name) {
        boolean promotable = chance(50);
        out.append("<clone id='").append(name).append("'>");
        meta(promotable);
        if (chance(40)) {
            out.append("<group id='").append(name).append("g'>");
            members(name);
            out.append("</group>");
        } else {
            primitive(name + "p", false);
        }
        out.append("</clone>");
    }

    private void bundleOrRemote(String name) {
        if (chance(50)) {
            out.append("<primitive id='").append(name).append("' class='ocf' provider='pacemaker' type='remote'/>");
            primitives.add(name);
            return;
        }
        out.append("<bundle id='").append(name).append("'><podman image='i' replicas='");
        out.append(1 + random.nextInt(3)).append("'");
        if (chance(50)) {
            out.append(" promoted-max='1'");
        }
        out.append("/><network control-port='3121'/>");
        primitive(name + "p", false);
        out.append("</bundle>");
    }

    private void meta(boolean promotable) {
        out.append("<meta_attributes id='").append(id()).append("'>");
        if (promotable) {
            option("promotable", "true");
        }
        if (chance(30)) {
            option("interleave", "true");
        }
        if (chance(20)) {
            option("clone-max", String.valueOf(random.nextInt(5)));
        }
        if (chance(10)) {
            option("globally-unique", "true");
            option("clone-node-max", "2");
        }
        if (chance(20)) {
            option("notify", "true");
        }
        common();
        out.append("</meta_attributes>");
    }

    private void common() {
        if (chance(15)) {
            option("target-role", one("Stopped", "Started", "Unpromoted"));
        }
        if (chance(10)) {
            option("is-managed", "false");
        }
        if (chance(30)) {
            option("resource-stickiness", one("1", "100", "INFINITY"));
        }
        if (chance(20)) {
            option("migration-threshold", one("1", "3"));
        }
        if (chance(10)) {
            option("priority", one("5", "10"));
        }
        if (chance(10)) {
            option("multiple-active", one("block", "stop_only", "stop_start", "stop_unexpected"));
        }
        if (chance(20)) {
            option("allow-migrate", "true");
        }
        if (chance(10)) {
            option("critical", "false");
        }
    }

    private void primitive(String name, boolean guests) {
        primitives.add(name);
        out.append("<primitive id='").append(name).append("' class='ocf' provider='pacemaker' type='Stateful'>");
        out.append("<meta_attributes id='").append(id()).append("'>");
        common();
        if (guests && chance(8)) {
            option("remote-node", name + "guest");
        }
        out.append("</meta_attributes>");
        if (chance(40)) {
            out.append("<utilization id='").append(id()).append("'>");
            option("cpu", String.valueOf(random.nextInt(4)));
            out.append("</utilization>");
        }
        out.append("<operations><op id='").append(id()).append("' name='monitor' interval='10s'");
        if (chance(30)) {
            out.append(" on-fail='").append(one("ignore", "block", "stop", "restart", "standby", "fence", "demote"));
            out.append('\'');
        }
        out.append("/></operations></primitive>");
    }

    private String anyResource() {
        return chance(70) || primitives.isEmpty()
                ? top.get(random.nextInt(top.size()))
                : primitives.get(random.nextInt(primitives.size()));
    }

    private String score() {
        return one("INFINITY", "-INFINITY", "100", "-100", "5000", "1");
    }

    private void constraint() {
        String role = chance(20) ? one("Promoted", "Unpromoted", "Started") : "";
        switch (random.nextInt(5)) {
            case 0, 1 -> {
                out.append("<rsc_location id='").append(id()).append("' rsc='").append(anyResource());
                out.append("' node='node")
                        .append(1 + random.nextInt(nodes))
                        .append("' score='")
                        .append(score());
                out.append(role.isEmpty() ? "'" : "' role='" + role + "'");
                out.append(chance(10) ? " resource-discovery='exclusive'/>" : "/>");
            }
            case 2, 3 -> {
                out.append("<rsc_colocation id='")
                        .append(id())
                        .append("' rsc='")
                        .append(anyResource());
                out.append("' with-rsc='")
                        .append(anyResource())
                        .append("' score='")
                        .append(score());
                out.append(role.isEmpty() ? "'" : "' with-rsc-role='" + role + "'");
                out.append(chance(10) ? " node-attribute='rack'/>" : "/>");
            }
            default -> {
                out.append("<rsc_order id='").append(id()).append("' first='").append(anyResource());
                out.append("' then='").append(anyResource()).append("' kind='");
                out.append(one("Mandatory", "Optional", "Serialize")).append("'/>");
            }
        }
    }

    private void state(int number) {
        String name = "node" + number;
        boolean up = chance(85);
        out.append("<node_state id='")
                .append(number)
                .append("' uname='")
                .append(name)
                .append("' in_ccm='")
                .append(up);
        out.append("' crmd='")
                .append(up ? "online" : "offline")
                .append("' join='")
                .append(up ? "member" : "down");
        out.append("' expected='").append(chance(90) ? "member" : "down").append("'>");
        out.append("<transient_attributes id='").append(number).append("'><instance_attributes id='");
        out.append(id()).append("'>");
        for (String each : primitives) {
            if (chance(8)) {
                option("fail-count-" + each + "#monitor_10000", one("1", "3", "INFINITY"));
            }
            if (chance(20)) {
                option("master-" + each, one("10", "5", "-INFINITY"));
            }
        }
        if (chance(5)) {
            option("shutdown", "1");
        }
        out.append("</instance_attributes></transient_attributes><lrm id='")
                .append(number)
                .append("'><lrm_resources>");
        for (String each : primitives) {
            if (chance(60)) {
                history(each, name);
            }
        }
        if (chance(10)) {
            history("gone", name);
        }
        out.append("</lrm_resources></lrm></node_state>");
    }

    private void history(String resource, String node) {
        out.append("<lrm_resource id='").append(resource).append("' class='ocf' provider='pacemaker' type='Stateful'>");
        int entries = 1 + random.nextInt(3);
        for (int i = 0; i < entries; i++) {
            String task = one("monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from");
            int rc = chance(75) ? 0 : random.nextInt(10);
            int status = chance(90) ? 0 : random.nextInt(10) - 1;
            out.append("<lrm_rsc_op id='")
                    .append(resource)
                    .append('_')
                    .append(task)
                    .append("_e")
                    .append(i);
            out.append("' operation='").append(task).append("' interval='").append(chance(30) ? 10000 : 0);
            out.append("' call-id='")
                    .append(status == -1 ? -1 : i + 1)
                    .append("' rc-code='")
                    .append(rc);
            out.append("' op-status='")
                    .append(status == 1 ? 4 : status)
                    .append("' on_node='")
                    .append(node);
            out.append("' last-rc-change='1700000000' transition-key='1:1:")
                    .append(chance(80) ? 0 : 7)
                    .append(":u'");
            out.append(" transition-magic='0:0;1:1:0:u'");
            if (task.startsWith("migrate")) {
                String other = "node" + (1 + random.nextInt(nodes));
                boolean to = task.equals("migrate_to");
                out.append(" migrate_source='").append(to ? node : other);
                out.append("' migrate_target='").append(to ? other : node).append('\'');
            }
            out.append("/>");
        }
        out.append("</lrm_resource>");
    }
}
