package systole.daemon;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.api.ApiCodec;
import systole.api.Request;
import systole.daemon.tool.AgentTools;
import systole.daemon.tool.ToolLine;
import systole.daemon.tool.ToolStep;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.transport.LineServer.Connection;
import systole.transport.LineServer.Handler;

/**
 * Between the socket and the desk: reads requests, writes answers, and decides by peer credentials who may do what. Root,
 * the daemon's own user and the group {@code haclient} may change things; who else can open the socket may read.
 */
final class ApiLines implements Handler {
    private static final Logger LOG = LoggerFactory.getLogger("systole.api");
    private static final String GROUP = "haclient";

    private final ApiDesk desk;
    private final String ownUser = System.getProperty("user.name", "root");

    ApiLines(ApiDesk desk) {
        this.desk = desk;
    }

    @Override
    public void line(Connection connection, String line) {
        Consumer<Answer> answer = reply -> connection.send(ApiCodec.write(reply));
        try {
            if (ToolLine.isToolCall(line)) {
                tool(connection, AgentTools.begin(ToolLine.read(line)));
                return;
            }
            Request request = ApiCodec.readRequest(line);
            if (!isRead(request) && !mayChange(connection)) {
                answer.accept(new Answer.Failed(
                        Advice.FIX_REQUEST,
                        "user '" + connection.peer().user() + "' may not change the cluster",
                        "run it as root, as '" + ownUser + "', or as a member of group " + GROUP));
                return;
            }
            desk.handle(connection.peer().user(), connection, request, answer);
        } catch (BadInputException e) {
            answer.accept(ApiDesk.unreadable(e));
        } catch (RuntimeException e) {
            LOG.error("a request failed: {}", line, e);
            answer.accept(new Answer.Failed(Advice.CHECK_STATE, "the request failed: " + e, "see the daemon's log"));
        }
    }

    /** A command of an agent: its requests are carried out one after the other, then it is told what to print. */
    private void tool(Connection connection, ToolStep step) {
        if (step instanceof ToolStep.Say said) {
            connection.send(ToolLine.write(said));
        } else if (step instanceof ToolStep.Ask ask) {
            if (!isRead(ask.request()) && !mayChange(connection)) {
                connection.send(ToolLine.write(
                        new ToolStep.Say(4, "", "only the cluster's own users may change this: Permission denied\n")));
                return;
            }
            desk.handle(connection.peer().user(), connection, ask.request(), answer -> {
                ToolStep next;
                try {
                    next = ask.then().apply(answer);
                } catch (RuntimeException e) {
                    LOG.error("a command of an agent failed at {}", ask.request(), e);
                    next = new ToolStep.Say(1, "", "the command failed: " + e + "\n");
                }
                tool(connection, next);
            });
        }
    }

    @Override
    public void closed(Connection connection) {
        desk.leave(connection);
    }

    private boolean mayChange(Connection connection) {
        return connection.peer().isRoot()
                || connection.peer().user().equals(ownUser)
                || connection.peer().group().equals(GROUP);
    }

    private static boolean isRead(Request request) {
        return request instanceof Request.Status
                || request instanceof Request.ReadCib
                || request instanceof Request.History
                || request instanceof Request.FenceHistory
                || request instanceof Request.Changes
                || request instanceof Request.ReadVersion
                || request instanceof Request.QueryAttributes
                || request instanceof Request.Ring
                || request instanceof Request.Watch
                || request instanceof Request.Settle;
    }
}
