/**
 * The command line: {@code systole}, also as {@code crm}.
 *
 * <h2>Invariant</h2>
 * A command parses, asks once, prints; decisions belong to the daemon. Results go to standard output, messages to
 * standard error, and the exit code is one of {@link systole.cli.ExitCode}.
 *
 * <h2>Dependencies</h2>
 * May use {@code api}, {@code scheduler}, {@code model}, {@code formats} and {@code graph}.
 *
 * <h2>Start reading at</h2>
 * {@link systole.cli.ExitCode}
 */
@NullMarked
package systole.cli;

import org.jspecify.annotations.NullMarked;
