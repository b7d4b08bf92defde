package systole.daemon;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.JoinChannel;
import systole.api.JoinMessages;
import systole.api.JoinToken;
import systole.kernel.BadInputException;

/**
 * Lets machines in that come with a token. Listens only while a token is valid; a token is good for one machine and a few
 * minutes; wrong ones are logged, and after {@value #MOST_WRONG} of them in a minute nobody is heard until it is over.
 */
final class JoinDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger("systole.join");
    private static final int MOST_WRONG = 5;
    private static final int MOST_TOKENS = 64;
    private static final long MINUTE_NANOS = 60_000_000_000L;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final int LOOK_MILLIS = 500;

    private record Valid(byte[] secret, long untilNanos) {}

    private final InetAddress own;
    private final BiFunction<String, JoinMessages.Question, JoinMessages.Welcome> admission;
    private final Map<String, Valid> tokens = new ConcurrentHashMap<>();
    private ServerSocket listening;
    private int wrong;
    private long wrongSinceNanos;

    /**
     * @param own where to listen
     * @param admission takes a machine at this address in; blocks
     */
    JoinDesk(InetAddress own, BiFunction<String, JoinMessages.Question, JoinMessages.Welcome> admission)
            throws IOException {
        this.own = own;
        this.admission = admission;
        this.listening = new ServerSocket();
        listening.close();
    }

    /**
     * A new token, as text.
     *
     * @throws BadInputException if there are too many, or nothing can listen
     */
    synchronized String token(long seconds) {
        tokens.values().removeIf(valid -> valid.untilNanos() - System.nanoTime() < 0);
        if (tokens.size() >= MOST_TOKENS) {
            throw new BadInputException(
                    "token", MOST_TOKENS + " of them wait to be used", "use one, or wait until they are too old");
        }
        try {
            if (listening.isClosed()) {
                listening = new ServerSocket(0, 8, own);
                Thread thread = new Thread(this::serve, "systole-join");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            throw new BadInputException(
                    own.getHostAddress(), "cannot be listened on: " + e.getMessage(), "check the address of this node");
        }
        byte[] secret = new byte[JoinToken.SECRET_BYTES];
        new SecureRandom().nextBytes(secret);
        tokens.put(JoinChannel.id(secret), new Valid(secret, System.nanoTime() + seconds * 1_000_000_000L));
        LOG.info("a token was made, good for one machine and {} s", seconds);
        return new JoinToken(own.getHostAddress(), listening.getLocalPort(), secret).text();
    }

    private void serve() {
        ServerSocket mine = listening;
        while (!mine.isClosed()) {
            try {
                mine.setSoTimeout(LOOK_MILLIS);
                try (Socket socket = mine.accept()) {
                    heard(socket);
                }
            } catch (SocketTimeoutException nobody) {
                closeWhenUnused(mine);
            } catch (IOException e) {
                LOG.info("a machine went away while it joined: {}", e.getMessage());
            }
        }
    }

    private synchronized void closeWhenUnused(ServerSocket mine) {
        tokens.values().removeIf(valid -> valid.untilNanos() - System.nanoTime() < 0);
        if (tokens.isEmpty()) {
            try {
                mine.close();
            } catch (IOException e) {
                LOG.warn("cannot close the door for machines that join: {}", e.getMessage());
            }
        }
    }

    private void heard(Socket socket) throws IOException {
        String from = socket.getInetAddress().getHostAddress();
        if (System.nanoTime() - wrongSinceNanos > MINUTE_NANOS) {
            wrong = 0;
        }
        if (wrong >= MOST_WRONG) {
            return;
        }
        socket.setSoTimeout(PATIENCE_MILLIS);
        try {
            JoinChannel.serve(
                    socket,
                    id -> Optional.ofNullable(tokens.get(id))
                            .filter(valid -> valid.untilNanos() - System.nanoTime() > 0)
                            .map(Valid::secret),
                    (id, question) -> answer(from, id, question));
        } catch (JoinChannel.WrongSecretException e) {
            if (wrong++ == 0) {
                wrongSinceNanos = System.nanoTime();
            }
            LOG.warn(
                    "a machine at {} came without a valid token: {}{}",
                    from,
                    e.getMessage(),
                    wrong == MOST_WRONG ? "; nobody is heard for a minute" : "");
        }
    }

    private String answer(String from, String id, String question) {
        try {
            JoinMessages.Welcome welcome = admission.apply(from, JoinMessages.Question.read(question));
            if (welcome.refused().isEmpty()) {
                tokens.remove(id);
            } else {
                LOG.warn("a machine at {} was not taken in: {}", from, welcome.refused());
            }
            return welcome.text();
        } catch (BadInputException e) {
            LOG.warn("a machine at {} was not taken in: {}", from, e.getMessage());
            return JoinMessages.Welcome.refusal(String.valueOf(e.getMessage()), e.remedy())
                    .text();
        }
    }

    @Override
    public synchronized void close() {
        tokens.clear();
        try {
            listening.close();
        } catch (IOException e) {
            LOG.warn("cannot close the door for machines that join: {}", e.getMessage());
        }
    }
}
