package systole.scheduler.reading;

import java.time.Instant;
import systole.model.Element;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;

/** From a complete {@code cib} element to the working model. */
public final class Reading {
    private Reading() {}

    /**
     * @param cib configuration and status, of any schema version
     * @param now the current time, for rules, expiries and locks
     * @param withReasons whether to record why things are as they are
     */
    public static Cluster read(Element cib, Instant now, boolean withReasons) {
        Cluster cluster = readState(cib, now, withReasons);
        readConstraints(cluster);
        return cluster;
    }

    /** As {@link #read}, of a running cluster: private parameters stand in the document as they are. */
    public static Cluster readLive(Element cib, Instant now) {
        return readLive(cib, now, false);
    }

    /** @param withReasons whether to record why things are as they are */
    public static Cluster readLive(Element cib, Instant now, boolean withReasons) {
        Cluster cluster = readState(cib, now, withReasons, false);
        readConstraints(cluster);
        return cluster;
    }

    /** Everything but the constraints: the state as it is to be printed. */
    public static Cluster readState(Element cib, Instant now, boolean withReasons) {
        return readState(cib, now, withReasons, true);
    }

    /** @param sanitized private parameters may have been blotted out, so their digests cannot be compared */
    private static Cluster readState(Element cib, Instant now, boolean withReasons, boolean sanitized) {
        Element upgraded = SchemaUpgrade.upgrade(cib);
        Cluster cluster = new Cluster(upgraded, now, withReasons);
        cluster.quorate = Values.isTrue(upgraded.attribute("have-quorum"));
        cluster.sanitized = sanitized;
        Element configuration = upgraded.child("configuration").orElse(Element.leaf("configuration"));
        cluster.rscDefaults = configuration.child("rsc_defaults").orElse(null);
        cluster.opDefaults = configuration.child("op_defaults").orElse(null);
        new OptionReading(cluster).read(configuration.child("crm_config").orElse(null));
        new NodeReading(cluster).read(configuration.child("nodes").orElse(null));
        ResourceReading resources = new ResourceReading(cluster);
        resources.read(configuration.child("resources").orElse(null));
        tags(cluster, configuration);
        configuration
                .child("fencing-topology")
                .ifPresent(topology -> cluster.fencingLevels.addAll(topology.children()));
        new StatusReading(cluster, resources).read(upgraded.child("status").orElse(null));
        return cluster;
    }

    /** Constraints, with what lost tickets do at once, and node health. */
    public static void readConstraints(Cluster cluster) {
        Element configuration = cluster.cib.child("configuration").orElse(Element.leaf("configuration"));
        new ConstraintReading(cluster).read(configuration.child("constraints").orElse(null));
    }

    private static void tags(Cluster cluster, Element configuration) {
        configuration.child("tags").ifPresent(tags -> {
            for (Element tag : tags.children()) {
                if (tag.is("tag") && tag.attribute("id") != null) {
                    cluster.tags.put(
                            tag.id(),
                            tag.children("obj_ref").stream().map(Element::id).toList());
                }
            }
        });
    }
}
