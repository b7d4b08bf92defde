package systole.scheduler.generated;

import java.util.ArrayList;
import java.util.List;

/** Constraints of all kinds between what there is. */
final class MixedConstraints {
    private final Draft draft;
    private final List<MixedConfiguration.Top> tops;
    private final List<String> primitives;
    private final List<String> templates;
    private final List<String> tags;
    private final List<String> nodes;

    MixedConstraints(
            Draft draft,
            List<MixedConfiguration.Top> tops,
            List<String> primitives,
            List<String> templates,
            List<String> tags,
            List<String> nodes) {
        this.draft = draft;
        this.tops = tops;
        this.primitives = primitives;
        this.templates = templates;
        this.tags = tags;
        this.nodes = nodes;
    }

    void write(int count) {
        for (int i = 0; i < count; i++) {
            switch (draft.random.nextInt(10)) {
                case 0, 1, 2 -> location();
                case 3, 4 -> colocation();
                case 5 -> colocationSets();
                case 6, 7 -> order();
                case 8 -> orderSets();
                default -> ticket();
            }
        }
    }

    private String resource() {
        if (draft.chance(6)) {
            if (tags.isEmpty()) {
                tags.add("tag0");
            }
            return tags.get(0);
        }
        if (!templates.isEmpty() && draft.chance(4)) {
            return templates.get(0);
        }
        return draft.chance(88) || primitives.isEmpty() ? draft.from(tops).id() : draft.from(primitives);
    }

    private String score() {
        return draft.one("INFINITY", "-INFINITY", "100", "-100", "5000", "1", "INFINITY", "-INFINITY");
    }

    private void location() {
        draft.add("<rsc_location").attribute("id", draft.id());
        boolean set = false;
        if (draft.chance(8)) {
            draft.attribute("rsc-pattern", draft.one("^r[0-2]$", "!r1.*", ".*m0"));
        } else if (draft.chance(8)) {
            set = true;
        } else {
            draft.attribute("rsc", resource());
        }
        if (draft.chance(15) && !set) {
            draft.attribute("role", draft.one("Promoted", "Unpromoted", "Started"));
        }
        if (draft.chance(12)) {
            draft.attribute("resource-discovery", draft.one("exclusive", "never", "always"));
        }
        boolean rule = draft.chance(35);
        if (!rule) {
            draft.attribute("node", draft.from(nodes)).attribute("score", score());
        }
        draft.add(">");
        if (set) {
            set(false, ids());
        }
        if (rule) {
            String role = draft.chance(20) ? " role=\"Promoted\"" : "";
            draft.rule(
                    draft.chance(15) ? " score-attribute=\"level\"" + role : " score=\"" + score() + "\"" + role,
                    false);
        }
        draft.end("rsc_location");
    }

    private void colocation() {
        String dependent = resource();
        String primary = resource();
        if (dependent.equals(primary)) {
            return;
        }
        draft.add("<rsc_colocation").attribute("id", draft.id()).attribute("rsc", dependent);
        draft.attribute("with-rsc", primary).attribute("score", score());
        if (draft.chance(20)) {
            draft.attribute("rsc-role", draft.one("Promoted", "Unpromoted", "Started"));
        }
        if (draft.chance(25)) {
            draft.attribute("with-rsc-role", draft.one("Promoted", "Unpromoted", "Started"));
        }
        if (draft.chance(10)) {
            draft.attribute("node-attribute", draft.one("rack", "site"));
        }
        if (draft.chance(15)) {
            draft.attribute("influence", draft.one("true", "false"));
        }
        draft.add("/>");
    }

    private void set(boolean order, List<String> left) {
        boolean wild = draft.chance(2);
        draft.add("<resource_set").attribute("id", draft.id());
        if (draft.chance(40)) {
            draft.attribute("sequential", draft.one("true", "false"));
        }
        if (order && draft.chance(20)) {
            draft.attribute("require-all", "false");
        }
        if (order && draft.chance(15)) {
            draft.attribute("action", draft.one("start", "promote", "stop", "demote"));
        }
        if (!order && draft.chance(15)) {
            draft.attribute("role", draft.one("Promoted", "Started", "Unpromoted"));
        }
        draft.add(">");
        int count = Math.min(left.size(), draft.number(1, 3));
        for (int i = 0; i < count; i++) {
            // In an order, nearly always later ones of the list come later: circles are to be rare.
            String id = order && !wild ? left.get(0) : draft.from(left);
            left.remove(id);
            draft.add("<resource_ref").attribute("id", id).add("/>");
        }
        draft.end("resource_set");
    }

    private List<String> ids() {
        List<String> ids = new ArrayList<>();
        tops.forEach(top -> ids.add(top.id()));
        return ids;
    }

    private void colocationSets() {
        draft.add("<rsc_colocation")
                .attribute("id", draft.id())
                .attribute("score", score())
                .add(">");
        int sets = draft.number(1, 2);
        for (int i = 0; i < sets; i++) {
            set(false, ids());
        }
        draft.end("rsc_colocation");
    }

    private void order() {
        int at = draft.random.nextInt(tops.size());
        MixedConfiguration.Top first = tops.get(at);
        boolean wild = draft.chance(3);
        if (!wild && at == tops.size() - 1) {
            return;
        }
        String then = wild
                ? resource()
                : tops.get(draft.number(at + 1, tops.size() - 1)).id();
        if (first.id().equals(then)) {
            return;
        }
        draft.add("<rsc_order")
                .attribute("id", draft.id())
                .attribute("first", first.id())
                .attribute("then", then);
        if (draft.chance(70)) {
            draft.attribute("kind", draft.one("Mandatory", "Mandatory", "Optional", "Serialize"));
        }
        if (draft.chance(15)) {
            draft.attribute("symmetrical", draft.one("true", "false"));
        }
        if (draft.chance(20)) {
            draft.attribute("first-action", draft.one(first.promotable() ? "promote" : "start", "start", "stop"));
        }
        if (draft.chance(20)) {
            draft.attribute("then-action", draft.one("start", "start", "promote", "stop", "demote"));
        }
        draft.add("/>");
    }

    private void orderSets() {
        draft.add("<rsc_order").attribute("id", draft.id());
        if (draft.chance(60)) {
            draft.attribute("kind", draft.one("Mandatory", "Mandatory", "Optional", "Serialize"));
        }
        draft.add(">");
        List<String> left = ids();
        int sets = Math.min(left.size(), draft.number(1, 3));
        for (int i = 0; i < sets && !left.isEmpty(); i++) {
            set(true, left);
        }
        draft.end("rsc_order");
    }

    private void ticket() {
        draft.add("<rsc_ticket").attribute("id", draft.id());
        draft.attribute("ticket", draft.one("ticketA", "ticketB"));
        draft.attribute("loss-policy", draft.one("stop", "demote", "fence", "freeze"));
        if (draft.chance(25)) {
            draft.add(">");
            set(false, ids());
            draft.end("rsc_ticket");
            return;
        }
        draft.attribute("rsc", resource());
        if (draft.chance(30)) {
            draft.attribute("rsc-role", draft.one("Promoted", "Started"));
        }
        draft.add("/>");
    }
}
