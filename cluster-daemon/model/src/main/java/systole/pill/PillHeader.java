package systole.pill;

/**
 * The first block of a pill disk.
 *
 * @param id 32 hexadecimal digits that tell this disk from others
 * @param slots how many nodes have room
 */
public record PillHeader(String id, int slots, PillTimes times) {
    public static final int MOST_SLOTS = 255;

    public PillHeader {
        if (slots < 1 || slots > MOST_SLOTS) {
            throw new IllegalArgumentException("a pill disk has 1 to " + MOST_SLOTS + " slots, not " + slots);
        }
    }
}
