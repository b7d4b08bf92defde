package systole.group;

/** What delivery of a message proves. Both are totally ordered with each other. */
public enum Guarantee {
    /** Every member that delivers it delivers it at this place in the order. */
    AGREED,
    /** As agreed, and every member of the view has received it already. */
    SAFE
}
