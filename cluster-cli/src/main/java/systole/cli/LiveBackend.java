package systole.cli;

import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.ApiSocket;
import systole.api.DaemonException;
import systole.api.Request;
import systole.kernel.ClusterException;
import systole.model.CibEdit;
import systole.model.Element;

/** The cluster, through the daemon of this node. The connection is opened at the first question. */
final class LiveBackend implements Backend {
    private static final long TIMEOUT_MILLIS = 60_000;
    private static final long SETTLE_MILLIS = 300_000;
    private static final int TRIES = 8;

    private final Session session;
    private @Nullable ApiClient client;

    LiveBackend(Session session) {
        this.session = session;
    }

    private ApiClient client() {
        ApiClient open = client;
        if (open == null) {
            open = ApiClient.open(ApiSocket.of(session.root()), TIMEOUT_MILLIS);
            client = open;
        }
        return open;
    }

    @Override
    public Element cib() {
        return client().cib().cib();
    }

    @Override
    public boolean isLive() {
        return true;
    }

    @Override
    public Answer ask(Request request) {
        return client().ask(request);
    }

    /** For watching: the client itself. */
    ApiClient connection() {
        return client();
    }

    @Override
    public List<CibEdit> change(String message, UnaryOperator<Element> function) {
        for (int left = TRIES; ; left--) {
            Element cib = cib();
            Element before = Backend.configuration(cib);
            List<CibEdit> edits = Backend.edits(before, function.apply(before));
            if (edits.isEmpty()) {
                return edits;
            }
            String guard = Backend.version(cib);
            try {
                client().order(new Request.Configure(edits, guard, message, session.program(), session.force(), false));
                return edits;
            } catch (DaemonException e) {
                if (left <= 1 || !hasMoved(e)) {
                    throw e;
                }
            }
        }
    }

    /** Somebody else's change came between; computing ours anew on the newer configuration is safe. */
    private static boolean hasMoved(ClusterException failure) {
        return failure.advice() == ClusterException.Advice.READ_AGAIN;
    }

    @Override
    public List<CibEdit> changeFrom(String version, String message, Element before, Element after) {
        List<CibEdit> edits = Backend.edits(before, after);
        if (!edits.isEmpty()) {
            client().order(new Request.Configure(edits, version, message, session.program(), session.force(), false));
        }
        return edits;
    }

    @Override
    public void settle() {
        client().order(new Request.Settle(SETTLE_MILLIS));
    }

    @Override
    public void close() {
        ApiClient open = client;
        if (open != null) {
            open.close();
        }
    }
}
