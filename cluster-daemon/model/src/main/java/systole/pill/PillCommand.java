package systole.pill;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** What a slot can say to its node; the words are those of sbd (fencing-contract 5). */
public enum PillCommand {
    /** Nothing. */
    CLEAR(0),
    /** Only say in the log that it was read. */
    TEST(1),
    /** Reboot at once. */
    RESET(2),
    /** Power off at once. */
    OFF(3),
    /** Stop the daemon in order. */
    EXIT(4),
    /** Crash the kernel, so that it leaves a dump. */
    CRASHDUMP(5);

    private final int number;

    PillCommand(int number) {
        this.number = number;
    }

    int number() {
        return number;
    }

    /** The word on the command line. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Whether a node that reads it is at its end. */
    public boolean kills() {
        return this == RESET || this == OFF || this == CRASHDUMP;
    }

    public static PillCommand of(String word) {
        List<String> words = new ArrayList<>();
        for (PillCommand each : values()) {
            if (each.word().equals(word)) {
                return each;
            }
            words.add(each.word());
        }
        throw new BadInputException(
                "",
                "'" + word + "' is no message" + NearestWord.hint(word, words),
                "write one of " + String.join(", ", words));
    }

    static PillCommand of(int number) {
        for (PillCommand each : values()) {
            if (each.number == number) {
                return each;
            }
        }
        throw new PillException("a slot has the unknown message " + number, "use the same version on all nodes");
    }
}
