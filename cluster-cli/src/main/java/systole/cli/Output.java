package systole.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import systole.api.Json;
import systole.kernel.ClusterException;

/** JSON that commands print; part of the contract. */
final class Output {
    private Output() {}

    static String error(ExitCode code, ClusterException failure) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("error", String.valueOf(failure.getMessage()));
        fields.put("remedy", failure.remedy());
        fields.put("advice", failure.advice().name());
        fields.put("exit", code.number());
        return Json.write(fields);
    }

    /** One value: alone as text, with its name as JSON. */
    static void value(Call call, String name, Object value) {
        call.out().println(call.session().json() ? of(Map.of(name, value)) : value.toString());
    }

    static String of(Object value) {
        return Json.writePretty(value);
    }
}
