package systole.transition;

import java.util.Optional;

/**
 * Names one action of one run of one coordinator: {@code ACTION:TRANSITION:TARGET_RC:UUID}, as recorded with every
 * result (controller-and-fencer 6).
 *
 * @param transition −1 for results that no transition asked for
 */
public record TransitionKey(int action, int transition, int targetRc, String uuid) {
    /** Length of the last part, which other tools rely on. */
    public static final int UUID_LENGTH = 36;

    /** Reads a key, or the key inside a {@code transition-magic}. */
    public static Optional<TransitionKey> parse(String text) {
        String key = text.substring(text.indexOf(';') + 1);
        String[] parts = key.split(":", 4);
        if (parts.length != 4 || parts[3].isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new TransitionKey(
                    Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), parts[3]));
        } catch (NumberFormatException notAKey) {
            return Optional.empty();
        }
    }

    /** The value of {@code transition-magic}. */
    public String magic(int status, int rc) {
        return status + ":" + rc + ";" + this;
    }

    @Override
    public String toString() {
        return action + ":" + transition + ":" + targetRc + ":" + uuid;
    }
}
