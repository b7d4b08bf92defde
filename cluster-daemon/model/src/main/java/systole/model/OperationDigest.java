package systole.model;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The fingerprint of the parameters an operation ran with. The executor records it, the scheduler compares it, both
 * with this class (input-and-status 17).
 */
public final class OperationDigest {
    private static final Set<String> NEVER_COUNTED =
            Set.of("id", "crm_feature_set", "op-digest", "on_node", "on_node_uuid", "pcmk_external_ip");
    private static final String META = "CRM_meta_";
    private static final String TIMEOUT = "CRM_meta_timeout";

    private OperationDigest() {}

    /**
     * The digest over all parameters that count.
     *
     * @param parameters of resource and operation, {@code CRM_meta_*} among them or not
     * @param intervalMillis above 0, {@code CRM_meta_timeout} counts too
     */
    public static String all(Map<String, String> parameters, long intervalMillis) {
        return digest(counting(parameters, intervalMillis));
    }

    /** The digest over those of the parameters that {@code names} has. */
    public static String only(Map<String, String> parameters, long intervalMillis, Collection<String> names) {
        TreeMap<String, String> kept = counting(parameters, intervalMillis);
        kept.keySet().retainAll(Set.copyOf(names));
        return digest(kept);
    }

    /** The digest over the parameters without {@code names}. */
    public static String without(Map<String, String> parameters, long intervalMillis, Collection<String> names) {
        TreeMap<String, String> kept = counting(parameters, intervalMillis);
        kept.keySet().removeAll(Set.copyOf(names));
        return digest(kept);
    }

    private static TreeMap<String, String> counting(Map<String, String> parameters, long intervalMillis) {
        TreeMap<String, String> kept = new TreeMap<>();
        parameters.forEach((name, value) -> {
            if (!NEVER_COUNTED.contains(name)
                    && (!name.startsWith(META) || (intervalMillis > 0 && name.equals(TIMEOUT)))) {
                kept.put(name, value);
            }
        });
        return kept;
    }

    private static String digest(TreeMap<String, String> parameters) {
        StringBuilder text = new StringBuilder(" <parameters");
        parameters.forEach((name, value) -> {
            text.append(' ').append(name).append("=\"");
            escape(text, value);
            text.append('"');
        });
        return Md5.hex(text.append("/>\n").toString());
    }

    private static void escape(StringBuilder text, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '<' -> text.append("&lt;");
                case '>' -> text.append("&gt;");
                case '&' -> text.append("&amp;");
                case '"' -> text.append("&quot;");
                default -> {
                    if (c < 0x20 || c == 0x7f) {
                        text.append("&#x")
                                .append(Character.toUpperCase(Character.forDigit(c >> 4, 16)))
                                .append(Character.toUpperCase(Character.forDigit(c & 15, 16)))
                                .append(';');
                    } else {
                        text.append(c);
                    }
                }
            }
        }
    }
}
