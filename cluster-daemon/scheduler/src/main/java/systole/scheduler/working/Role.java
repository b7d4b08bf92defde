package systole.scheduler.working;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What a resource is doing, from least to most; the order of the constants is the rank used in comparisons. */
public enum Role {
    UNKNOWN("Unknown"),
    STOPPED("Stopped"),
    STARTED("Started"),
    UNPROMOTED("Unpromoted"),
    PROMOTED("Promoted");

    private final String word;

    Role(String word) {
        this.word = word;
    }

    /** The word used in status and configuration. */
    public String word() {
        return word;
    }

    public boolean above(Role other) {
        return ordinal() > other.ordinal();
    }

    public boolean below(Role other) {
        return ordinal() < other.ordinal();
    }

    public boolean atLeast(Role other) {
        return ordinal() >= other.ordinal();
    }

    /** The role a word names, old words included, without regard to case; {@code null} for any other word. */
    public static @Nullable Role of(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "unknown" -> UNKNOWN;
            case "stopped" -> STOPPED;
            case "started" -> STARTED;
            case "unpromoted", "slave" -> UNPROMOTED;
            case "promoted", "master" -> PROMOTED;
            default -> null;
        };
    }
}
