package systole.benchmarks;

import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import systole.formats.CibXml;
import systole.graph.TransitionGraph;
import systole.model.Element;
import systole.scheduler.Scheduler;
import systole.scheduler.reading.Reading;
import systole.scheduler.simulation.GraphExecution;
import systole.scheduler.simulation.Simulation;

/** The clusters that are measured, by name: {@code 3x1000-steady}, {@code 16x1000-cold}, {@code 100-chain10}, {@code 100-clones50}. */
public final class MeasuredCluster {
    static final Instant NOW = Instant.ofEpochSecond(1_782_864_000L);

    private MeasuredCluster() {}

    /** Writes a cluster to a file: {@code NAME FILE}. */
    public static void main(String[] arguments) throws java.io.IOException {
        java.nio.file.Files.writeString(java.nio.file.Path.of(arguments[1]), CibXml.write(named(arguments[0])));
    }

    static Element named(String name) {
        int at = name.indexOf('-');
        String kind = name.substring(at + 1);
        String size = name.substring(0, at);
        if (kind.startsWith("chain")) {
            return steady(clones(Integer.parseInt(size), Integer.parseInt(kind.substring(5)), true));
        }
        if (kind.startsWith("clones")) {
            return steady(clones(Integer.parseInt(size), Integer.parseInt(kind.substring(6)), false));
        }
        int by = size.indexOf('x');
        Element cold = primitives(Integer.parseInt(size.substring(0, by)), Integer.parseInt(size.substring(by + 1)));
        return kind.equals("steady") ? steady(cold) : cold;
    }

    private static Element primitives(int nodes, int count) {
        StringBuilder resources = new StringBuilder();
        for (int i = 0; i < count; i++) {
            primitive(resources, "p" + i);
        }
        return document(nodes, resources, new StringBuilder());
    }

    private static Element clones(int nodes, int count, boolean chain) {
        StringBuilder resources = new StringBuilder();
        StringBuilder constraints = new StringBuilder();
        for (int i = 0; i < count; i++) {
            resources
                    .append("<clone id=\"c")
                    .append(i)
                    .append("\"><meta_attributes id=\"c")
                    .append(i);
            resources.append("-m\"><nvpair id=\"c").append(i);
            resources.append("-mi\" name=\"interleave\" value=\"true\"/></meta_attributes>");
            primitive(resources, "p" + i);
            resources.append("</clone>");
            if (chain && i > 0) {
                constraints
                        .append("<rsc_order id=\"o")
                        .append(i)
                        .append("\" first=\"c")
                        .append(i - 1);
                constraints
                        .append("\" then=\"c")
                        .append(i)
                        .append("\"/><rsc_colocation id=\"l")
                        .append(i);
                constraints
                        .append("\" rsc=\"c")
                        .append(i)
                        .append("\" with-rsc=\"c")
                        .append(i - 1);
                constraints.append("\" score=\"INFINITY\"/>");
            }
        }
        return document(nodes, resources, constraints);
    }

    private static void primitive(StringBuilder out, String id) {
        out.append("<primitive id=\"").append(id).append("\" class=\"ocf\" provider=\"pacemaker\" type=\"Dummy\">");
        out.append("<operations><op id=\"")
                .append(id)
                .append("-m\" name=\"monitor\" interval=\"10s\" timeout=\"20s\"/>");
        out.append("</operations></primitive>");
    }

    private static Element document(int nodes, StringBuilder resources, StringBuilder constraints) {
        StringBuilder out = new StringBuilder();
        out.append("<cib validate-with=\"pacemaker-3.7\" crm_feature_set=\"3.16.0\" admin_epoch=\"0\" epoch=\"1\"");
        out.append(" num_updates=\"0\" have-quorum=\"1\" dc-uuid=\"1\"><configuration><crm_config>");
        out.append("<cluster_property_set id=\"o\"><nvpair id=\"o-s\" name=\"stonith-enabled\" value=\"true\"/>");
        out.append("</cluster_property_set></crm_config><nodes>");
        for (int i = 1; i <= nodes; i++) {
            out.append("<node id=\"")
                    .append(i)
                    .append("\" uname=\"node")
                    .append(i)
                    .append("\"/>");
        }
        out.append("</nodes><resources><primitive id=\"fence\" class=\"stonith\" type=\"fence_dummy\"/>");
        out.append(resources).append("</resources><constraints>").append(constraints);
        out.append("</constraints></configuration><status>");
        for (int i = 1; i <= nodes; i++) {
            out.append("<node_state id=\"").append(i).append("\" uname=\"node").append(i);
            out.append("\" in_ccm=\"true\" crmd=\"online\" join=\"member\" expected=\"member\">");
            out.append("<lrm id=\"").append(i).append("\"><lrm_resources/></lrm></node_state>");
        }
        return CibXml.read("measured", out.append("</status></cib>").toString());
    }

    /** The cluster after all was started. */
    private static Element steady(Element cold) {
        Element at = cold;
        for (int round = 0; round < 3; round++) {
            TransitionGraph graph = Scheduler.schedule(at, NOW).graph();
            if (graph.isEmpty()) {
                return at;
            }
            Set<String> ids = new LinkedHashSet<>(Simulation.resourceIds(Reading.read(at, NOW, false)));
            at = GraphExecution.run(at, graph, ids, Map.of(), NOW.getEpochSecond())
                    .cib();
        }
        throw new IllegalStateException("the cluster does not come to rest");
    }
}
