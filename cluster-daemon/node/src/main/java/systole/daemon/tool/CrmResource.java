package systole.daemon.tool;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import systole.api.Answer;
import systole.api.Request;
import systole.daemon.tool.ToolOptions.UsageException;
import systole.daemon.tool.ToolStep.Ask;
import systole.model.Element;
import systole.scheduler.reading.Reading;
import systole.scheduler.working.Cluster;

/**
 * {@code crm_resource}: lists and places, one resource's XML and constraints, its options, and requests to move it. Forms, texts and
 * codes are those of Debian's tool. What changes something is in {@link CrmResourceChange}.
 */
final class CrmResource {
    private static final int SUCCESS = 0;
    private static final int TRIES = 8;
    private static final List<String> KINDS = List.of("primitive", "group", "clone", "master", "bundle", "template");
    private static final String[] OPTIONS = {
        "Q,quiet",
        "r,resource:",
        "L,list",
        "l,list-raw",
        "W,locate",
        "q,query-xml",
        "w,query-xml-raw",
        "a,constraints",
        "A,stack",
        "m,meta",
        "z,utilization",
        "g,get-parameter:",
        "p,set-parameter:",
        "d,delete-parameter:",
        "v,parameter-value:",
        "M,move",
        "B,ban",
        "U,clear",
        "u,lifetime:",
        "f,force",
        "promoted,promoted",
        "master,promoted",
        "C,cleanup",
        "R,refresh",
        "D,delete",
        "t,resource-type:",
        "O,list-operations",
        "o,list-all-operations",
        "N,node,host-uname:",
        "n,operation:",
        "I,interval:",
        "V,verbose",
    };

    private CrmResource() {}

    static ToolStep begin(ToolCall call) throws UsageException {
        ToolOptions options = new ToolOptions(call.arguments(), OPTIONS);
        if (options.has("list-operations") || options.has("list-all-operations")) {
            // Whether something is pending is all that agents want to know; for one that runs nothing is.
            return ToolStep.out("");
        }
        if (options.has("cleanup") || options.has("refresh")) {
            return forget(call, options);
        }
        boolean lists = options.has("list")
                || options.has("list-raw")
                || call.arguments().isEmpty();
        if (!lists && options.value("resource").isEmpty()) {
            throw new UsageException("Must supply a resource id with -r");
        }
        if (options.has("delete") && options.value("resource-type").isEmpty()) {
            throw new UsageException("You need to specify a resource type with -t");
        }
        if (options.has("set-parameter") && !options.has("parameter-value")) {
            throw new UsageException("You need to supply a value with the -v option");
        }
        return read(call, options, TRIES);
    }

    /** Reads the CIB, and goes on with it. */
    static ToolStep read(ToolCall call, ToolOptions options, int triesLeft) {
        return new Ask(new Request.ReadCib(), answer -> {
            if (!(answer instanceof Answer.Cib cib)) {
                return AgentTools.failed(call, answer);
            }
            try {
                return options.has("list")
                                || options.has("list-raw")
                                || options.value("resource").isEmpty()
                        ? list(options, cib.cib())
                        : ofOne(call, options, cib.cib(), triesLeft);
            } catch (UsageException e) {
                return ToolStep.fail(AgentTools.USAGE, "crm_resource: " + e.getMessage());
            }
        });
    }

    private static ToolStep list(ToolOptions options, Element cib) {
        Cluster cluster = Reading.read(cib, Instant.now(), false);
        return ToolStep.out(options.has("list-raw") ? ResourceTexts.instances(cluster) : ResourceTexts.list(cluster));
    }

    private static ToolStep ofOne(ToolCall call, ToolOptions options, Element cib, int triesLeft)
            throws UsageException {
        String id = options.value("resource");
        Optional<Element> resource = cib.child("configuration")
                .flatMap(c -> c.child("resources"))
                .flatMap(all -> CrmResourceChange.find(all, id))
                .filter(found -> KINDS.contains(found.name()));
        if (resource.isEmpty()) {
            return noObject("Resource '" + id + "' not found");
        }
        if (options.has("locate")) {
            return located(options, ResourceTexts.places(Reading.read(cib, Instant.now(), false), id), id);
        }
        if (options.has("query-xml") || options.has("query-xml-raw")) {
            Cluster cluster = Reading.read(cib, Instant.now(), false);
            return ToolStep.out(ResourceTexts.withXml(cluster, resource.get()));
        }
        if (options.has("constraints") || options.has("stack")) {
            Cluster cluster = Reading.read(cib, Instant.now(), false);
            return ToolStep.out(ResourceTexts.constraints(cluster, id, options.has("stack")));
        }
        if (options.has("get-parameter")) {
            String name = options.value("get-parameter");
            return CrmResourceChange.pair(resource.get(), CrmResourceChange.set(options), name)
                    .<ToolStep>map(pair -> ToolStep.out(pair.attribute("value", "") + "\n"))
                    .orElse(new ToolStep.Say(SUCCESS, "", "Attribute '" + name + "' not found for '" + id + "'\n"));
        }
        return new CrmResourceChange(call, options, cib, resource.get(), triesLeft).begin();
    }

    private static ToolStep located(ToolOptions options, List<ResourceTexts.Place> places, String id) {
        StringBuilder out = new StringBuilder();
        for (ResourceTexts.Place place : places) {
            out.append(options.has("quiet") ? "" : "resource " + id + " is running on: ")
                    .append(place.node())
                    .append(place.promoted() && !options.has("quiet") ? " Promoted\n" : "\n");
        }
        boolean nowhere = places.isEmpty() && !options.has("quiet");
        return new ToolStep.Say(SUCCESS, out.toString(), nowhere ? "resource " + id + " is NOT running\n" : "");
    }

    /** {@code -C} forgets failures, {@code -R} the whole history. */
    private static ToolStep forget(ToolCall call, ToolOptions options) {
        String id = options.value("resource");
        String node = options.value("node");
        String what = (id.isEmpty() ? "all resources" : id) + " on " + (node.isEmpty() ? "all nodes" : node);
        Request request = new Request.Cleanup(id, node, "", 0, options.has("refresh"));
        return new Ask(
                request,
                answer -> answer instanceof Answer.Done
                        ? ToolStep.out("Cleaned up " + what + "\n")
                        : AgentTools.failed(call, answer));
    }

    static ToolStep noObject(String what) {
        return ToolStep.fail(
                AgentTools.NO_SUCH_OBJECT, "crm_resource: " + what + "\nError performing operation: No such object");
    }
}
