package systole.witness;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import systole.group.View;
import systole.kernel.NodeId;
import systole.witness.ContactEffect.Close;
import systole.witness.ContactEffect.Connect;
import systole.witness.ContactEffect.Note;
import systole.witness.ContactEffect.Say;
import systole.witness.ContactEffect.Send;
import systole.witness.ContactEffect.WaitOver;
import systole.witness.WitnessMessage.Alive;
import systole.witness.WitnessMessage.Farewell;
import systole.witness.WitnessMessage.Hello;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Verdict;
import systole.witness.WitnessMessage.Vote;

class WitnessContactTest {
    private static final long MILLI = 1_000_000L;
    private static final NodeId SELF = new NodeId(1);
    private static final View VIEW = new View(7, SELF, new TreeSet<>(List.of(SELF)));
    private static final Hello HELLO = new Hello(
            "c",
            new byte[32],
            SELF,
            new TreeSet<>(List.of(SELF, new NodeId(2))),
            new WitnessRules(WitnessRules.Algorithm.FFSPLIT, 0),
            600,
            1000);

    private final WitnessContact contact = new WitnessContact(new WitnessSettings(HELLO, 800, 1000, 5000));

    private void open() {
        contact.step(new ContactInput.Start(0));
        contact.step(new ContactInput.Connected(1, 1));
        contact.step(new ContactInput.Received(2, 1, new Alive()));
    }

    @Test
    void introducesItselfAndReportsTheViewItIsIn() {
        assertThat(contact.step(new ContactInput.Start(0))).containsExactly(new Connect(1));
        assertThat(contact.step(new ContactInput.ViewChanged(1, VIEW))).isEmpty();

        assertThat(contact.step(new ContactInput.Connected(2, 1)))
                .containsExactly(new Send(1, HELLO), new Send(1, new Report(7, SELF, VIEW.members(), false)));
    }

    @Test
    void tellsTheMembersOnceWhatTheWitnessSaid() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));

        assertThat(verdict(7, Vote.WAIT)).isEmpty();
        assertThat(verdict(7, Vote.NO)).containsExactly(new Say(7, false));
        assertThat(verdict(7, Vote.YES)).containsExactly(new Say(7, true));
        assertThat(verdict(7, Vote.YES)).isEmpty();
        assertThat(verdict(7, Vote.NO)).as("a vote holds until the view ends").isEmpty();
        assertThat(contact.hasVote()).isTrue();
    }

    @Test
    void aVerdictOnAnotherViewIsOfNoConcern() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));

        assertThat(verdict(6, Vote.YES)).isEmpty();
    }

    @Test
    void whenTheWitnessIsLostThereIsNoVoteToWaitForButAVoteStays() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));
        assertThat(contact.step(new ContactInput.Disconnected(4, 1, "reset")))
                .contains(new Say(7, false))
                .anyMatch(effect -> effect instanceof Note note && !note.good());
        contact.step(new ContactInput.Tick(contact.deadlineNanos()));
        contact.step(new ContactInput.Connected(900 * MILLI, 2));
        contact.step(new ContactInput.Received(901 * MILLI, 2, new Verdict(7, Vote.YES, "")));

        List<ContactEffect> after = contact.step(new ContactInput.Disconnected(902 * MILLI, 2, "reset"));

        assertThat(after).noneMatch(effect -> effect instanceof Say);
        assertThat(contact.hasVote()).isTrue();
    }

    @Test
    void aSilentWitnessIsGivenUp() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));
        long alive = contact.deadlineNanos();
        assertThat(contact.step(new ContactInput.Tick(alive))).containsExactly(new Send(1, new Alive()));

        assertThat(contact.step(new ContactInput.Tick(2 + 1000 * MILLI))).contains(new Close(1), new Say(7, false));
        assertThat(contact.isConnected()).isFalse();
    }

    @Test
    void anAttemptWithoutAnAnswerIsGivenUpAndTriedAgain() {
        contact.step(new ContactInput.Start(0));
        assertThat(contact.deadlineNanos()).isEqualTo(800 * MILLI);

        assertThat(contact.step(new ContactInput.Tick(800 * MILLI))).contains(new Close(1));
        assertThat(contact.step(new ContactInput.Tick(contact.deadlineNanos()))).containsExactly(new Connect(2));
        assertThat(contact.step(new ContactInput.Connected(801 * MILLI, 1)))
                .as("the first attempt is over")
                .isEmpty();
    }

    @Test
    void nobodyWaitsForAWitnessThatWasAwayBefore() {
        contact.step(new ContactInput.Start(0));
        contact.step(new ContactInput.Disconnected(1, 1, "refused"));

        assertThat(contact.step(new ContactInput.ViewChanged(2, VIEW)))
                .containsExactly(new Say(7, false), new Connect(2));
    }

    @Test
    void theWaitForAVoteEnds() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));
        for (long at = 200; at < 5000; at += 200) {
            contact.step(new ContactInput.Received(at * MILLI, 1, new Verdict(7, Vote.WAIT, "")));
        }

        assertThat(contact.step(new ContactInput.Tick(3 + 5000 * MILLI))).contains(new WaitOver(7), new Say(7, false));
    }

    @Test
    void aFarewellIsShownInItsWords() {
        open();

        List<ContactEffect> effects = contact.step(new ContactInput.Received(3, 1, new Farewell("not admitted here")));

        assertThat(effects)
                .contains(new Close(1))
                .anyMatch(effect -> effect instanceof Note note && note.words().contains("not admitted here"));
        assertThat(contact.words()).contains("not admitted here");
    }

    @Test
    void readinessIsReportedOnce() {
        open();
        contact.step(new ContactInput.ViewChanged(3, VIEW));

        assertThat(contact.step(new ContactInput.Ready(4, 7)))
                .containsExactly(new Send(1, new Report(7, SELF, VIEW.members(), true)));
        assertThat(contact.step(new ContactInput.Ready(5, 7))).isEmpty();
        assertThat(contact.step(new ContactInput.Ready(6, 8))).isEmpty();
    }

    private List<ContactEffect> verdict(long view, Vote vote) {
        return contact.step(new ContactInput.Received(10, 1, new Verdict(view, vote, "words")));
    }
}
