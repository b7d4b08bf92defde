package systole.api;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.spec.X509EncodedKeySpec;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import systole.kernel.BadInputException;

/**
 * One question and one answer between a new machine and a node, over TCP. Both prove that they know the token's secret, and
 * nobody else can read or change anything: AES-256-GCM under keys from the secret and an X25519 exchange of this connection
 * alone, so that who records it learns nothing from a token found later. Formats in docs/wire-protocol.md.
 */
public final class JoinChannel {
    private static final int MAGIC = 0x5359_534A;
    private static final int VERSION = 1;
    private static final int ID_BYTES = 8;
    private static final int MOST_KEY = 256;
    private static final int MOST_FRAME = 1 << 20;

    private JoinChannel() {}

    /** The other side does not know the secret, or somebody is in between. */
    public static final class WrongSecretException extends IOException {
        private static final long serialVersionUID = 1;

        WrongSecretException(String message) {
            super(message);
        }
    }

    /** What a listening node looks a secret up by; says nothing of it. */
    public static String id(byte[] secret) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(secret);
            return java.util.HexFormat.of().formatHex(digest, 0, ID_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no SHA-256", e);
        }
    }

    /**
     * Asks. Blocks.
     *
     * @param question made from the local address of the connection
     * @throws BadInputException if the node is not reached, or does not accept the token
     */
    public static String ask(JoinToken token, int timeoutMillis, Function<String, String> question) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(token.host(), token.port()), timeoutMillis);
            socket.setSoTimeout(timeoutMillis);
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] secret = token.secret();
            KeyPair own = pair();
            byte[] mine = own.getPublic().getEncoded();
            out.writeInt(MAGIC);
            out.writeByte(VERSION);
            out.write(java.util.HexFormat.of().parseHex(id(secret)));
            block(out, mine);
            out.flush();
            byte[] theirs = block(in, MOST_KEY);
            Keys keys = Keys.of(secret, mine, theirs, own, theirs);
            String asked = question.apply(socket.getLocalAddress().getHostAddress());
            block(out, crypt(Cipher.ENCRYPT_MODE, keys.client(), asked.getBytes(StandardCharsets.UTF_8)));
            out.flush();
            return new String(crypt(Cipher.DECRYPT_MODE, keys.server(), block(in, MOST_FRAME)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new BadInputException(
                    token.host() + ":" + token.port(),
                    "did not accept the token or was not reached: "
                            + (e.getMessage() == null ? "the connection was closed" : e.getMessage()),
                    "make a new one on a node of the cluster (systole cluster token), use it within its time, and check"
                            + " that this port is open there");
        }
    }

    /**
     * Answers one question. Blocks; the socket's own time-out holds.
     *
     * @param secrets by {@link #id}
     * @param answer from the id and the question
     * @throws WrongSecretException if the other side does not know any of the secrets
     */
    public static void serve(
            Socket socket, Function<String, Optional<byte[]>> secrets, BiFunction<String, String, String> answer)
            throws IOException {
        DataInputStream in = new DataInputStream(socket.getInputStream());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        if (in.readInt() != MAGIC || in.readByte() != VERSION) {
            throw new WrongSecretException("that is not the language of 'cluster join'");
        }
        byte[] idBytes = new byte[ID_BYTES];
        in.readFully(idBytes);
        byte[] theirs = block(in, MOST_KEY);
        String id = java.util.HexFormat.of().formatHex(idBytes);
        byte[] secret = secrets.apply(id)
                .orElseThrow(() -> new WrongSecretException("the token is unknown, used up or too old"));
        KeyPair own = pair();
        byte[] mine = own.getPublic().getEncoded();
        Keys keys = Keys.of(secret, theirs, mine, own, theirs);
        block(out, mine);
        out.flush();
        String asked =
                new String(crypt(Cipher.DECRYPT_MODE, keys.client(), block(in, MOST_FRAME)), StandardCharsets.UTF_8);
        byte[] answered = answer.apply(id, asked).getBytes(StandardCharsets.UTF_8);
        block(out, crypt(Cipher.ENCRYPT_MODE, keys.server(), answered));
        out.flush();
    }

    /** One key for each direction, each used for one frame. */
    private record Keys(byte[] client, byte[] server) {
        static Keys of(byte[] secret, byte[] clientPublic, byte[] serverPublic, KeyPair own, byte[] theirs)
                throws IOException {
            try {
                KeyAgreement agreement = KeyAgreement.getInstance("X25519");
                agreement.init(own.getPrivate());
                agreement.doPhase(
                        KeyFactory.getInstance("X25519").generatePublic(new X509EncodedKeySpec(theirs)), true);
                Mac mac = Mac.getInstance("HmacSHA256");
                mac.init(new SecretKeySpec(secret, "HmacSHA256"));
                mac.update("systole join 1".getBytes(StandardCharsets.US_ASCII));
                mac.update(clientPublic);
                mac.update(serverPublic);
                byte[] common = mac.doFinal(agreement.generateSecret());
                return new Keys(derived(common, "client"), derived(common, "server"));
            } catch (GeneralSecurityException e) {
                throw new WrongSecretException("the key that was sent is none");
            }
        }

        private static byte[] derived(byte[] key, String label) throws GeneralSecurityException {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(label.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private static KeyPair pair() {
        try {
            return KeyPairGenerator.getInstance("X25519").generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no X25519", e);
        }
    }

    /** The nonce is zero: no key seals two frames. */
    private static byte[] crypt(int mode, byte[] key, byte[] bytes) throws IOException {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, new byte[12]));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new WrongSecretException("the other side does not know the secret");
        }
    }

    private static void block(DataOutputStream out, byte[] bytes) throws IOException {
        out.writeInt(bytes.length);
        out.write(bytes);
    }

    private static byte[] block(DataInputStream in, int most) throws IOException {
        int length = in.readInt();
        if (length < 0 || length > most) {
            throw new IOException("a block of " + length + " bytes");
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return bytes;
    }
}
