package systole.daemon;

import com.sun.jna.Native;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether two threads of unequal real-time priority wait for each other without end, docs/daemon.md, "One priority": one
 * interns new strings, the other looks up known ones, a collection five times a second leaves dead entries. On one processor,
 * with {@code java -XX:+UseSerialGC} and a bound in time from outside: {@code timeout -s KILL 15 chrt -r 20 taskset -c 1 java
 * … PriorityBench HIGH LOW SECONDS}. Prints once a second how many were interned; where it stops, the process stands still.
 */
final class PriorityBench {
    private static final int SCHED_RR = 2;
    private static final int KNOWN = 1000;
    private static final RealTime.LibC C = Native.load("c", RealTime.LibC.class);

    private PriorityBench() {}

    public static void main(String[] words) throws InterruptedException {
        int high = Integer.parseInt(words[0]);
        int low = Integer.parseInt(words[1]);
        int seconds = Integer.parseInt(words[2]);
        var interned = new AtomicLong();
        start("reader", () -> {
            prioritise(low);
            while (true) {
                for (int i = 0; i < KNOWN; i++) {
                    ("known" + i).intern();
                }
                LockSupport.parkNanos(20_000);
            }
        });
        start("writer", () -> {
            prioritise(high);
            while (true) {
                LockSupport.parkNanos(300_000);
                for (int i = 0; i < 20; i++) {
                    ("new" + interned.incrementAndGet()).intern();
                }
            }
        });
        for (int tick = 1; tick <= seconds * 5; tick++) {
            TimeUnit.MILLISECONDS.sleep(200);
            System.gc();
            if (tick % 5 == 0) {
                System.out.println(interned.get() + " strings interned");
            }
        }
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    private static void prioritise(int priority) {
        if (C.sched_setscheduler(0, SCHED_RR, new RealTime.SchedParam(priority)) != 0) {
            throw new IllegalStateException("real-time priority is refused; run as root");
        }
    }
}
