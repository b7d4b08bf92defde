package systole.daemon.witness;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;

/**
 * A certificate that vouches for itself (X.509 version 3, ECDSA on P-256, no end). Nodes recognise it by its fingerprint and
 * look at nothing else in it; the JDK has no public way to make one.
 */
record SelfSigned(KeyPair keys, X509Certificate certificate) {
    private static final int SEQUENCE = 0x30;
    private static final int SET = 0x31;
    private static final int INTEGER = 0x02;
    private static final int BITS = 0x03;
    private static final int UTF8 = 0x0C;
    private static final int UTC_TIME = 0x17;
    private static final int GENERAL_TIME = 0x18;
    private static final int VERSION_FIELD = 0xA0;

    /** OID 1.2.840.10045.4.3.2, with tag and length. */
    private static final byte[] ECDSA_WITH_SHA256 = {0x06, 0x08, 0x2A, (byte) 0x86, 0x48, (byte) 0xCE, 0x3D, 4, 3, 2};

    /** OID 2.5.4.3, with tag and length. */
    private static final byte[] COMMON_NAME = {0x06, 0x03, 0x55, 0x04, 0x03};

    static SelfSigned make(String name) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair keys = generator.generateKeyPair();
        byte[] body = body(name, keys.getPublic());
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(body);
        byte[] signature = signer.sign();
        byte[] bits = new byte[signature.length + 1];
        System.arraycopy(signature, 0, bits, 1, signature.length);
        byte[] der = tagged(SEQUENCE, body, tagged(SEQUENCE, ECDSA_WITH_SHA256), tagged(BITS, bits));
        return new SelfSigned(keys, parse(der));
    }

    static X509Certificate parse(byte[] der) throws GeneralSecurityException {
        return (X509Certificate)
                CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(der));
    }

    private static byte[] body(String name, PublicKey key) {
        byte[] serial = new byte[9];
        new SecureRandom().nextBytes(serial);
        serial[0] = 1;
        byte[] commonName = tagged(
                SEQUENCE,
                tagged(SET, tagged(SEQUENCE, COMMON_NAME, tagged(UTF8, name.getBytes(StandardCharsets.UTF_8)))));
        byte[] validity = tagged(
                SEQUENCE,
                tagged(UTC_TIME, "200101000000Z".getBytes(StandardCharsets.US_ASCII)),
                tagged(GENERAL_TIME, "99991231235959Z".getBytes(StandardCharsets.US_ASCII)));
        return tagged(
                SEQUENCE,
                tagged(VERSION_FIELD, tagged(INTEGER, new byte[] {2})),
                tagged(INTEGER, serial),
                tagged(SEQUENCE, ECDSA_WITH_SHA256),
                commonName,
                validity,
                commonName,
                key.getEncoded());
    }

    /** One DER element: tag, length, contents. */
    private static byte[] tagged(int tag, byte[]... parts) {
        ByteArrayOutputStream contents = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            contents.writeBytes(part);
        }
        int length = contents.size();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.write(tag);
        if (length < 0x80) {
            whole.write(length);
        } else if (length < 0x100) {
            whole.write(0x81);
            whole.write(length);
        } else {
            whole.write(0x82);
            whole.write(length >> 8);
            whole.write(length);
        }
        whole.writeBytes(contents.toByteArray());
        return whole.toByteArray();
    }
}
