package systole.daemon.tool;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import java.util.TimeZone;

/** The time zone in which a caller on this machine reads dates: what a JVM that it starts would take. */
final class CallerZone {
    private static final Path LOCAL = Path.of("/etc/localtime");
    private static final ZoneId AT_START = ZoneId.systemDefault();
    private static final String LINK_AT_START = link();

    private CallerZone() {}

    /**
     * @param variable the caller's {@code TZ}, empty if it has none
     * @return empty if this daemon cannot know: it has a {@code TZ} of its own, or the machine's zone was changed meanwhile
     */
    static Optional<ZoneId> of(String variable) {
        if (!variable.isEmpty()) {
            String name = variable.startsWith(":") ? variable.substring(1) : variable;
            return Optional.of(TimeZone.getTimeZone(name).toZoneId());
        }
        String own = System.getenv("TZ");
        boolean sameAsAtStart = (own == null || own.isEmpty()) && link().equals(LINK_AT_START);
        return sameAsAtStart ? Optional.of(AT_START) : Optional.empty();
    }

    /** Where the machine's zone leads; a file that is no link stands for itself. */
    private static String link() {
        try {
            return Files.isSymbolicLink(LOCAL)
                    ? Files.readSymbolicLink(LOCAL).toString()
                    : Files.exists(LOCAL) ? Files.getLastModifiedTime(LOCAL).toString() : "";
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }
}
