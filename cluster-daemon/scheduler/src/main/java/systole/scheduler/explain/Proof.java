package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.working.Node;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;

/**
 * One statement with what it rests on: a tree whose leaves are constraints, attributes, failures and states.
 *
 * @param text the statement, without a full stop
 * @param resource whom it concerns; may be empty
 * @param node where; may be empty
 * @param score what it counts, as {@code 100} or {@code -INFINITY}; empty where no score is involved
 * @param source id of the constraint, attribute, option or action that says so; may be empty
 * @param decisive without it the decision could be another one
 */
public record Proof(
        Reason.Kind kind,
        String text,
        String resource,
        String node,
        String score,
        String source,
        boolean decisive,
        List<Remedy> remedies,
        List<Proof> because) {
    public Proof {
        remedies = List.copyOf(remedies);
        because = List.copyOf(because);
    }

    static Proof of(Reason.Kind kind, String text) {
        return new Proof(kind, text, "", "", "", "", false, List.of(), List.of());
    }

    Proof about(@Nullable Resource who, @Nullable Node where) {
        return new Proof(
                kind,
                text,
                who == null ? "" : who.id,
                where == null ? "" : where.name,
                score,
                source,
                decisive,
                remedies,
                because);
    }

    Proof scored(int value) {
        return new Proof(kind, text, resource, node, score(value), source, decisive, remedies, because);
    }

    Proof from(String id) {
        return new Proof(kind, text, resource, node, score, id, decisive, remedies, because);
    }

    Proof decisive(boolean yes) {
        return new Proof(kind, text, resource, node, score, source, yes, remedies, because);
    }

    Proof remedied(List<Remedy> more) {
        return new Proof(kind, text, resource, node, score, source, decisive, more, because);
    }

    Proof because(List<Proof> more) {
        return new Proof(kind, text, resource, node, score, source, decisive, remedies, more);
    }

    /** Itself and everything below it without remedies. */
    Proof withoutRemedies() {
        return remedied(List.of())
                .because(because.stream().map(Proof::withoutRemedies).toList());
    }

    /** A score in the words of the field, with its sign. */
    static String signed(String score) {
        return score.startsWith("-") || score.equals("0") ? score : "+" + score;
    }

    static String score(int value) {
        if (value >= Score.LIMIT) {
            return "INFINITY";
        }
        return value <= -Score.LIMIT ? "-INFINITY" : Integer.toString(value);
    }

    /** Itself and everything below, in order. */
    void collect(boolean decisiveOnly, List<Proof> into) {
        if (decisiveOnly && !decisive) {
            return;
        }
        into.add(this);
        because.forEach(each -> each.collect(decisiveOnly, into));
    }

    /** For JSON: what is empty is left out. */
    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("kind", kind.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        fields.put("text", text);
        put(fields, "resource", resource);
        put(fields, "node", node);
        put(fields, "score", score);
        put(fields, "source", source);
        fields.put("decisive", decisive);
        if (!remedies.isEmpty()) {
            fields.put("remedies", fields(remedies));
        }
        if (!because.isEmpty()) {
            fields.put("because", because.stream().map(Proof::fields).toList());
        }
        return fields;
    }

    static List<Map<String, Object>> fields(List<Remedy> remedies) {
        List<Map<String, Object>> list = new ArrayList<>();
        for (Remedy remedy : remedies) {
            Map<String, Object> fields = new LinkedHashMap<>();
            put(fields, "command", remedy.command());
            fields.put("text", remedy.text());
            list.add(fields);
        }
        return list;
    }

    private static void put(Map<String, Object> fields, String name, String value) {
        if (!value.isEmpty()) {
            fields.put(name, value);
        }
    }
}
