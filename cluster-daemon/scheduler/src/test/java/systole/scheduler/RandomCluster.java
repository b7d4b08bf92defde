package systole.scheduler;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import systole.model.Element;

/** A cluster made up from a seed: nodes in various states, resources of all plain kinds, constraints between them. */
final class RandomCluster {
    private final Random random;
    private final StringBuilder out = new StringBuilder();
    private final List<String> resources = new ArrayList<>();

    RandomCluster(Random random) {
        this.random = random;
    }

    /** Names of nodes without a running daemon. */
    static Set<String> offline(Element cib) {
        Set<String> names = new HashSet<>();
        cib.child("status").orElseThrow().children("node_state").forEach(state -> {
            if (!"online".equals(state.attribute("crmd"))) {
                names.add(state.attribute("uname", ""));
            }
        });
        return names;
    }

    String text() {
        int nodes = 1 + random.nextInt(4);
        out.append("<cib validate-with=\"pacemaker-3.9\" have-quorum=\"1\" dc-uuid=\"1\" crm_feature_set=\"3.20.0\">");
        out.append("<configuration><crm_config><cluster_property_set id=\"p\">");
        nvpair("stonith-enabled", String.valueOf(random.nextBoolean()));
        nvpair("no-quorum-policy", pick("stop", "ignore", "freeze"));
        nvpair("start-failure-is-fatal", "true");
        out.append("</cluster_property_set></crm_config><nodes>");
        for (int i = 1; i <= nodes; i++) {
            out.append("<node id=\"" + i + "\" uname=\"n" + i + "\"/>");
        }
        out.append("</nodes><resources>");
        out.append("<primitive id=\"fence\" class=\"stonith\" type=\"fence_dummy\"/>");
        int count = 1 + random.nextInt(6);
        for (int i = 0; i < count; i++) {
            resource("r" + i);
        }
        out.append("</resources><constraints>");
        int constraints = random.nextInt(6);
        for (int i = 0; i < constraints; i++) {
            constraint(i, nodes);
        }
        out.append("</constraints></configuration><status>");
        for (int i = 1; i <= nodes; i++) {
            boolean up = i == 1 || random.nextInt(4) != 0;
            String expected = up || random.nextBoolean() ? "member" : "down";
            out.append("<node_state id=\"" + i + "\" uname=\"n" + i + "\" in_ccm=\"" + up + "\" crmd=\""
                    + (up ? "online" : "offline") + "\" join=\"" + (up ? "member" : "down") + "\" expected=\""
                    + expected + "\"/>");
        }
        out.append("</status></cib>");
        return out.toString();
    }

    private void nvpair(String name, String value) {
        out.append("<nvpair id=\"nv" + out.length() + "\" name=\"" + name + "\" value=\"" + value + "\"/>");
    }

    private String pick(String... words) {
        return words[random.nextInt(words.length)];
    }

    private void resource(String id) {
        resources.add(id);
        switch (random.nextInt(5)) {
            case 0 -> {
                out.append("<group id=\"" + id + "\">");
                int members = 1 + random.nextInt(3);
                for (int i = 0; i < members; i++) {
                    primitive(id + "m" + i, false);
                }
                out.append("</group>");
            }
            case 1 -> clone(id, false);
            case 2 -> clone(id, true);
            default -> primitive(id, true);
        }
    }

    private void clone(String id, boolean promotable) {
        out.append("<clone id=\"" + id + "\"><meta_attributes id=\"" + id + "-meta\">");
        nvpair("promotable", String.valueOf(promotable));
        nvpair("interleave", String.valueOf(random.nextBoolean()));
        nvpair("notify", String.valueOf(random.nextBoolean()));
        nvpair("ordered", String.valueOf(random.nextInt(4) == 0));
        out.append("</meta_attributes>");
        primitive(id + "p", false);
        out.append("</clone>");
    }

    private void primitive(String id, boolean alone) {
        out.append("<primitive id=\"" + id + "\" class=\"ocf\" provider=\"heartbeat\" type=\"Dummy\">");
        out.append("<meta_attributes id=\"" + id + "-pm\">");
        if (random.nextInt(8) == 0) {
            nvpair("target-role", "Stopped");
        }
        if (random.nextInt(4) == 0) {
            nvpair("resource-stickiness", String.valueOf(random.nextInt(200)));
        }
        if (alone && random.nextInt(4) == 0) {
            nvpair("allow-migrate", "true");
        }
        nvpair("priority", String.valueOf(random.nextInt(3)));
        out.append("</meta_attributes><operations><op id=\"" + id + "-mon\" name=\"monitor\" interval=\""
                + pick("10s", "20s") + "\" timeout=\"20s\"/></operations></primitive>");
    }

    private void constraint(int number, int nodes) {
        String first = resources.get(random.nextInt(resources.size()));
        String other = resources.get(random.nextInt(resources.size()));
        String id = String.format(Locale.ROOT, "c%d", number);
        switch (random.nextInt(3)) {
            case 0 ->
                out.append("<rsc_location id=\"" + id + "\" rsc=\"" + first + "\" node=\"n"
                        + (1 + random.nextInt(nodes)) + "\" score=\"" + pick("INFINITY", "-INFINITY", "100", "-50")
                        + "\"/>");
            case 1 -> {
                if (first.compareTo(other) < 0) {
                    out.append("<rsc_order id=\"" + id + "\" first=\"" + first + "\" then=\"" + other + "\" kind=\""
                            + pick("Mandatory", "Optional", "Serialize") + "\"/>");
                }
            }
            default -> {
                if (first.compareTo(other) < 0) {
                    out.append("<rsc_colocation id=\"" + id + "\" rsc=\"" + other + "\" with-rsc=\"" + first
                            + "\" score=\"" + pick("INFINITY", "-INFINITY", "50", "-20") + "\"/>");
                }
            }
        }
    }
}
