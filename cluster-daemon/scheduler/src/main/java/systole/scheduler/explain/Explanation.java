package systole.scheduler.explain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The answer to "why": a verdict, and the proofs it rests on.
 *
 * @param subject id of the resource, or name of the node, that was asked about
 * @param on node that was asked about as well; may be empty
 * @param verdict one sentence
 * @param parts of groups, clones and bundles: the same for each member, instance or part
 */
public record Explanation(String subject, String on, String verdict, List<Proof> proofs, List<Explanation> parts) {
    public Explanation {
        proofs = List.copyOf(proofs);
        parts = List.copyOf(parts);
    }

    /** What would change the decision: the remedies of everything decisive, each once. */
    public List<Remedy> remedies() {
        Set<Remedy> found = new LinkedHashSet<>();
        for (Proof each : flat(true)) {
            found.addAll(each.remedies());
        }
        parts.forEach(part -> found.addAll(part.remedies()));
        return List.copyOf(found);
    }

    /** All proofs of the tree, or only the decisive path, parts not included. */
    public List<Proof> flat(boolean decisiveOnly) {
        List<Proof> found = new ArrayList<>();
        proofs.forEach(each -> each.collect(decisiveOnly, found));
        return found;
    }

    /** In words. @param all the whole tree, not only the decisive path */
    public String text(boolean all) {
        StringBuilder out = new StringBuilder();
        write(out, all);
        List<Remedy> remedies = remedies();
        if (!remedies.isEmpty()) {
            out.append("What would change it:\n");
            for (Remedy remedy : remedies) {
                out.append("  * ");
                if (remedy.command().isEmpty()) {
                    out.append(remedy.text());
                } else {
                    out.append(remedy.command()).append("\n      ").append(remedy.text());
                }
                out.append('\n');
            }
        }
        return out.toString();
    }

    private void write(StringBuilder out, boolean all) {
        out.append(verdict).append(".\n");
        for (Proof proof : proofs) {
            write(out, proof, 1, all);
        }
        for (Explanation part : parts) {
            part.write(out, all);
        }
    }

    private static void write(StringBuilder out, Proof proof, int depth, boolean all) {
        if (!all && !proof.decisive()) {
            return;
        }
        out.append("  ".repeat(depth)).append(all && !proof.decisive() ? "- " : "* ");
        out.append(proof.text());
        boolean counted = !proof.score().isEmpty() && !proof.score().equals("0");
        if (counted) {
            out.append(": ").append(Proof.signed(proof.score()));
        }
        out.append('\n');
        proof.because().forEach(each -> write(out, each, depth + 1, all));
    }

    public Map<String, Object> fields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("subject", subject);
        if (!on.isEmpty()) {
            fields.put("on", on);
        }
        fields.put("verdict", verdict);
        fields.put("proofs", proofs.stream().map(Proof::fields).toList());
        fields.put("remedies", Proof.fields(remedies()));
        if (!parts.isEmpty()) {
            fields.put("parts", parts.stream().map(Explanation::fields).toList());
        }
        return fields;
    }
}
