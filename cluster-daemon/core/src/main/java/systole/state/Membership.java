package systole.state;

/**
 * Where a node stands in the cluster.
 *
 * @param member in the present view, and not fenced since it joined
 * @param ready member whose state is known to all: the synchronisation after its joining is complete
 * @param expected expected to be a member; false after a clean leave or a confirmed fencing. A node that is expected
 *     and no member is unclean
 * @param joinedAt sequence of the view with which it (last) joined, -1 if never seen; with the node id it decides who
 *     coordinates
 * @param memberSince seconds since 1970, 0 while no member ({@code in_ccm})
 * @param readySince seconds since 1970, 0 while not ready ({@code crmd})
 * @param fenced fenced since it was last a member
 */
public record Membership(
        boolean member,
        boolean ready,
        boolean expected,
        long joinedAt,
        long memberSince,
        long readySince,
        boolean fenced) {
    public static final Membership NEVER_SEEN = new Membership(false, false, false, -1, 0, 0, false);

    long digest() {
        long flags = (member ? 1 : 0) | (ready ? 2 : 0) | (expected ? 4 : 0) | (fenced ? 8 : 0);
        return Digest.chain(Digest.chain(Digest.chain(flags, joinedAt), memberSince), readySince);
    }

    Membership gone() {
        return new Membership(false, false, expected, joinedAt, 0, 0, fenced);
    }

    Membership leaving() {
        return new Membership(member, ready, false, joinedAt, memberSince, readySince, fenced);
    }

    Membership afterFencing() {
        return new Membership(false, false, false, joinedAt, 0, 0, true);
    }

    Membership unready() {
        return new Membership(member, false, expected, joinedAt, memberSince, readySince, fenced);
    }
}
