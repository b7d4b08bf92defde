package systole.state;

import java.util.Map;

/**
 * Order-dependent 64-bit digest of state, to notice that two nodes differ. Not for security. The value 0 is never a
 * result, so that it may stand for "not yet worked out".
 */
final class Digest {
    private static final long PRIME = 0x9E3779B97F4A7C15L;

    private Digest() {}

    static long of(String text) {
        long hash = text.length() + PRIME;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001B3L;
        }
        return nonZero(mix(hash));
    }

    static long of(Map<String, String> map) {
        long hash = map.size() + 1L;
        for (Map.Entry<String, String> entry : map.entrySet()) {
            hash += mix(of(entry.getKey()) * 31 + of(entry.getValue()));
        }
        return nonZero(hash);
    }

    static long chain(long hash, long next) {
        return mix(hash * 31 + next + PRIME);
    }

    static long nonZero(long hash) {
        return hash == 0 ? PRIME : hash;
    }

    private static long mix(long value) {
        long z = value;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
