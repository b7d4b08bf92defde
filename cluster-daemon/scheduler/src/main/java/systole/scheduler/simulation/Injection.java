package systole.scheduler.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.BadInputException;
import systole.model.Element;

/** What is changed in the status before a plan is tried out. */
public sealed interface Injection {
    /** The line under "Performing Requested Modifications". */
    String line();

    /** Sets {@code have-quorum}. */
    record Quorum(boolean quorate) implements Injection {
        @Override
        public String line() {
            return "Setting quorum: " + quorate;
        }
    }

    /** The node is a member and its daemon answers. */
    record NodeUp(String node) implements Injection {
        @Override
        public String line() {
            return "Bringing node " + node + " online";
        }
    }

    /** The node left cleanly. */
    record NodeDown(String node) implements Injection {
        @Override
        public String line() {
            return "Taking node " + node + " offline";
        }
    }

    /** The node was lost. */
    record NodeFail(String node) implements Injection {
        @Override
        public String line() {
            return "Failing node " + node;
        }
    }

    /** What happens to a ticket. */
    record Ticket(String id, Change change) implements Injection {
        /** Kinds of changes. */
        public enum Change {
            GRANT,
            REVOKE,
            STANDBY,
            ACTIVATE
        }

        @Override
        public String line() {
            return switch (change) {
                case GRANT -> "Granting ticket " + id;
                case REVOKE -> "Revoking ticket " + id;
                case STANDBY -> "Making ticket " + id + " standby";
                case ACTIVATE -> "Activating ticket " + id;
            };
        }
    }

    /**
     * The result of an operation, as if it had just been run.
     *
     * @param spec {@code RSC_TASK_INTERVAL@NODE=RC}, as it was given
     */
    record Operation(String spec, String resource, String task, long intervalMs, String node, int rc)
            implements Injection {
        /**
         * Reads {@code RSC_TASK_INTERVAL@NODE=RC}.
         *
         * @throws BadInputException if it is written in another way
         */
        public static Operation parse(String spec) {
            int at = spec.lastIndexOf('@');
            int equals = spec.lastIndexOf('=');
            int interval = at < 0 ? -1 : spec.lastIndexOf('_', at);
            int task = interval < 0 ? -1 : spec.lastIndexOf('_', interval - 1);
            if (task > 0 && (spec.startsWith("migrate_to", task - 7) || spec.startsWith("migrate_from", task - 7))) {
                task -= 8;
            }
            if (task <= 0 || equals < at) {
                throw wrong(spec);
            }
            try {
                return new Operation(
                        spec,
                        spec.substring(0, task),
                        spec.substring(task + 1, interval),
                        Long.parseLong(spec.substring(interval + 1, at)),
                        spec.substring(at + 1, equals),
                        Integer.parseInt(spec.substring(equals + 1)));
            } catch (NumberFormatException e) {
                throw wrong(spec);
            }
        }

        private static BadInputException wrong(String spec) {
            return new BadInputException(
                    spec,
                    "this is no operation result",
                    "write RSC_TASK_INTERVAL@NODE=RC, e.g. web_monitor_10000@n1=7");
        }

        /** The key under which a simulated failure is looked up. */
        public String key() {
            return resource + "_" + task + "_" + intervalMs + "@" + node;
        }

        @Override
        public String line() {
            return "Injecting " + spec + " into the configuration";
        }
    }

    /** The document after all changes, in the order given. */
    static Element apply(Element cib, List<Injection> injections, long nowSeconds) {
        Element result = cib;
        for (Injection injection : injections) {
            result = apply(result, injection, nowSeconds);
        }
        return result;
    }

    private static Element apply(Element cib, Injection injection, long nowSeconds) {
        if (injection instanceof Quorum quorum) {
            return cib.withAttribute("have-quorum", quorum.quorate ? "1" : "0");
        }
        StatusEdit status = new StatusEdit(cib);
        if (injection instanceof NodeUp up) {
            membership(cib, status, up.node, "true", "online", "member", "member");
        } else if (injection instanceof NodeDown down) {
            StatusEdit.Node state = membership(cib, status, down.node, "false", "offline", "down", "down");
            state.resources.clear();
            state.transients = null;
        } else if (injection instanceof NodeFail fail) {
            membership(cib, status, fail.node, "false", "offline", "down", "member");
        } else if (injection instanceof Ticket ticket) {
            ticket(status, ticket, nowSeconds);
        } else if (injection instanceof Operation operation) {
            operation(cib, status, operation, nowSeconds);
        } else {
            throw new AssertionError("unknown injection " + injection);
        }
        return status.cib();
    }

    private static Element node(Element cib, String name) {
        Element configuration = cib.child("configuration").orElse(Element.leaf("configuration"));
        for (Element node :
                configuration.child("nodes").orElse(Element.leaf("nodes")).children("node")) {
            if (name.equalsIgnoreCase(node.attribute("uname")) || name.equalsIgnoreCase(node.id())) {
                return node;
            }
        }
        throw new BadInputException(name, "there is no such node", "give the name of a configured node");
    }

    private static StatusEdit.Node membership(
            Element cib, StatusEdit status, String name, String member, String peer, String join, String expected) {
        Element node = node(cib, name);
        StatusEdit.Node state = status.node(node.id(), node.attribute("uname", name));
        state.attributes.put("in_ccm", member);
        state.attributes.put("crmd", peer);
        state.attributes.put("join", join);
        state.attributes.put("expected", expected);
        return state;
    }

    private static void ticket(StatusEdit status, Ticket ticket, long nowSeconds) {
        List<Element> others = status.others();
        Element all = Element.leaf("tickets");
        for (Element other : others) {
            if (other.is("tickets")) {
                all = other;
            }
        }
        Map<String, String> state = new LinkedHashMap<>();
        state.put("id", ticket.id);
        List<Element> kept = new ArrayList<>();
        for (Element each : all.children()) {
            if (each.id().equals(ticket.id)) {
                state.putAll(each.attributes());
            } else {
                kept.add(each);
            }
        }
        switch (ticket.change) {
            case GRANT -> {
                state.put("granted", "true");
                state.put("last-granted", String.valueOf(nowSeconds));
            }
            case REVOKE -> state.put("granted", "false");
            case STANDBY -> state.put("standby", "true");
            case ACTIVATE -> state.put("standby", "false");
        }
        kept.add(Element.of("ticket_state", state, List.of()));
        others.removeIf(other -> other.is("tickets"));
        others.add(Element.of("tickets", Map.of(), kept));
    }

    private static void operation(Element cib, StatusEdit status, Operation operation, long nowSeconds) {
        Element node = node(cib, operation.node);
        StatusEdit.Node state = status.node(node.id(), node.attribute("uname", operation.node));
        StatusEdit.Resource history = state.resources.get(operation.resource);
        if (history == null) {
            throw new BadInputException(
                    operation.spec,
                    operation.resource + " has no history on " + operation.node,
                    "inject results of resources that were probed or run there");
        }
        history.highestCall++;
        String id = operation.intervalMs == 0 ? operation.resource + "_last_0" : operation.resource + "_last_failure_0";
        Map<String, String> entry = new LinkedHashMap<>();
        int expected = operation.task.equals("monitor") && operation.intervalMs == 0 ? 7 : 0;
        String key = history.highestCall + ":-1:" + expected + ":xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
        entry.put("id", id);
        entry.put("operation_key", operation.resource + "_" + operation.task + "_" + operation.intervalMs);
        entry.put("operation", operation.task);
        entry.put("transition-key", key);
        entry.put("transition-magic", (operation.rc == expected ? "0:" : "4:") + operation.rc + ";" + key);
        entry.put("on_node", operation.node);
        entry.put("call-id", String.valueOf(history.highestCall));
        entry.put("rc-code", String.valueOf(operation.rc));
        entry.put("op-status", operation.rc == expected ? "0" : "4");
        entry.put("interval", String.valueOf(operation.intervalMs));
        entry.put("last-rc-change", String.valueOf(nowSeconds));
        history.entries.put(id, Element.of("lrm_rsc_op", entry, List.of()));
        if (operation.rc != expected) {
            String suffix = operation.resource + "#" + operation.task + "_" + operation.intervalMs;
            TransientAttributes.set(state, "fail-count-" + suffix, "value++");
            TransientAttributes.set(state, "last-failure-" + suffix, String.valueOf(nowSeconds));
        }
    }
}
