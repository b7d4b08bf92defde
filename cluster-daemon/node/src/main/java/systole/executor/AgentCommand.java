package systole.executor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A run, resolved to a program of this node.
 *
 * @param command program (absolute) and arguments
 * @param environment the whole environment: nothing of the daemon's own is inherited
 * @param stdin what the program reads; empty for nothing
 * @param meaning what its exit code says
 */
record AgentCommand(
        List<String> command,
        SortedMap<String, String> environment,
        String stdin,
        ExitCodes meaning,
        boolean document) {

    AgentCommand {
        command = List.copyOf(command);
        environment = Collections.unmodifiableSortedMap(new TreeMap<>(environment));
    }

    static AgentCommand of(Path program, String action, SortedMap<String, String> environment, ExitCodes meaning) {
        return new AgentCommand(
                List.of(program.toString(), action), environment, "", meaning, action.equals("meta-data"));
    }

    List<String> assignments() {
        List<String> lines = new ArrayList<>(environment.size());
        environment.forEach((name, value) -> {
            // A name with '=' would become another variable.
            if (!name.isEmpty() && name.indexOf('=') < 0) {
                lines.add(name + "=" + value);
            }
        });
        return lines;
    }
}
