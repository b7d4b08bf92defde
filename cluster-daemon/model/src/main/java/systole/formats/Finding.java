package systole.formats;

import java.util.ArrayList;
import java.util.List;
import systole.kernel.BadInputException;

/**
 * One thing that a check has to say about a configuration.
 *
 * @param severity how grave it is
 * @param place {@code source:line} where the text has lines, else the id of the object; never empty
 * @param what what is wrong, in one clause, naming the word or object
 * @param remedy what to do, in the imperative; may be empty for a mere warning
 */
public record Finding(Severity severity, String place, String what, String remedy) {
    /** Errors refuse a change; doubts refuse it unless the operator insists; warnings are shown. */
    public enum Severity {
        ERROR,
        DOUBT,
        WARNING
    }

    public static Finding error(String place, String what, String remedy) {
        return new Finding(Severity.ERROR, place, what, remedy);
    }

    public static Finding doubt(String place, String what, String remedy) {
        return new Finding(Severity.DOUBT, place, what, remedy);
    }

    public static Finding warning(String place, String what, String remedy) {
        return new Finding(Severity.WARNING, place, what, remedy);
    }

    public boolean isError() {
        return severity == Severity.ERROR;
    }

    /** Place, statement of the problem and remedy on one line. */
    public String text() {
        return (place.isEmpty() ? "" : place + ": ") + what + (remedy.isEmpty() ? "" : "; " + remedy);
    }

    /** Those of at least the given severity, in the order found. */
    public static List<Finding> atLeast(Severity severity, List<Finding> findings) {
        List<Finding> found = new ArrayList<>();
        for (Finding finding : findings) {
            if (finding.severity().compareTo(severity) <= 0) {
                found.add(finding);
            }
        }
        return found;
    }

    /**
     * Does nothing when none is given.
     *
     * @throws BadInputException naming every finding, one a line, with the remedy of the first
     */
    public static void refuse(List<Finding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        // Each with its own remedy; that of the last stands below all, as the remedy of the refusal.
        Finding first = findings.get(0);
        Finding last = findings.get(findings.size() - 1);
        StringBuilder rest = new StringBuilder(first.what());
        if (first != last && !first.remedy().isEmpty()) {
            rest.append("; ").append(first.remedy());
        }
        for (Finding finding : findings.subList(1, findings.size())) {
            rest.append('\n');
            rest.append(
                    finding == last
                            ? (finding.place().isEmpty() ? "" : finding.place() + ": ") + finding.what()
                            : finding.text());
        }
        throw new BadInputException(
                first.place(), rest.toString(), last.remedy().isEmpty() ? "correct the configuration" : last.remedy());
    }
}
