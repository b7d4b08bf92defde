package systole.witness;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import systole.group.View;
import systole.witness.WitnessMessage.Alive;
import systole.witness.WitnessMessage.Farewell;
import systole.witness.WitnessMessage.Report;
import systole.witness.WitnessMessage.Verdict;
import systole.witness.WitnessMessage.Vote;

/**
 * A node's side of the conversation with the witness: keeps one connection, reports each view, and tells the members of
 * the view what the witness said. A vote that was heard counts until the view ends; a witness that is not reached, says
 * no, or does not answer in time is no vote, and said at once so that nobody waits in vain.
 *
 * <p>Single-threaded; all change happens in {@link #step}.
 */
public final class WitnessContact {
    private static final long NEVER = Long.MAX_VALUE;
    private static final long MILLI = 1_000_000L;
    private static final long FIRST_RETRY = 500 * MILLI;
    private static final long LAST_RETRY = 5_000 * MILLI;

    private enum Phase {
        IDLE,
        CONNECTING,
        OPEN
    }

    private final WitnessSettings settings;
    private List<ContactEffect> effects = new ArrayList<>();
    private Phase phase = Phase.IDLE;
    private long attempt;
    private boolean failedBefore;
    private long retryAt = NEVER;
    private long retryNanos = FIRST_RETRY;
    private long giveUpAt = NEVER;
    private long aliveAt = NEVER;
    private long waitEndsAt = NEVER;
    private @Nullable View view;
    private boolean ready;
    private @Nullable Boolean said;
    private String lastWords = "not asked yet";

    public WitnessContact(WitnessSettings settings) {
        this.settings = settings;
    }

    public boolean isConnected() {
        return phase == Phase.OPEN;
    }

    /** Whether the witness votes for the present view, as far as this node heard. */
    public boolean hasVote() {
        return Boolean.TRUE.equals(said);
    }

    /** What the witness said last, or why it is not reached. */
    public String words() {
        return lastWords;
    }

    public long deadlineNanos() {
        return Math.min(Math.min(retryAt, giveUpAt), Math.min(aliveAt, waitEndsAt));
    }

    public List<ContactEffect> step(ContactInput input) {
        effects = new ArrayList<>();
        long now = input.nowNanos();
        if (input instanceof ContactInput.Start) {
            connect(now);
        } else if (input instanceof ContactInput.Connected connected) {
            if (connected.attempt() == attempt && phase == Phase.CONNECTING) {
                opened(now);
            }
        } else if (input instanceof ContactInput.Received received) {
            if (received.attempt() == attempt && phase == Phase.OPEN) {
                received(received.message(), now);
            }
        } else if (input instanceof ContactInput.Disconnected lost) {
            if (lost.attempt() == attempt && phase != Phase.IDLE) {
                lost(lost.why(), now);
            }
        } else if (input instanceof ContactInput.ViewChanged changed) {
            viewChanged(changed.view(), now);
        } else if (input instanceof ContactInput.Ready is) {
            if (view != null && view.sequence() == is.viewSequence() && !ready) {
                ready = true;
                report();
            }
        } else if (input instanceof ContactInput.Tick) {
            passTime(now);
        } else {
            throw new AssertionError("unknown input " + input);
        }
        return effects;
    }

    private void connect(long now) {
        attempt++;
        phase = Phase.CONNECTING;
        retryAt = NEVER;
        giveUpAt = now + settings.connectMillis() * MILLI;
        effects.add(new ContactEffect.Connect(attempt));
    }

    private void opened(long now) {
        phase = Phase.OPEN;
        giveUpAt = now + settings.silenceMillis() * MILLI;
        aliveAt = now + settings.silenceMillis() * MILLI / 4;
        effects.add(new ContactEffect.Send(attempt, settings.hello()));
        report();
    }

    private void report() {
        View present = view;
        if (present != null && phase == Phase.OPEN) {
            effects.add(new ContactEffect.Send(
                    attempt, new Report(present.sequence(), present.representative(), present.members(), ready)));
        }
    }

    private void received(WitnessMessage message, long now) {
        giveUpAt = now + settings.silenceMillis() * MILLI;
        if (message instanceof Farewell farewell) {
            effects.add(new ContactEffect.Close(attempt));
            lost("the witness says: " + farewell.words(), now);
            return;
        }
        if (failedBefore || attempt == 1 && retryNanos == FIRST_RETRY && lastWords.equals("not asked yet")) {
            effects.add(new ContactEffect.Note(true, "the witness is reached"));
        }
        failedBefore = false;
        retryNanos = FIRST_RETRY;
        if (message instanceof Verdict verdict) {
            verdict(verdict);
        } else if (lastWords.equals("not asked yet")) {
            lastWords = "reached";
        }
    }

    private void verdict(Verdict verdict) {
        lastWords = verdict.words();
        if (view == null || view.sequence() != verdict.viewSequence()) {
            return;
        }
        if (verdict.vote() == Vote.YES) {
            say(true);
        } else if (verdict.vote() == Vote.NO) {
            say(false);
        }
    }

    private void say(boolean votes) {
        if (view == null || Boolean.TRUE.equals(said) || Boolean.valueOf(votes).equals(said)) {
            return;
        }
        said = votes;
        if (votes) {
            waitEndsAt = NEVER;
        }
        effects.add(new ContactEffect.Say(view.sequence(), votes));
    }

    private void lost(String why, long now) {
        if (!failedBefore) {
            effects.add(new ContactEffect.Note(false, "the witness is not reached: " + why));
        }
        lastWords = "not reached: " + why;
        failedBefore = true;
        phase = Phase.IDLE;
        giveUpAt = NEVER;
        aliveAt = NEVER;
        retryAt = now + retryNanos;
        retryNanos = Math.min(LAST_RETRY, retryNanos * 2);
        say(false);
    }

    private void viewChanged(View next, long now) {
        view = next;
        ready = false;
        said = null;
        waitEndsAt = now + settings.waitMillis() * MILLI;
        report();
        if (failedBefore && phase != Phase.OPEN) {
            // It was away before: nobody should wait for it, but it may be back.
            say(false);
            if (phase == Phase.IDLE) {
                connect(now);
            }
        }
    }

    private void passTime(long now) {
        if (giveUpAt <= now) {
            effects.add(new ContactEffect.Close(attempt));
            lost(
                    phase == Phase.CONNECTING
                            ? "no connection within " + settings.connectMillis() + " ms"
                            : "silent for " + settings.silenceMillis() + " ms",
                    now);
        }
        if (retryAt <= now) {
            connect(now);
        }
        if (aliveAt <= now) {
            aliveAt = now + settings.silenceMillis() * MILLI / 4;
            effects.add(new ContactEffect.Send(attempt, new Alive()));
        }
        if (waitEndsAt <= now && view != null) {
            waitEndsAt = NEVER;
            effects.add(new ContactEffect.WaitOver(view.sequence()));
            say(false);
        }
    }
}
