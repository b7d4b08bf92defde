package systole.scheduler.reading;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.model.Element;
import systole.scheduler.rules.Values;

/** Brings a {@code cib} of an older schema to the newest one (input-and-status, section 3). */
public final class SchemaUpgrade {
    private SchemaUpgrade() {}

    /** The document as the newest schema has it, references resolved; the same object if nothing changes. */
    public static Element upgrade(Element cib) {
        Element configuration = cib.child("configuration").orElse(null);
        if (configuration == null) {
            return cib;
        }
        Element next = IdReferences.resolve(configuration);
        int[] version = version(cib.attribute("validate-with"));
        if (version != null) {
            if (version[0] < 3) {
                next = UpgradeTo3.upgrade(next);
            }
            if (version[0] < 4) {
                next = UpgradeTo4.upgrade(next);
            }
        }
        if (next == configuration) {
            return cib;
        }
        List<Element> children = new ArrayList<>();
        for (Element child : cib.children()) {
            children.add(child == configuration ? next : child);
        }
        return cib.withChildren(children);
    }

    /** Major and minor number of the schema; {@code null} if there is nothing to upgrade from. */
    private static int @Nullable [] version(@Nullable String validateWith) {
        if (validateWith == null || !validateWith.startsWith("pacemaker-")) {
            return validateWith != null && validateWith.startsWith("transitional") ? new int[] {1, 0} : null;
        }
        String[] parts = validateWith.substring("pacemaker-".length()).split("\\.", 2);
        long major = Values.integer(parts[0]);
        long minor = parts.length > 1 ? Values.integer(parts[1], 0) : 0;
        return major == Values.INVALID ? null : new int[] {(int) major, (int) minor};
    }
}
