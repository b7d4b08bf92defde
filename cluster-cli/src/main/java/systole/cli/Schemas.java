package systole.cli;

import java.util.List;
import systole.formats.CibValidation;
import systole.formats.Finding;
import systole.kernel.NearestWord;
import systole.model.Element;
import systole.scheduler.reading.SchemaUpgrade;

/** {@code configure schema} and {@code configure upgrade}: all schemas are read, the newest is written. */
final class Schemas {
    private static final String NEWEST = "pacemaker-4.0";
    private static final List<String> KNOWN = List.of(
            "pacemaker-1.0",
            "pacemaker-1.1",
            "pacemaker-1.2",
            "pacemaker-1.3",
            "pacemaker-2.0",
            "pacemaker-2.1",
            "pacemaker-2.2",
            "pacemaker-2.3",
            "pacemaker-2.4",
            "pacemaker-2.5",
            "pacemaker-2.6",
            "pacemaker-2.7",
            "pacemaker-2.8",
            "pacemaker-2.9",
            "pacemaker-2.10",
            "pacemaker-3.0",
            "pacemaker-3.1",
            "pacemaker-3.2",
            "pacemaker-3.3",
            "pacemaker-3.4",
            "pacemaker-3.5",
            "pacemaker-3.6",
            "pacemaker-3.7",
            "pacemaker-3.8",
            "pacemaker-3.9",
            "pacemaker-3.10",
            NEWEST);

    private Schemas() {}

    private static String of(Element cib) {
        return cib.attribute("validate-with", "pacemaker-3.10");
    }

    static int schema(Call call) {
        try (Backend backend = call.session().backend()) {
            String present = of(backend.cib());
            String wanted = call.one("NAME", present);
            if (!KNOWN.contains(wanted)) {
                throw new UsageException(
                        "'" + wanted + "' is no schema" + NearestWord.hint(wanted, KNOWN),
                        "the configuration is written for " + present);
            }
            if (!wanted.equals(present)) {
                throw new UsageException(
                        "the configuration is written for " + present + ", and is not rewritten for " + wanted,
                        "nothing needs it: all schemas are read; a file is brought to the newest by configure upgrade");
            }
            Output.value(call, "schema", present);
        }
        return ExitCode.OK.number();
    }

    static int upgrade(Call call) {
        try (Backend backend = call.session().directly()) {
            Element cib = backend.cib();
            int major = major(of(cib));
            if (!(backend instanceof FileBackend file) || major >= 3) {
                call.session().info("the configuration is up to date already (" + of(cib) + ")");
                return ExitCode.OK.number();
            }
            Element upgraded = SchemaUpgrade.upgrade(cib);
            Element next = upgraded.withAttribute("validate-with", NEWEST);
            Finding.refuse(Finding.atLeast(
                    Finding.Severity.ERROR,
                    CibValidation.check(Backend.configuration(next), "the upgraded configuration")));
            file.replace(next);
            call.session().info("upgraded from " + of(cib) + " to " + NEWEST);
        }
        return ExitCode.OK.number();
    }

    private static int major(String schema) {
        String digits = schema.replaceAll("^pacemaker-([0-9]{1,3}).*", "$1");
        return digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : 1;
    }
}
