package systole.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdit;
import systole.model.Element;

class ApiCodecTest {
    private static final List<Request> REQUESTS = List.of(
            new Request.Status(),
            new Request.ReadCib(),
            new Request.Configure(
                    List.of(
                            new CibEdit.Put("resources", Element.leaf("primitive", "id", "a \"b\" <ü>"), "z"),
                            new CibEdit.Remove("x"),
                            new CibEdit.ReplaceConfiguration(Element.leaf("configuration"))),
                    "0.7",
                    "why",
                    "test",
                    true,
                    false),
            new Request.Cleanup("r", "n", "monitor", 10_000, true),
            new Request.Fence("n", "off", 60_000),
            new Request.ConfirmFence("n"),
            new Request.FenceHistory("n"),
            new Request.ForgetFencing(""),
            new Request.SetAttributes("n", Map.of("a", "1"), List.of("b"), "forever", 5),
            new Request.QueryAttributes("n", "a", "private"),
            new Request.SetTicket("t", Map.of("granted", "true"), List.of("standby")),
            new Request.FailResource("r", "n"),
            new Request.StopNode(""),
            new Request.ForgetNode("n"),
            new Request.MakeToken(600),
            new Request.RemoveNode("n"),
            new Request.ReloadFile(true),
            new Request.Unblock(),
            new Request.SetExpectedVotes(3),
            new Request.Settle(5),
            new Request.History(7),
            new Request.Changes(3),
            new Request.Plans(7),
            new Request.ReadPlan("17"),
            new Request.ReadVersion("0.17", true),
            new Request.Watch(),
            new Request.Ring());

    @Test
    void everyRequestIsReadBackAsItWasWritten() {
        for (Request request : REQUESTS) {
            assertThat(ApiCodec.readRequest(ApiCodec.write(request))).isEqualTo(request);
        }
        assertThat(REQUESTS.stream().map(Object::getClass).distinct())
                .hasSize(Request.class.getPermittedSubclasses().length);
    }

    @Test
    void everyAnswerIsReadBackAsItWasWritten() {
        List<Answer> answers = List.of(
                new Answer.Done("well"),
                new Answer.Failed(Advice.RETRY_LATER, "no quorum", "wait"),
                new Answer.Cib("0.1.2", Element.leaf("cib", "epoch", "1")),
                new Answer.Status(Map.of("node", "n1"), List.of("fencing is off"), Element.leaf("cib")),
                new Answer.Facts(Map.of("a", "b")),
                new Answer.Attributes(List.of(new Answer.Attribute("n", "a", "1"))),
                new Answer.Events(List.of(new Answer.Event(5, "n", "FENCED", "text", Map.of("ms", "3")))),
                new Answer.Changes(List.of(new Answer.Change(5, "0.1.0", "root", "n1", "put a", true))));
        for (Answer answer : answers) {
            assertThat(ApiCodec.readAnswer(ApiCodec.write(answer))).isEqualTo(answer);
        }
        assertThat(answers).hasSize(Answer.class.getPermittedSubclasses().length);
    }

    @Test
    void anUnknownRequestOrFieldIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> ApiCodec.readRequest("{\"do\":\"stauts\"}"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("did you mean 'status'");
        assertThatThrownBy(
                        () -> ApiCodec.readRequest("{\"do\":\"fence\",\"node\":\"a\",\"action\":\"off\",\"tmeout\":1}"))
                .isInstanceOf(BadInputException.class)
                .hasMessageContaining("tmeout");
        assertThatThrownBy(() -> ApiCodec.readRequest("[".repeat(100_000))).isInstanceOf(BadInputException.class);
    }
}
