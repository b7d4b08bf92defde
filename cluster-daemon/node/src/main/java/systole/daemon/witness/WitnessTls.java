package systole.daemon.witness;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/** TLS 1.3 with a pinned certificate: no authorities, no names, no dates. */
final class WitnessTls {
    static final String[] PROTOCOLS = {"TLSv1.3"};

    private WitnessTls() {}

    static byte[] fingerprint(X509Certificate certificate) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
    }

    static SSLContext ofWitness(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        try {
            char[] password = "in memory only".toCharArray();
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, password);
            store.setKeyEntry("witness", key, password, new Certificate[] {certificate});
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, password);
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(keys.getKeyManagers(), new TrustManager[0], null);
            return context;
        } catch (java.io.IOException e) {
            throw new GeneralSecurityException("cannot make a key store in memory", e);
        }
    }

    static SSLContext ofNode(byte[] fingerprint) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new Pinned(fingerprint.clone())}, null);
        return context;
    }

    /** Trusts one certificate. That the other end has its key is proven by the handshake. */
    private static final class Pinned extends X509ExtendedTrustManager {
        private final byte[] fingerprint;

        Pinned(byte[] fingerprint) {
            this.fingerprint = fingerprint;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            boolean isOurs;
            try {
                isOurs = chain.length > 0 && MessageDigest.isEqual(fingerprint, fingerprint(chain[0]));
            } catch (GeneralSecurityException e) {
                throw new CertificateException("the witness's certificate cannot be read", e);
            }
            if (!isOurs) {
                throw new CertificateException(
                        "the witness has another certificate than the key file says; copy the key file again");
            }
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
            throw new CertificateException("nodes show no certificates");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket)
                throws CertificateException {
            throw new CertificateException("nodes show no certificates");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("nodes show no certificates");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
