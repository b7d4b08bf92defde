package systole.daemon;

import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.api.ApiCodec;
import systole.api.Request;
import systole.daemon.tool.AgentTools;
import systole.daemon.tool.ToolCall;
import systole.daemon.tool.ToolLine;
import systole.daemon.tool.ToolStep;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.transport.LineServer.Connection;
import systole.transport.LineServer.Handler;

/**
 * Between the socket and the desk: reads requests, writes answers, and lets {@link Gate} decide by peer credentials who may
 * do what.
 */
final class ApiLines implements Handler {
    private static final Logger LOG = LoggerFactory.getLogger("systole.api");
    private final ApiDesk desk;
    private final Gate gate = new Gate(Accounts.ofSystem(), System.getProperty("user.name", "root"));

    ApiLines(ApiDesk desk) {
        this.desk = desk;
    }

    @Override
    public void line(Connection connection, String line) {
        Consumer<Answer> answer = reply -> connection.send(ApiCodec.write(reply));
        try {
            if (ToolLine.isToolCall(line)) {
                ToolCall call = ToolLine.read(line);
                tool(connection, AgentTools.begin(call), AgentTools.isAskedAgain(call));
                return;
            }
            Request request = ApiCodec.readRequest(line);
            Gate.Verdict verdict = desk.judge(gate, connection.peer(), request);
            if (verdict.denied().isPresent()) {
                Gate.log(connection.peer(), request, verdict.denied().get());
                answer.accept(verdict.denied().get());
                return;
            }
            desk.handle(
                    connection.peer().user(),
                    connection,
                    request,
                    reply -> answer.accept(verdict.filter().apply(reply)));
        } catch (BadInputException e) {
            answer.accept(ApiDesk.unreadable(e));
        } catch (RuntimeException e) {
            LOG.error("a request failed: {}", line, e);
            answer.accept(new Answer.Failed(Advice.CHECK_STATE, "the request failed: " + e, "see the daemon's log"));
        }
    }

    /**
     * A command of an agent: its requests are carried out one after the other, then it is told what to print.
     *
     * @param askedAgain what is denied here is asked once more in another form, and noted then
     */
    private void tool(Connection connection, ToolStep step, boolean askedAgain) {
        if (step instanceof ToolStep.Say said) {
            connection.send(ToolLine.write(said));
        } else if (step instanceof ToolStep.Ask ask) {
            Gate.Verdict verdict = desk.judge(gate, connection.peer(), ask.request());
            if (verdict.denied().isPresent()) {
                if (!askedAgain) {
                    Gate.log(connection.peer(), ask.request(), verdict.denied().get());
                }
                connection.send(ToolLine.write(
                        new ToolStep.Say(4, "", verdict.denied().get().whatHappened() + ": Permission denied\n")));
                return;
            }
            desk.handle(connection.peer().user(), connection, ask.request(), reply -> {
                Answer answer = verdict.filter().apply(reply);
                ToolStep next;
                try {
                    next = ask.then().apply(answer);
                } catch (RuntimeException e) {
                    LOG.error("a command of an agent failed at {}", ask.request(), e);
                    next = new ToolStep.Say(1, "", "the command failed: " + e + "\n");
                }
                tool(connection, next, askedAgain);
            });
        }
    }

    @Override
    public void closed(Connection connection) {
        desk.leave(connection);
    }
}
