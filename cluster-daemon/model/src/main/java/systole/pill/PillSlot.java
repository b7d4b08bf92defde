package systole.pill;

/**
 * One node's block.
 *
 * @param node its name, empty for a free slot
 * @param boot which life of the node's machine reads this slot; empty before the first one does. A message is meant for
 *     the life that was listening when it was written
 * @param command the message
 * @param sender who wrote it, empty for none
 * @param number grows with every write
 */
public record PillSlot(String node, String boot, PillCommand command, String sender, long number) {
    public static final PillSlot FREE = new PillSlot("", "", PillCommand.CLEAR, "", 0);

    /** Stands for a slot that cannot be understood; no node has this name. */
    public static final PillSlot DAMAGED = new PillSlot("(damaged)", "", PillCommand.CLEAR, "", 0);

    public boolean isFree() {
        return node.isEmpty();
    }

    PillSlot with(PillCommand next, String from) {
        return new PillSlot(node, boot, next, from, number + 1);
    }
}
