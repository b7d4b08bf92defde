package systole.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.CRC32;
import systole.kernel.BadInputException;

/**
 * What a new machine needs to become a node: where a node of the cluster listens for it, and a secret that both know. As
 * text it is one word that can be pasted.
 */
public final class JoinToken {
    public static final int SECRET_BYTES = 32;

    private static final String PREFIX = "systole-";
    private static final int VERSION = 1;
    private static final int FIXED = 1 + SECRET_BYTES + 2 + 4;

    private final String host;
    private final int port;
    private final byte[] secret;

    public JoinToken(String host, int port, byte[] secret) {
        if (secret.length != SECRET_BYTES) {
            throw new IllegalArgumentException("a secret of " + secret.length + " bytes");
        }
        this.host = host;
        this.port = port;
        this.secret = secret.clone();
    }

    public String host() {
        return host;
    }

    public int port() {
        return port;
    }

    byte[] secret() {
        return secret.clone();
    }

    /** The same secret at another address of the node. */
    public JoinToken at(String otherHost) {
        return new JoinToken(otherHost, port, secret);
    }

    /** The word to be pasted: version, secret, port, address and a checksum. */
    public String text() {
        byte[] name = host.getBytes(StandardCharsets.UTF_8);
        ByteBuffer out = ByteBuffer.allocate(FIXED + name.length);
        out.put((byte) VERSION).put(secret).putShort((short) port).put(name);
        out.putInt(checksum(out.array(), out.position()));
        return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(out.array());
    }

    /** @throws BadInputException if that is no token, or one with a letter missing or wrong */
    public static JoinToken parse(String text) {
        String word = text.strip();
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(word.startsWith(PREFIX) ? word.substring(PREFIX.length()) : "");
        } catch (IllegalArgumentException notBase64) {
            bytes = new byte[0];
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (bytes.length <= FIXED
                || bytes[0] != VERSION
                || in.getInt(bytes.length - 4) != checksum(bytes, bytes.length - 4)) {
            throw new BadInputException(
                    "token",
                    "is none, or not whole",
                    "copy the whole word that 'systole cluster token' printed on a node of the cluster");
        }
        byte[] secret = new byte[SECRET_BYTES];
        in.get(1, secret);
        String host = new String(bytes, FIXED - 4, bytes.length - FIXED, StandardCharsets.UTF_8);
        return new JoinToken(host, in.getShort(1 + SECRET_BYTES) & 0xFFFF, secret);
    }

    private static int checksum(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Without the secret. */
    @Override
    public String toString() {
        return "token for " + host + ":" + port;
    }
}
