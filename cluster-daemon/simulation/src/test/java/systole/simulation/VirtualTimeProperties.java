package systole.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import systole.kernel.Seed;
import systole.testkit.VirtualTime;

/** What whole runs stand on: the order of events. */
class VirtualTimeProperties {
    /** Plans events, some of them from within events; in series or each for itself. */
    private static List<String> play(long seed, boolean series) {
        VirtualTime time = new VirtualTime();
        Seed chance = new Seed(seed);
        List<String> happened = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            plan(time, chance, series, happened, "" + i, 2);
        }
        time.runUntil(300);
        happened.add("until 300: " + time.executed());
        while (time.runNext()) {
            assertThat(time.nowNanos()).isGreaterThanOrEqualTo(300);
        }
        happened.add(time.executed() + " " + time.digest());
        return happened;
    }

    private static void plan(
            VirtualTime time, Seed chance, boolean series, List<String> happened, String name, int depth) {
        if (chance.chance(0.3)) {
            VirtualTime.Event doomed = time.after(chance.between(0, 40), "doomed", () -> happened.add("never"));
            doomed.cancel();
        }
        long[] delays = new long[chance.below(6)];
        for (int i = 0; i < delays.length; i++) {
            // Few moments, so that many events fall on the same one.
            delays[i] = chance.between(0, 200);
        }
        if (series) {
            time.afterEachOf(delays, "event", i -> happen(time, chance, true, happened, name + "." + i, depth));
        } else {
            for (int i = 0; i < delays.length; i++) {
                int number = i;
                time.after(delays[i], "event", () -> happen(time, chance, false, happened, name + "." + number, depth));
            }
        }
    }

    private static void happen(
            VirtualTime time, Seed chance, boolean series, List<String> happened, String name, int depth) {
        happened.add(time.nowNanos() + " " + name);
        if (depth > 0 && chance.chance(0.5)) {
            plan(time, chance, series, happened, name, depth - 1);
        }
    }

    @Property(tries = 200)
    void eventsThatAreAskedForTogetherHappenAsIfEachWereAskedForByItself(@ForAll long seed) {
        assertThat(play(seed, true)).isEqualTo(play(seed, false)).doesNotContain("never");
    }

    @Property(tries = 50)
    void eventsComeInTheOrderOfTheirTimeAndThenOfTheirAsking(@ForAll long seed) {
        VirtualTime time = new VirtualTime();
        Seed chance = new Seed(seed);
        List<Long> happened = new ArrayList<>();
        List<Long> wanted = new ArrayList<>();
        for (long i = 0; i < 500; i++) {
            long key = chance.between(0, 50) * 1000 + i;
            wanted.add(key);
            time.at(key / 1000, "event", () -> happened.add(key));
        }
        wanted.sort(null);
        time.runUntil(100);
        assertThat(happened).isEqualTo(wanted);
    }
}
