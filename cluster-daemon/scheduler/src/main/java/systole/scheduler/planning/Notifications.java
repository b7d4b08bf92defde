package systole.scheduler.planning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.graph.Synapse;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Telling the instances of a clone before and after something happens to one of them (actions-and-graph 9.4). */
final class Notifications {
    private final Cluster cluster;
    private final Actions actions;
    private final Joining joining;
    private final Map<Resource, Map<String, Points>> points = new LinkedHashMap<>();

    /** The four ordering points around one task of a clone. */
    private record Points(String task, Action pre, Action preDone, Action post, Action postDone) {}

    Notifications(Cluster cluster, Actions actions, Joining joining) {
        this.cluster = cluster;
        this.actions = actions;
        this.joining = joining;
    }

    // ---- points

    /** Creates the points around a task of a collective that wants to be notified. */
    void points(Resource collective, String task, Action begin, String finished, Action end) {
        if (!collective.notify || collective.isBundle()) {
            return;
        }
        Action pre = point(collective, "pre", task, Tasks.NOTIFY, task, begin.optional, true);
        Action preDone = point(collective, "confirmed-pre", task, Tasks.NOTIFIED, task, begin.optional, true);
        Action post = point(collective, "post", finished, Tasks.NOTIFY, task, end.optional, end.runnable);
        Action postDone =
                point(collective, "confirmed-post", finished, Tasks.NOTIFIED, task, end.optional, end.runnable);
        post.priority = Synapse.INFINITY;
        postDone.priority = Synapse.INFINITY;
        joining.join(pre, preDone, Kind.ORDER);
        joining.join(preDone, begin, Kind.ORDER);
        joining.join(end, post, Kind.PUSH);
        joining.join(post, postDone, Kind.PUSH);
        joining.join(preDone, post, Kind.ORDER);
        points.computeIfAbsent(collective, any -> new LinkedHashMap<>())
                .put(task, new Points(task, pre, preDone, post, postDone));
    }

    private Action point(
            Resource collective,
            String type,
            String keyOperation,
            String task,
            String operation,
            boolean optional,
            boolean runnable) {
        Action point = actions.pseudo(collective, type + "_notify_" + keyOperation, task, optional, runnable);
        String plainType = type.startsWith("confirmed-") ? type.substring("confirmed-".length()) : type;
        point.meta("notify_type", plainType);
        point.meta("notify_operation", operation);
        point.meta("notify_key_type", type);
        point.meta("notify_key_operation", keyOperation);
        return point;
    }

    private @Nullable Points of(Resource collective, String task) {
        Map<String, Points> found = points.get(collective);
        return found == null ? null : found.get(task);
    }

    void joinStartAfterStop(Resource collective) {
        Points stop = of(collective, Tasks.STOP);
        Points start = of(collective, Tasks.START);
        if (stop != null && start != null) {
            joining.join(stop.postDone, start.pre, Kind.ORDER);
        }
    }

    void joinPromotable(Resource clone) {
        Points start = of(clone, Tasks.START);
        Points stop = of(clone, Tasks.STOP);
        Points promote = of(clone, Tasks.PROMOTE);
        Points demote = of(clone, Tasks.DEMOTE);
        if (start == null || stop == null || promote == null || demote == null) {
            return;
        }
        joining.join(stop.postDone, promote.pre, Kind.ORDER);
        joining.join(start.postDone, promote.pre, Kind.ORDER);
        joining.join(demote.postDone, promote.pre, Kind.ORDER);
        joining.join(demote.postDone, start.pre, Kind.ORDER);
        joining.join(demote.postDone, stop.pre, Kind.ORDER);
    }

    // ---- at graph time

    /** A resource and the node that matters. */
    private record Pair(Resource resource, @Nullable Node node) {}

    /** What happens to the instances of one clone. */
    private static final class Survey {
        final List<Pair> active = new ArrayList<>();
        final List<Pair> inactive = new ArrayList<>();
        final List<Pair> unpromoted = new ArrayList<>();
        final List<Pair> promoted = new ArrayList<>();
        final List<Pair> start = new ArrayList<>();
        final List<Pair> stop = new ArrayList<>();
        final List<Pair> promote = new ArrayList<>();
        final List<Pair> demote = new ArrayList<>();

        List<Pair> of(String task) {
            return switch (task) {
                case Tasks.START -> start;
                case Tasks.STOP -> stop;
                case Tasks.PROMOTE -> promote;
                case Tasks.DEMOTE -> demote;
                default -> throw new AssertionError(task);
            };
        }
    }

    /** Texts of all points, and the notify actions of the instances. */
    void finish(Resource clone) {
        if (!points.containsKey(clone)) {
            return;
        }
        for (String task : List.of(Tasks.START, Tasks.STOP, Tasks.PROMOTE, Tasks.DEMOTE)) {
            Points pair = of(clone, task);
            if (pair != null) {
                finish(clone, pair);
            }
        }
    }

    private void finish(Resource clone, Points pair) {
        Survey survey = new Survey();
        List<Resource> primitives = clone.primitives();
        for (Resource primitive : primitives) {
            survey(primitive, survey);
        }
        Map<String, String> texts = texts(clone, survey);
        boolean happens = !survey.of(pair.task).isEmpty();
        if (happens) {
            pair.pre.optional = false;
            pair.preDone.optional = false;
            pair.post.optional = false;
            pair.postDone.optional = false;
        }
        primitives.forEach(primitive -> tell(primitive, texts));
        if (!happens && !pair.task.equals(Tasks.STOP)) {
            return;
        }
        for (Resource primitive : primitives) {
            instance(primitive, pair, texts);
        }
    }

    /** What happens to an instance itself says what happens to all. */
    private void tell(Resource primitive, Map<String, String> texts) {
        for (Action action : actions.of(primitive)) {
            if (action.required() && action.node != null && isRoleTask(action.task)) {
                addAll(action, texts);
            }
        }
    }

    private static void addAll(Action action, Map<String, String> texts) {
        texts.forEach(action::meta);
    }

    private static boolean isRoleTask(String task) {
        return task.equals(Tasks.START)
                || task.equals(Tasks.STOP)
                || task.equals(Tasks.PROMOTE)
                || task.equals(Tasks.DEMOTE);
    }

    private void survey(Resource primitive, Survey survey) {
        Node first = primitive.active.isEmpty() ? null : primitive.active.get(0);
        Pair here = new Pair(primitive, first);
        switch (primitive.role) {
            case STOPPED, UNKNOWN -> survey.inactive.add(here);
            case STARTED -> survey.active.add(here);
            case UNPROMOTED -> {
                survey.active.add(here);
                survey.unpromoted.add(here);
            }
            case PROMOTED -> {
                survey.active.add(here);
                survey.promoted.add(here);
            }
        }
        for (Action action : actions.of(primitive)) {
            Node node = action.node;
            if (action.optional || node == null || !isRoleTask(action.task)) {
                continue;
            }
            boolean counts = action.runnable || (action.is(Tasks.STOP) && node.unclean);
            if (counts) {
                survey.of(action.task).add(new Pair(primitive, node));
            }
        }
    }

    private static final Comparator<Pair> BY_NAME = Comparator.comparing((Pair pair) -> pair.resource.id)
            .thenComparing(pair -> pair.node == null ? "" : pair.node.id);

    private Map<String, String> texts(Resource clone, Survey survey) {
        Map<String, String> texts = new LinkedHashMap<>();
        both(texts, "stop", survey.stop);
        both(texts, "start", survey.start);
        both(texts, "demote", survey.demote);
        both(texts, "promote", survey.promote);
        both(texts, "active", survey.active);
        both(texts, "unpromoted", survey.unpromoted);
        both(texts, "slave", survey.unpromoted);
        both(texts, "promoted", survey.promoted);
        both(texts, "master", survey.promoted);
        texts.put("notify_inactive_resource", resources(sorted(survey.inactive)));
        List<Node> allowed = new ArrayList<>();
        for (Node node : cluster.nodes) {
            if (clone.table.has(node)) {
                allowed.add(node);
            }
        }
        allowed.sort(Comparator.comparing(node -> node.name));
        texts.put("notify_available_uname", names(allowed));
        texts.put("notify_all_uname", names(cluster.nodes));
        if ("host".equals(clone.meta.get("container-attribute-target"))) {
            texts.put("notify_all_hosts", hosts());
        }
        return texts;
    }

    private static List<Pair> sorted(List<Pair> pairs) {
        List<Pair> sorted = new ArrayList<>(pairs);
        sorted.sort(BY_NAME);
        List<Pair> unique = new ArrayList<>();
        String last = null;
        for (Pair pair : sorted) {
            if (!pair.resource.id.equals(last)) {
                unique.add(pair);
                last = pair.resource.id;
            }
        }
        return unique;
    }

    private static void both(Map<String, String> texts, String what, List<Pair> pairs) {
        List<Pair> sorted = sorted(pairs);
        texts.put("notify_" + what + "_resource", resources(sorted));
        List<Node> nodes = new ArrayList<>();
        for (Pair pair : sorted) {
            if (pair.node != null) {
                nodes.add(pair.node);
            }
        }
        texts.put("notify_" + what + "_uname", names(nodes));
    }

    private static String resources(List<Pair> pairs) {
        List<String> words = new ArrayList<>();
        for (Pair pair : pairs) {
            words.add(pair.resource.id);
        }
        return words.isEmpty() ? " " : String.join(" ", words);
    }

    private static String names(List<Node> nodes) {
        List<String> words = new ArrayList<>();
        for (Node node : nodes) {
            words.add(node.name);
        }
        return words.isEmpty() ? " " : String.join(" ", words);
    }

    private String hosts() {
        List<Node> hosts = new ArrayList<>();
        for (Node node : cluster.nodes) {
            Resource container = node.isGuest() ? node.launcher() : null;
            Node host = container == null ? null : container.currentNode();
            hosts.add(host == null ? node : host);
        }
        return names(hosts);
    }

    // ---- notify actions of instances

    private void instance(Resource primitive, Points pair, Map<String, String> texts) {
        switch (pair.task) {
            case Tasks.STOP, Tasks.DEMOTE -> {
                if (primitive.role == Role.STOPPED || primitive.role == Role.UNKNOWN) {
                    return;
                }
                for (Node node : primitive.active) {
                    downNotification(primitive, node, pair, texts);
                }
            }
            default -> {
                Node node = primitive.assigned;
                if (primitive.nextRole == Role.STOPPED || node == null || behindDeadConnection(node)) {
                    return;
                }
                boolean startsItself = pair.task.equals(Tasks.START) && startsOn(primitive, node);
                if (!startsItself) {
                    notify(primitive, node, pair.pre, pair.preDone, "pre", pair.task, texts);
                }
                post(primitive, node, pair, texts);
            }
        }
    }

    private void downNotification(Resource primitive, Node node, Points pair, Map<String, String> texts) {
        if (pair.task.equals(Tasks.STOP) || pair.task.equals(Tasks.DEMOTE)) {
            Action stopHere = actions.newest(primitive, Tasks.STOP, 0, node);
            boolean impliedByFencing = stopHere != null && stopHere.pseudo && (node.unclean || node.remoteReset);
            if (impliedByFencing) {
                return;
            }
        }
        notify(primitive, node, pair.pre, pair.preDone, "pre", pair.task, texts);
        Action stop = actions.newest(primitive, Tasks.STOP);
        if (pair.task.equals(Tasks.DEMOTE) || stop == null || stop.optional) {
            post(primitive, node, pair, texts);
        }
    }

    private boolean behindDeadConnection(Node node) {
        Resource connection = node.connection;
        if (connection == null) {
            return false;
        }
        Action start = actions.newest(connection, Tasks.START);
        return start != null && !start.runnable;
    }

    private boolean startsOn(Resource primitive, Node node) {
        for (Action start : actions.every(primitive, Tasks.START, node)) {
            if (start.required()) {
                return true;
            }
        }
        return false;
    }

    private void post(Resource primitive, Node node, Points pair, Map<String, String> texts) {
        post(primitive, node, pair.post, pair.postDone, pair.task, texts);
    }

    private void post(
            Resource primitive, Node node, Action point, Action done, String task, Map<String, String> texts) {
        Action notify = notify(primitive, node, point, done, "post", task, texts);
        if (notify == null) {
            return;
        }
        notify.priority = Synapse.INFINITY;
        for (Action recurring : List.copyOf(actions.of(primitive))) {
            if (recurring.intervalMs > 0 && !recurring.is(Tasks.CANCEL)) {
                joining.join(done, recurring, Kind.ORDER);
            }
        }
    }

    private @Nullable Action notify(
            Resource primitive,
            Node node,
            Action point,
            Action done,
            String type,
            String task,
            Map<String, String> texts) {
        if (!node.online || !point.runnable) {
            return null;
        }
        Action notify = actions.request(primitive, type + "_notify_" + task, 0, Tasks.NOTIFY, node, point.optional);
        addAll(notify, texts);
        point.meta.forEach((name, value) -> {
            if (!notify.meta.containsKey(name)) {
                notify.meta(name, value);
            }
        });
        joining.join(point, notify, Kind.ORDER);
        joining.join(notify, done, Kind.ORDER);
        return notify;
    }

    // ---- fencing

    /** Survivors hear of a stop that fencing implies (9.4, 6). */
    void stoppedByFencing(Resource resource, Action stop, Action fencing) {
        Action post = fencePoint(resource, "post", Tasks.NOTIFY, fencing);
        Action done = fencePoint(resource, "confirmed-post", Tasks.NOTIFIED, fencing);
        joining.join(fencing, post, Kind.PUSH);
        joining.join(post, done, Kind.PUSH);
        tellSurvivors(resource, stop, post, done);
    }

    private Action fencePoint(Resource resource, String type, String task, Action fencing) {
        Action point = actions.pseudo(resource, type + "_notify_" + Tasks.STONITH, task, fencing.optional, true);
        point.priority = Synapse.INFINITY;
        point.meta("notify_type", "post");
        point.meta("notify_operation", Tasks.STOP);
        point.meta("notify_key_type", type);
        point.meta("notify_key_operation", Tasks.STONITH);
        return point;
    }

    private void tellSurvivors(Resource resource, Action stop, Action post, Action done) {
        Map<String, String> texts = new LinkedHashMap<>();
        Node node = stop.node;
        texts.put("notify_stop_resource", resource.id);
        texts.put("notify_stop_uname", node == null ? " " : node.name);
        for (Resource primitive : resource.top().primitives()) {
            tell(primitive, texts);
            if (primitive.role == Role.STOPPED || primitive.role == Role.UNKNOWN) {
                continue;
            }
            for (Node survivor : primitive.active) {
                Action own = actions.newest(primitive, Tasks.STOP, 0, survivor);
                boolean implied = own != null && own.pseudo && (survivor.unclean || survivor.remoteReset);
                Action newest = actions.newest(primitive, Tasks.STOP);
                if (implied || (newest != null && newest.required())) {
                    continue;
                }
                post(primitive, survivor, post, done, Tasks.STOP, texts);
            }
        }
    }
}
