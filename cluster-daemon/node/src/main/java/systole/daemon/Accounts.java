package systole.daemon;

import com.sun.jna.Native;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Groups of users as the system knows them, supplementary ones too. Remembered for a minute, since the answer may come
 * from a directory server. Safe on any thread.
 */
final class Accounts {
    private static final long FRESH_NANOS = 60_000_000_000L;
    private static final int MOST_REMEMBERED = 256;

    private record Known(Set<String> groups, long atNanos) {}

    private final Function<String, Set<String>> system;
    private final LongSupplier nanos;
    private final Map<String, Known> known = new LinkedHashMap<>();

    Accounts(Function<String, Set<String>> system, LongSupplier nanos) {
        this.system = system;
        this.nanos = nanos;
    }

    static Accounts ofSystem() {
        return new Accounts(Accounts::ask, System::nanoTime);
    }

    synchronized Set<String> groups(String user) {
        Known found = known.get(user);
        if (found == null || nanos.getAsLong() - found.atNanos() > FRESH_NANOS) {
            if (known.size() >= MOST_REMEMBERED) {
                known.clear();
            }
            found = new Known(Set.copyOf(system.apply(user)), nanos.getAsLong());
            known.put(user, found);
        }
        return found.groups();
    }

    private static Set<String> ask(String user) {
        Pointer account = C.getpwnam(user);
        if (account == null) {
            return Set.of();
        }
        // struct passwd: two pointers, then uid and gid.
        int primary = account.getInt(2L * Native.POINTER_SIZE + Integer.BYTES);
        IntByReference count = new IntByReference(64);
        int[] numbers = new int[count.getValue()];
        if (C.getgrouplist(user, primary, numbers, count) < 0) {
            numbers = new int[count.getValue()];
            if (C.getgrouplist(user, primary, numbers, count) < 0) {
                return Set.of();
            }
        }
        Set<String> names = new LinkedHashSet<>();
        for (int i = 0; i < count.getValue(); i++) {
            Pointer group = C.getgrgid(numbers[i]);
            names.add(
                    group == null
                            ? Integer.toString(numbers[i])
                            : group.getPointer(0).getString(0));
        }
        return names;
    }

    /** Direct mapping of the system's account database. */
    private static final class C {
        static {
            Native.register(C.class, "c");
        }

        private C() {}

        static native @Nullable Pointer getpwnam(String name);

        static native @Nullable Pointer getgrgid(int group);

        static native int getgrouplist(String user, int group, int[] groups, IntByReference count);
    }
}
