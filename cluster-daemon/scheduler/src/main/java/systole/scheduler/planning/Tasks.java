package systole.scheduler.planning;

/** Names of tasks and what they become. */
final class Tasks {
    static final String START = "start";
    static final String STOP = "stop";
    static final String PROMOTE = "promote";
    static final String DEMOTE = "demote";
    static final String MONITOR = "monitor";
    static final String RUNNING = "running";
    static final String STOPPED = "stopped";
    static final String PROMOTED = "promoted";
    static final String DEMOTED = "demoted";
    static final String NOTIFY = "notify";
    static final String NOTIFIED = "notified";
    static final String MIGRATE_TO = "migrate_to";
    static final String MIGRATE_FROM = "migrate_from";
    static final String RELOAD = "reload-agent";
    static final String DELETE = "delete";
    static final String CANCEL = "cancel";
    static final String CLEAR_FAILCOUNT = "clear_failcount";
    static final String LRM_DELETE = "lrm_delete";
    static final String STONITH = "stonith";
    static final String SHUTDOWN = "do_shutdown";

    private Tasks() {}

    /** {@code start} of {@code running}; every other task is its own base. */
    static String base(String task) {
        return switch (task) {
            case RUNNING -> START;
            case STOPPED -> STOP;
            case PROMOTED -> PROMOTE;
            case DEMOTED -> DEMOTE;
            default -> task;
        };
    }

    /** {@code running} of {@code start}; the empty text if there is none. */
    static String finished(String task) {
        return switch (task) {
            case START -> RUNNING;
            case STOP -> STOPPED;
            case PROMOTE -> PROMOTED;
            case DEMOTE -> DEMOTED;
            default -> "";
        };
    }

    static boolean isFinished(String task) {
        return !base(task).equals(task);
    }

    /** The opposite of a task, for the inverse of an order; the task itself if it has none. */
    static String inverse(String task) {
        return switch (task) {
            case START -> STOP;
            case STOP -> START;
            case PROMOTE -> DEMOTE;
            case DEMOTE -> PROMOTE;
            case RUNNING -> STOPPED;
            case STOPPED -> RUNNING;
            case PROMOTED -> DEMOTED;
            case DEMOTED -> PROMOTED;
            default -> task;
        };
    }

    static boolean isUp(String task) {
        return task.equals(START) || task.equals(PROMOTE) || task.equals(MIGRATE_FROM);
    }

    /** The word after {@code _notify_} in the task of a notification point, else the task. */
    static String ofNotification(String keyTask) {
        int at = keyTask.indexOf("_notify_");
        return at < 0 ? keyTask : keyTask.substring(at + "_notify_".length());
    }

    static boolean isNotificationPoint(String keyTask) {
        return keyTask.contains("_notify_");
    }
}
