package systole.model;

/**
 * One change of the configuration, small enough to be sent and logged alone. A list of edits is applied in order, all
 * or nothing ({@link CibEdits#apply}).
 */
public sealed interface CibEdit {
    /**
     * Puts an element in its place. If an element with this id exists it is replaced: where it stands if {@code before}
     * is empty and the parent is the same, else it moves.
     *
     * @param parent the id of the parent element, or the name of a section ({@code resources}, {@code constraints},
     *     {@code nodes}, {@code crm_config} …), or {@code configuration} itself for a whole section
     * @param element with an id, unless it is a section
     * @param before id of the sibling before which it is to stand; empty: keeps its place, or goes to the end
     */
    record Put(String parent, Element element, String before) implements CibEdit {
        public Put(String parent, Element element) {
            this(parent, element, "");
        }
    }

    /** Takes away the element with this id, and all inside it. */
    record Remove(String id) implements CibEdit {}

    /** The whole {@code configuration} anew. */
    record ReplaceConfiguration(Element configuration) implements CibEdit {
        public ReplaceConfiguration {
            if (!configuration.is("configuration")) {
                throw new IllegalArgumentException(
                        "replacement is <" + configuration.name() + ">, not a configuration");
            }
        }
    }
}
