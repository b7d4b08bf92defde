package systole.state;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.ClusterException.Advice;

/** Durable commands of this node that nobody has been told about yet. */
final class PendingAnswers {
    /** @param sequence what must be on the disks of a majority; -1 while the command is on its way */
    private record Pending(Command command, long sequence, boolean changed, Version version) {}

    private final Map<String, Pending> pending = new LinkedHashMap<>();

    static String requestId(Command command) {
        if (command instanceof Command.Configure configure) {
            return configure.requestId();
        }
        if (command instanceof Command.SetTicket ticket) {
            return ticket.requestId();
        }
        if (command instanceof Command.SetPermanent set) {
            return set.requestId();
        }
        if (command instanceof Command.ChangeNodes change) {
            return change.requestId();
        }
        throw new IllegalArgumentException("not a durable command: " + command);
    }

    void sent(Command command) {
        pending.put(requestId(command), new Pending(command, -1, false, Version.NONE));
    }

    void applied(Command command, ClusterState after, boolean changed) {
        String id = requestId(command);
        if (pending.containsKey(id)) {
            pending.put(id, new Pending(command, after.position().sequence(), changed, after.version()));
        }
    }

    void refuse(Command command, Advice advice, String text, String remedy, List<StateEffect> effects) {
        String id = requestId(command);
        if (pending.remove(id) != null) {
            effects.add(new StateEffect.Answer(id, new StateEffect.Refused(advice, text, remedy)));
        }
    }

    /** All up to this number are where they cannot be lost. */
    void stored(long sequence, List<StateEffect> effects) {
        for (Map.Entry<String, Pending> entry : List.copyOf(pending.entrySet())) {
            Pending p = entry.getValue();
            if (p.sequence() >= 0 && p.sequence() <= sequence) {
                pending.remove(entry.getKey());
                effects.add(
                        new StateEffect.Answer(entry.getKey(), new StateEffect.Committed(p.version(), p.changed())));
            }
        }
    }

    /**
     * The members have come to a common state. What it contains waits for the disks anew; of the rest nobody can say
     * here what will become of it.
     */
    void synchronizedTo(ClusterState state, boolean quorate, boolean keptOwn, List<StateEffect> effects) {
        for (Map.Entry<String, Pending> entry : List.copyOf(pending.entrySet())) {
            Pending p = entry.getValue();
            if (p.sequence() < 0) {
                continue;
            }
            if (quorate && (keptOwn || state.change(entry.getKey()).isPresent())) {
                pending.put(
                        entry.getKey(),
                        new Pending(p.command(), state.position().sequence(), p.changed(), p.version()));
                continue;
            }
            pending.remove(entry.getKey());
            effects.add(new StateEffect.Answer(entry.getKey(), uncertain()));
        }
    }

    static StateEffect.Refused uncertain() {
        return new StateEffect.Refused(
                Advice.CHECK_STATE,
                "the cluster was divided while the change was on its way; it may or may not take effect",
                "when the cluster has quorum, look whether the change is there (systole history) before repeating it");
    }
}
