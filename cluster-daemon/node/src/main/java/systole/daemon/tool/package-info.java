/**
 * The commands that agents of the field call ({@code crm_attribute} and its like), answered in the exact words that they
 * parse ({@code docs/agent-tools.md}), and the plain reads of {@code systole} itself.
 *
 * <h2>Invariant</h2>
 * A command reads and changes the cluster only through requests of the API; what is printed depends on the command and
 * the answers alone.
 *
 * <h2>Dependencies</h2>
 * May use {@code kernel}, {@code model}, {@code formats}, {@code scheduler}, {@code api}. No socket, no thread: the daemon carries the
 * requests.
 *
 * <h2>Start reading at</h2>
 * {@link systole.daemon.tool.AgentTools}
 */
@NullMarked
package systole.daemon.tool;

import org.jspecify.annotations.NullMarked;
