package systole.scheduler.generated;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.formats.CibXml;
import systole.model.Element;
import systole.scheduler.Scheduler;

/**
 * A status that may come about: plans are carried out on an empty cluster, then things happen to it (nodes, failures,
 * administrators). Now and then histories that say anything at all.
 */
final class MixedStatus {
    private final Draft draft;
    private final Instant now;
    private final Set<String> histories = new LinkedHashSet<>();

    private MixedStatus(long seed, Instant now) {
        this.draft = new Draft(seed ^ 0x5DEECE66DL);
        this.now = now;
    }

    /** The whole document of a seed. */
    static Element cluster(long seed, Instant now) {
        Element cib = CibXml.read("seed " + seed, MixedConfiguration.write(seed));
        // Text and back: lines, and nothing that a file could not hold.
        return CibXml.read("seed " + seed, CibXml.write(new MixedStatus(seed, now).live(cib)));
    }

    private Element live(Element empty) {
        Element cib = Trees.withStatus(empty, members(empty));
        int rounds = draft.chance(15) ? 0 : draft.number(1, 3);
        for (int i = 0; i < rounds; i++) {
            cib = ClusterEffects.carryOut(cib, Scheduler.schedule(cib, now).graph(), now);
        }
        for (Element state : Trees.states(cib)) {
            Trees.histories(state).forEach(history -> histories.add(history.id()));
        }
        if (draft.chance(70)) {
            cib = administrate(cib);
        }
        List<Element> states = new ArrayList<>();
        for (Element state : Trees.states(cib)) {
            states.add(state.is("node_state") ? happen(state, draft.chance(12)) : state);
        }
        if (draft.chance(40)) {
            moveAround(states);
        }
        if (draft.chance(50)) {
            states.add(Element.of("tickets", Map.of(), List.of(ticket("ticketA"), ticket("ticketB"))));
        }
        return Trees.withStatus(cib, states);
    }

    private Element ticket(String id) {
        return Element.leaf(
                "ticket_state",
                "id",
                id,
                "granted",
                draft.one("true", "false"),
                "last-granted",
                "1700000000",
                "standby",
                draft.one("false", "false", "true"));
    }

    private List<Element> members(Element cib) {
        List<Element> states = new ArrayList<>();
        for (Element node : cib.child("configuration")
                .orElseThrow()
                .child("nodes")
                .orElseThrow()
                .children()) {
            Element state = Element.leaf(
                    "node_state",
                    "id",
                    node.id(),
                    "uname",
                    node.attribute("uname", ""),
                    "in_ccm",
                    "true",
                    "crmd",
                    "online",
                    "join",
                    "member",
                    "expected",
                    "member");
            state = Trees.withAttribute(state, "ping", draft.one("0", "100", "1000"));
            if (draft.chance(50)) {
                for (String name : List.of("r0p", "r1p", "r2p", "r3p", "r4p", "r5p", "r1gm0")) {
                    if (draft.chance(30)) {
                        state = Trees.withAttribute(state, "master-" + name, draft.one("10", "5", "-INFINITY", "100"));
                    }
                }
            }
            states.add(state);
        }
        return states;
    }

    // ---- what an administrator may have changed since

    private Element administrate(Element cib) {
        Map<String, List<String>> changes = new LinkedHashMap<>();
        changes.put("target-role", List.of("Stopped", "Started"));
        changes.put("is-managed", List.of("true", "false"));
        changes.put("clone-max", List.of("1", "2", "3"));
        changes.put("fake", List.of("a", "b", "c"));
        changes.put("standby", List.of("on", "off"));
        changes.put("resource-stickiness", List.of("0", "100"));
        changes.put("no-quorum-policy", List.of("stop", "ignore", "freeze"));
        boolean many = draft.chance(30);
        return Trees.each(cib, element -> {
            String name = element.attribute("name", "");
            if (element.is("nvpair") && changes.containsKey(name) && draft.chance(many ? 60 : 15)) {
                return element.withAttribute("value", draft.from(changes.getOrDefault(name, List.of())));
            }
            if (element.name().startsWith("rsc_") && element.attribute("score") != null && draft.chance(10)) {
                return element.withAttribute("score", draft.one("INFINITY", "-INFINITY"));
            }
            if (element.is("op") && draft.chance(8)) {
                return element.withAttribute("timeout", "77s");
            }
            if (element.is("op") && "10s".equals(element.attribute("interval")) && draft.chance(5)) {
                return element.withAttribute("interval", "15s");
            }
            return element;
        });
    }

    // ---- what may happen to a node

    private Element happen(Element before, boolean wild) {
        Element state = before;
        if (before.attribute("remote_node") == null && before.attribute("crmd") != null) {
            state = membership(before);
        }
        List<Element> next = new ArrayList<>();
        int failures = 0;
        for (Element history : Trees.histories(state)) {
            if (wild && draft.chance(50)) {
                next.add(anything(history));
            } else if (draft.chance(12) && !history.children().isEmpty()) {
                next.add(failed(history));
                failures++;
                if (draft.chance(85)) {
                    state = failCount(state, history.id());
                }
            } else if (draft.chance(6)) {
                next.add(withOtherDigest(history));
            } else if (draft.chance(4)) {
                next.add(history.withAttribute("type", "Other"));
            } else if (!draft.chance(3)) {
                next.add(history);
            }
        }
        if (draft.chance(10) && !next.isEmpty()) {
            next.add(renamed(draft.from(next), "gone" + draft.number(0, 1)));
        }
        state = Trees.withHistories(state, next);
        if (draft.chance(8) && !histories.isEmpty()) {
            state = failCount(state, draft.from(new ArrayList<>(histories)));
        }
        if (draft.chance(5)) {
            state = Trees.withAttribute(state, "shutdown", draft.one("1", "1700000000", "0"));
        }
        if (draft.chance(3)) {
            state = Trees.withAttribute(state, "terminate", "true");
        }
        if (draft.chance(6)) {
            state = Trees.withAttribute(state, "#health-cpu", draft.one("red", "yellow", "-3"));
        }
        if (draft.chance(4)) {
            state = Trees.withAttribute(state, "standby", "on");
        }
        return failures > 2 && draft.chance(20)
                ? state.withoutAttribute("uname").withAttribute("uname", state.attribute("uname", ""))
                : state;
    }

    private Element membership(Element state) {
        switch (draft.random.nextInt(16)) {
            case 0:
                return Trees.withHistories(peer(state, "false", "offline", "down", "down"), List.of());
            case 1:
                return peer(state, "false", "offline", "down", "member");
            case 2:
                return peer(state, "true", "offline", "member", "member");
            case 3:
                return peer(state, "true", "online", draft.one("pending", "banned", "down"), "member");
            case 4:
                return peer(state, "1700000000", draft.one("offline", "1700000001"), "member", "down");
            default:
                return state;
        }
    }

    private static Element peer(Element state, String member, String peer, String join, String expected) {
        return state.withAttribute("in_ccm", member)
                .withAttribute("crmd", peer)
                .withAttribute("join", join)
                .withAttribute("expected", expected);
    }

    private Element failCount(Element state, String resource) {
        String operation = draft.one("monitor_10000", "start_0", "stop_0", "promote_0", "monitor_11000");
        Element next =
                Trees.withAttribute(state, "fail-count-" + resource + "#" + operation, draft.one("1", "3", "INFINITY"));
        long last = now.getEpochSecond() - draft.number(0, 1) * draft.number(0, 7200);
        return draft.chance(85)
                ? Trees.withAttribute(next, "last-failure-" + resource + "#" + operation, String.valueOf(last))
                : next;
    }

    /** Its last operation of some kind went wrong, is still under way, or timed out. */
    private Element failed(Element history) {
        List<Element> entries = new ArrayList<>(history.children());
        int at = draft.random.nextInt(entries.size());
        Element entry = entries.get(at);
        String rc = draft.one("1", "7", "8", "9", "5", "6", "2");
        String status = draft.one("4", "4", "4", "2", "0");
        if (draft.chance(15)) {
            rc = "193";
            status = "-1";
        }
        String when = String.valueOf(now.getEpochSecond() - draft.number(0, 1) * draft.number(0, 7200));
        Element failure = entry.withAttribute("rc-code", rc)
                .withAttribute("op-status", status)
                .withAttribute("transition-magic", status + ":" + rc + ";" + entry.attribute("transition-key", ""))
                .withAttribute("last-rc-change", when);
        if (status.equals("-1")) {
            entries.set(at, failure.withAttribute("call-id", "-1"));
        } else if (draft.chance(50)) {
            int highest = entries.stream()
                    .mapToInt(each -> Integer.parseInt(each.attribute("call-id", "0")))
                    .max()
                    .orElse(0);
            entries.add(failure.withAttribute("id", history.id() + "_last_failure_0")
                    .withAttribute("call-id", String.valueOf(highest + 1)));
        } else {
            entries.set(at, failure);
        }
        return history.withChildren(entries);
    }

    private Element withOtherDigest(Element history) {
        boolean reload = draft.chance(50);
        List<Element> entries = new ArrayList<>();
        for (Element entry : history.children()) {
            Element next = entry.withAttribute("op-digest", "f2317cad3d54cec5d7d7aa7d0bf35cf8");
            if (reload) {
                next = next.withAttribute("op-force-restart", " server ")
                        .withAttribute("op-restart-digest", draft.one("f2317cad3d54cec5d7d7aa7d0bf35cf8", "0"));
            }
            entries.add(next);
        }
        return history.withChildren(entries);
    }

    private static Element renamed(Element history, String id) {
        List<Element> entries = new ArrayList<>();
        for (Element entry : history.children()) {
            entries.add(entry.withAttribute("id", entry.id().replace(history.id(), id))
                    .withAttribute(
                            "operation_key",
                            entry.attribute("operation_key", "").replace(history.id(), id)));
        }
        return history.withAttribute("id", id).withChildren(entries);
    }

    /** Entries in any combination, as no cluster would write them. */
    private Element anything(Element history) {
        List<Element> entries = new ArrayList<>();
        int count = draft.number(1, 3);
        for (int i = 0; i < count; i++) {
            String task = draft.one("monitor", "start", "stop", "promote", "demote", "migrate_to", "migrate_from");
            String rc = draft.chance(75) ? "0" : String.valueOf(draft.number(0, 9));
            String status = draft.chance(90) ? "0" : draft.one("-1", "2", "4", "7");
            String interval = task.equals("monitor") && draft.chance(40) ? "10000" : "0";
            String key = "1:1:" + draft.one("0", "0", "7", "8") + ":u";
            Map<String, String> out = new LinkedHashMap<>();
            out.put("id", history.id() + "_" + task + "_" + i);
            out.put("operation_key", history.id() + "_" + task + "_" + interval);
            out.put("operation", task);
            out.put("transition-key", key);
            out.put("transition-magic", status + ":" + rc + ";" + key);
            out.put("call-id", status.equals("-1") ? "-1" : String.valueOf(i + 1));
            out.put("rc-code", rc);
            out.put("op-status", status);
            out.put("interval", interval);
            out.put("last-rc-change", "1700000000");
            out.put("exit-reason", Settling.INVENTED);
            if (task.startsWith("migrate")) {
                out.put("migrate_source", draft.one("node1", "node2"));
                out.put("migrate_target", draft.one("node1", "node2", "node3"));
            }
            entries.add(Element.of("lrm_rsc_op", out, List.of()));
        }
        return history.withChildren(entries);
    }

    /** Each entry says on which node it came about; where that differs, their order would mean nothing. */
    private static Element on(Element history, String node) {
        List<Element> entries = new ArrayList<>();
        for (Element entry : history.children()) {
            entries.add(entry.attribute("on_node") == null ? entry : entry.withAttribute("on_node", node));
        }
        return history.withChildren(entries);
    }

    /** A history appears on another node as well: started by hand, left over, or half migrated. */
    private void moveAround(List<Element> states) {
        int from = draft.random.nextInt(states.size());
        int to = draft.random.nextInt(states.size());
        List<Element> there = Trees.histories(states.get(from));
        if (from == to || there.isEmpty() || !states.get(to).is("node_state")) {
            return;
        }
        Element history = on(draft.from(there), states.get(to).attribute("uname", ""));
        if ("remote".equals(history.attribute("type")) && states.get(to).attribute("in_ccm") == null) {
            return; // No connection runs on what is connected by one.
        }
        boolean alone = history.id().matches("r\\d+");
        List<Element> next = new ArrayList<>();
        for (Element each : Trees.histories(states.get(to))) {
            if (!each.id().equals(history.id())) {
                next.add(each);
            }
        }
        if (alone && draft.chance(40)) {
            String source = states.get(from).attribute("uname", "");
            String target = states.get(to).attribute("uname", "");
            String task = draft.one("migrate_to", "migrate_from");
            Element base = Element.leaf(
                    "lrm_rsc_op",
                    "id",
                    history.id() + "_" + task + "_0",
                    "operation_key",
                    history.id() + "_" + task + "_0",
                    "operation",
                    task,
                    "transition-key",
                    "9:9:0:u",
                    "transition-magic",
                    "0:0;9:9:0:u",
                    "call-id",
                    "99",
                    "rc-code",
                    draft.one("0", "0", "1", "193"),
                    "op-status",
                    "0",
                    "interval",
                    "0",
                    "last-rc-change",
                    "1700000000",
                    "migrate_source",
                    source,
                    "migrate_target",
                    target);
            if (task.equals("migrate_to")) {
                List<Element> entries = new ArrayList<>(history.children());
                entries.add(base);
                List<Element> own = new ArrayList<>(there);
                own.replaceAll(
                        each -> each.id().equals(history.id()) ? on(history.withChildren(entries), source) : each);
                states.set(from, Trees.withHistories(states.get(from), own));
                return;
            }
            next.add(history.withChildren(List.of(base)));
        } else {
            next.add(history);
        }
        states.set(to, Trees.withHistories(states.get(to), next));
    }
}
