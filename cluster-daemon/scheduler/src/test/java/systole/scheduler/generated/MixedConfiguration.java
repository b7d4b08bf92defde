package systole.scheduler.generated;

import java.util.ArrayList;
import java.util.List;

/** A configuration in which every feature may meet every other; the same seed gives the same text. */
final class MixedConfiguration {
    /** What may be named in a constraint. */
    record Top(String id, boolean cloned, boolean promotable) {}

    private final Draft draft;
    final List<String> nodes = new ArrayList<>();
    final List<Top> tops = new ArrayList<>();
    final List<String> primitives = new ArrayList<>();
    final List<String> templates = new ArrayList<>();
    final List<String> tags = new ArrayList<>();
    private boolean unfencing;
    private boolean fencing;

    private MixedConfiguration(Draft draft) {
        this.draft = draft;
    }

    /** The document with an empty status. */
    static String write(long seed) {
        return new MixedConfiguration(new Draft(seed)).write();
    }

    private String write() {
        int count = draft.chance(10) ? 1 : draft.number(2, 5);
        for (int i = 1; i <= count; i++) {
            nodes.add("node" + i);
        }
        draft.add(
                "<cib validate-with=\"pacemaker-3.9\" crm_feature_set=\"3.17.0\" epoch=\"1\" num_updates=\"0\" admin_epoch=\"0\"");
        draft.attribute("dc-uuid", draft.number(1, count)).attribute("have-quorum", draft.chance(88) ? 1 : 0);
        if (draft.chance(10)) {
            draft.attribute("no-quorum-panic", 1);
        }
        draft.add("><configuration>");
        options();
        nodeEntries();
        draft.add("<resources>");
        resources();
        draft.add("</resources><constraints>");
        List<Top> sorted = new ArrayList<>(tops);
        new MixedConstraints(draft, sorted, primitives, templates, tags, nodes).write(draft.number(0, 9));
        draft.add("</constraints>");
        levels();
        tags();
        defaults();
        return draft.add("</configuration><status/></cib>").out.toString();
    }

    private void options() {
        fencing = draft.chance(65);
        unfencing = fencing && draft.chance(10);
        draft.add("<crm_config><cluster_property_set id=\"cib-bootstrap-options\">");
        draft.option("stonith-enabled", fencing);
        draft.maybe(60, "no-quorum-policy", "stop", "freeze", "ignore", "demote", "suicide");
        draft.maybe(40, "placement-strategy", "utilization", "balanced", "minimal");
        draft.maybe(8, "symmetric-cluster", "false");
        draft.maybe(4, "maintenance-mode", "true");
        draft.maybe(10, "shutdown-lock", "true");
        draft.maybe(5, "shutdown-lock-limit", "10min");
        draft.maybe(25, "node-health-strategy", "migrate-on-red", "only-green", "progressive", "custom");
        draft.maybe(10, "node-health-red", "-100");
        draft.maybe(10, "node-health-base", "5");
        draft.maybe(2, "stop-all-resources", "true");
        draft.maybe(5, "stop-orphan-resources", "false");
        draft.maybe(5, "stop-orphan-actions", "false");
        draft.maybe(8, "enable-startup-probes", "false");
        draft.maybe(20, "startup-fencing", "false");
        draft.maybe(20, "concurrent-fencing", "false");
        draft.maybe(10, "stonith-action", "off");
        draft.maybe(20, "start-failure-is-fatal", "false");
        draft.maybe(10, "priority-fencing-delay", "15s");
        draft.maybe(10, "node-pending-timeout", "2h");
        draft.maybe(10, "fence-remote-without-quorum", "true");
        draft.maybe(10, "migration-limit", "2");
        draft.maybe(10, "have-watchdog", "true");
        draft.add("</cluster_property_set>");
        if (draft.chance(10)) {
            draft.block("cluster_property_set", true);
            draft.maybe(50, "maintenance-mode", "true").option("no-quorum-policy", "freeze");
            draft.end("cluster_property_set");
        }
        draft.add("</crm_config>");
    }

    private void nodeEntries() {
        draft.add("<nodes>");
        for (int i = 1; i <= nodes.size(); i++) {
            draft.add("<node").attribute("id", i).attribute("uname", "node" + i).add(">");
            if (draft.chance(60)) {
                draft.block("utilization", false);
                draft.option("cpu", draft.number(0, 9)).maybe(50, "memory", "4", "8");
                draft.end("utilization");
            }
            draft.block("instance_attributes", false);
            draft.maybe(8, "standby", "on").maybe(5, "maintenance", "true");
            draft.maybe(8, "#health-disk", "red", "yellow", "green", "-5");
            draft.option("rack", draft.one("a", "b")).maybe(30, "level", "0", "50", "150");
            draft.maybe(20, "site", "a", "b").maybe(4, "resource-discovery-enabled", "false");
            draft.end("instance_attributes").end("node");
        }
        draft.add("</nodes>");
    }

    private void resources() {
        if (draft.chance(20)) {
            String id = "t0";
            templates.add(id);
            draft.add("<template").attribute("id", id).add(" class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\">");
            body(id, false);
            draft.end("template");
        }
        if (fencing && draft.chance(85)) {
            draft.add("<primitive id=\"fencing\" class=\"stonith\" type=\"fence_dummy\">");
            draft.block("meta_attributes", false);
            if (unfencing) {
                draft.option("provides", "unfencing");
            }
            draft.end("meta_attributes").block("instance_attributes", false).maybe(20, "pcmk_monitor_timeout", "30s");
            draft.end("instance_attributes").add("<operations>");
            operation("monitor", "60s", "");
            draft.add("</operations></primitive>");
        }
        int count = draft.number(1, 6);
        for (int i = 0; i < count; i++) {
            String id = "r" + i;
            switch (draft.random.nextInt(12)) {
                case 0, 1, 2 -> group(id, true);
                case 3, 4 -> clone(id, false);
                case 5, 6 -> clone(id, true);
                case 7 -> bundle(id);
                case 8 -> remote(id);
                default -> {
                    primitive(id, true, true);
                    tops.add(new Top(id, false, false));
                }
            }
        }
    }

    private void group(String id, boolean top) {
        draft.add("<group").attribute("id", id).add(">").block("meta_attributes", true);
        draft.maybe(8, "ordered", "false").maybe(8, "collocated", "false");
        common();
        draft.end("meta_attributes");
        int members = draft.number(1, 3);
        for (int i = 0; i < members; i++) {
            primitive(id + "m" + i, top, top);
        }
        draft.end("group");
        if (top) {
            tops.add(new Top(id, false, false));
        }
    }

    private void clone(String id, boolean promotable) {
        draft.add("<clone").attribute("id", id).add(">").block("meta_attributes", false);
        if (promotable) {
            draft.option("promotable", "true")
                    .maybe(20, "promoted-max", "2", "0")
                    .maybe(10, "promoted-node-max", "2");
        }
        draft.maybe(45, "interleave", "true").maybe(25, "ordered", "true").maybe(35, "notify", "true");
        draft.maybe(20, "clone-max", "0", "1", "2", "3").maybe(8, "clone-node-max", "2");
        draft.maybe(12, "globally-unique", "true").maybe(12, "clone-min", "1", "2");
        common();
        draft.end("meta_attributes");
        if (draft.chance(35)) {
            group(id + "g", false);
        } else {
            primitive(id + "p", false, false);
        }
        draft.end("clone");
        tops.add(new Top(id, true, promotable));
    }

    private void bundle(String id) {
        draft.add("<bundle").attribute("id", id).add(">");
        if (draft.chance(30)) {
            draft.block("meta_attributes", false).maybe(30, "target-role", "Stopped", "Started");
            draft.maybe(20, "is-managed", "false").end("meta_attributes");
        }
        boolean promotable = draft.chance(40);
        draft.add(draft.one("<docker", "<podman")).attribute("image", "img").attribute("replicas", draft.number(1, 3));
        if (draft.chance(20)) {
            draft.attribute("replicas-per-host", 2);
        }
        if (promotable) {
            draft.attribute("promoted-max", 1);
        }
        draft.add("/>");
        if (draft.chance(70)) {
            draft.add("<network ip-range-start=\"10.1.0.100\"/>");
        } else {
            draft.add("<network control-port=\"3121\"/>");
        }
        boolean inside = draft.chance(80);
        if (inside) {
            primitive(id + "p", false, false);
        }
        draft.end("bundle");
        tops.add(new Top(id, true, promotable && inside));
    }

    private void remote(String id) {
        draft.add("<primitive").attribute("id", id).add(" class=\"ocf\" provider=\"pacemaker\" type=\"remote\">");
        draft.block("meta_attributes", false)
                .maybe(10, "target-role", "Stopped")
                .maybe(10, "is-managed", "false");
        draft.end("meta_attributes").block("instance_attributes", false);
        draft.option("server", "10.0.0.9").maybe(20, "reconnect_interval", "60s");
        draft.end("instance_attributes").add("<operations>");
        operation("monitor", "30s", "");
        draft.add("</operations></primitive>");
        nodes.add(id);
        tops.add(new Top(id, false, false));
        primitives.add(id);
    }

    private void common() {
        draft.maybe(14, "target-role", "Stopped", "Started", "Unpromoted", "Promoted");
        draft.maybe(7, "is-managed", "false").maybe(3, "maintenance", "true");
        draft.maybe(30, "resource-stickiness", "1", "100", "INFINITY", "-10");
        draft.maybe(20, "migration-threshold", "1", "3").maybe(15, "failure-timeout", "60s", "1h");
        draft.maybe(15, "priority", "5", "10").maybe(10, "critical", "false");
        draft.maybe(10, "multiple-active", "block", "stop_only", "stop_start", "stop_unexpected");
        draft.maybe(18, "allow-migrate", "true");
        draft.maybe(8, "requires", "nothing", "quorum", "fencing");
        if (unfencing) {
            draft.maybe(20, "requires", "unfencing");
        }
    }

    private void primitive(String id, boolean guests, boolean mayMigrate) {
        primitives.add(id);
        draft.add("<primitive").attribute("id", id);
        if (!templates.isEmpty() && draft.chance(25)) {
            draft.attribute("template", templates.get(0)).add(">");
        } else {
            draft.attribute("class", "ocf").attribute("provider", "pacemaker");
            draft.attribute("type", draft.one("Dummy", "Stateful")).add(">");
        }
        body(id, guests && draft.chance(7));
        if (mayMigrate && draft.chance(5)) {
            draft.add("");
        }
        draft.end("primitive");
    }

    private void body(String id, boolean guest) {
        draft.block("meta_attributes", true);
        common();
        if (guest) {
            draft.option("remote-node", id + "guest").maybe(20, "remote-allow-migrate", "false");
            nodes.add(id + "guest");
        }
        draft.end("meta_attributes");
        if (draft.chance(30)) {
            draft.block("instance_attributes", true).option("fake", draft.one("a", "b"));
            draft.maybe(30, "other", "1", "2").end("instance_attributes");
        }
        if (draft.chance(35)) {
            draft.block("utilization", false).option("cpu", draft.number(0, 4));
            draft.maybe(30, "memory", "1", "3").end("utilization");
        }
        draft.add("<operations>");
        String reaction = draft.chance(35) ? draft.one("ignore", "block", "stop", "restart", "standby", "fence") : "";
        if (draft.chance(85)) {
            operation("monitor", "10s", reaction);
        }
        if (draft.chance(25)) {
            operationOfRole("11s", draft.one("Promoted", "Unpromoted", "Stopped", "Started"));
        }
        if (draft.chance(15)) {
            operation("start", "0", draft.one("ignore", "block", "restart", "stop", "standby", "fence"));
        }
        if (draft.chance(15)) {
            operation("stop", "0", draft.one("ignore", "block", "fence"));
        }
        if (draft.chance(10)) {
            operation("promote", "0", draft.one("demote", "block", "restart"));
        }
        if (draft.chance(10)) {
            operation("demote", "0", draft.one("block", "restart", "fence"));
        }
        draft.add("</operations>");
    }

    private void operation(String name, String interval, String onFail) {
        draft.add("<op").attribute("id", draft.id()).attribute("name", name).attribute("interval", interval);
        if (!onFail.isEmpty()) {
            draft.attribute("on-fail", onFail);
        }
        if (draft.chance(30)) {
            draft.attribute("timeout", "20s");
        }
        if (draft.chance(6) && !interval.equals("0")) {
            draft.attribute("enabled", "false");
        }
        if (draft.chance(5) && !interval.equals("0")) {
            draft.attribute("start-delay", "5s");
        }
        draft.add("/>");
    }

    private void operationOfRole(String interval, String role) {
        draft.add("<op").attribute("id", draft.id()).add(" name=\"monitor\"").attribute("interval", interval);
        draft.attribute("role", role);
        if (role.equals("Promoted") && draft.chance(40)) {
            draft.attribute("on-fail", "demote");
        }
        draft.add("/>");
    }

    private void levels() {
        if (!fencing || !draft.chance(15)) {
            return;
        }
        draft.add("<fencing-topology><fencing-level").attribute("id", draft.id());
        draft.attribute("target", "node1").attribute("index", 1).attribute("devices", "fencing");
        draft.add("/></fencing-topology>");
    }

    private void tags() {
        if (tags.isEmpty()) {
            return;
        }
        draft.add("<tags>");
        for (String tag : tags) {
            draft.add("<tag").attribute("id", tag).add(">");
            List<String> left = new ArrayList<>();
            tops.forEach(top -> left.add(top.id()));
            int count = Math.min(left.size(), draft.number(1, 3));
            for (int i = 0; i < count; i++) {
                String id = draft.from(left);
                left.remove(id);
                draft.add("<obj_ref").attribute("id", id).add("/>");
            }
            draft.end("tag");
        }
        draft.add("</tags>");
    }

    private void defaults() {
        if (draft.chance(30)) {
            draft.add("<rsc_defaults>").block("meta_attributes", true);
            draft.maybe(50, "resource-stickiness", "10").maybe(20, "migration-threshold", "2");
            draft.maybe(20, "failure-timeout", "10min").end("meta_attributes").add("</rsc_defaults>");
        }
        if (draft.chance(20)) {
            draft.add("<op_defaults>").block("meta_attributes", true).option("timeout", "33s");
            draft.maybe(15, "on-fail", "block", "stop", "ignore")
                    .end("meta_attributes")
                    .add("</op_defaults>");
        }
    }
}
