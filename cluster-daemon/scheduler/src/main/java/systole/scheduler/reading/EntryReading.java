package systole.scheduler.reading;

import org.jspecify.annotations.Nullable;
import systole.model.Score;
import systole.scheduler.rules.Values;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.DigestCheck;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.FailedOperation;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.OnFail;
import systole.scheduler.working.OnFailPolicy;
import systole.scheduler.working.Reason;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Reads the entries of one resource on one node, oldest first (input-and-status 12.6 to 14). */
final class EntryReading {
    /** What an entry amounts to. */
    private enum Result {
        PENDING,
        DONE,
        ERROR,
        HARD,
        FATAL,
        NOT_INSTALLED,
        NOT_CONNECTED
    }

    private final Cluster cluster;
    private final MigrationReading migrations;
    private final Resource resource;
    private final Node node;

    private OnFail onFail = OnFail.IGNORE;
    private @Nullable HistoryEntry lastFailure;

    EntryReading(Cluster cluster, Histories histories, Activity activity, Resource resource, Node node) {
        this.cluster = cluster;
        this.resource = resource;
        this.node = node;
        this.migrations = new MigrationReading(cluster, histories, activity, resource, node);
    }

    /** The strongest reaction that remains. */
    OnFail onFail() {
        return onFail;
    }

    void read(HistoryEntry entry) {
        boolean expired = expired(entry);
        int rc = entry.rc;
        int status = entry.status;
        if (rc == 190 || rc == 191) {
            rc = rc == 190 ? 0 : 8;
            if (!expired) {
                record(entry, false);
            }
        }
        boolean masked = entry.isProbe() && (rc == 5 || rc == 2 || status == 7) && !resource.inBundle();
        if (masked) {
            rc = 7;
            status = HistoryEntry.DONE;
        }
        entry.effectiveRc = rc;
        Result result = result(entry, rc, status, expired);
        entry.effectiveStatus = status;
        if (expired && result != Result.DONE || expired && masked) {
            boolean asExpected = (masked ? entry.rc : rc) == entry.expectedRc;
            if (masked && !asExpected) {
                if (!resource.role.above(Role.STOPPED)) {
                    resource.role = Role.UNKNOWN;
                }
                return;
            }
            if (!asExpected) {
                if (entry.intervalMs == 0) {
                    return;
                }
                if (node.online && !node.unclean) {
                    entry.reschedule = true;
                    return;
                }
            }
        }
        if (masked) {
            resource.role = Role.STOPPED;
            record(entry, true);
            ban(resource.failureUnit(), node, entry.id, "a probe found that it cannot run there");
            return;
        }
        switch (result) {
            case PENDING -> pending(entry);
            case DONE -> success(entry, rc);
            case NOT_INSTALLED -> {
                ban(resource.failureUnit(), node, entry.id, "its agent is not installed there");
                failure(entry, rc, result);
            }
            case NOT_CONNECTED -> {
                if (node.isRemoteOrGuest() && node.connection != null && node.connection.managed) {
                    node.connection.failed = true;
                    node.connection.stopIfFailed = true;
                }
                failure(entry, rc, result);
            }
            default -> failure(entry, rc, result);
        }
    }

    // ---- expiry (14.3)

    private boolean expired(HistoryEntry entry) {
        if (entry.status == 7) {
            return false;
        }
        boolean lastFailureEntry = entry.id.endsWith("_last_failure_0");
        if (resource.failureTimeoutMs > 0 && cluster.failCounts.plain(resource, node) > 0) {
            // may find that on-fail=block switches the timeout off
            cluster.failCounts.effective(resource, node, entry);
        }
        boolean expired = false;
        if (resource.failureTimeoutMs > 0 && entry.lastChange >= 0) {
            long end = entry.lastChange + Values.toSeconds(resource.failureTimeoutMs);
            expired = cluster.nowSeconds >= end && !waitsForFencing(entry);
        }
        String clear = null;
        if (expired) {
            if (cluster.failCounts.plain(resource, node) > 0) {
                if (cluster.failCounts.effective(resource, node, entry) == 0) {
                    clear = "it expired";
                } else {
                    expired = false;
                }
            } else if (lastFailureEntry && resource.remoteReconnectMs > 0) {
                clear = "reconnect interval is set";
            }
        }
        if (!expired && lastFailureEntry && parametersChanged(entry)) {
            clear = "resource parameters have changed";
        }
        if (clear != null) {
            cluster.early(
                    EarlyAction.of(EarlyAction.Kind.CLEAR_FAILCOUNT, EarlyAction.Phase.READING, resource, node, clear));
        }
        if (expired && entry.isProbe()) {
            switch (entry.rc) {
                case 0, 7, 8, 190, 191 -> expired = false;
                default -> {
                    // other results of probes expire
                }
            }
        }
        return expired;
    }

    private boolean waitsForFencing(HistoryEntry entry) {
        if (resource.remoteReconnectMs == 0
                || !cluster.options.fencingEnabled
                || entry.intervalMs == 0
                || !entry.task.equals("monitor")) {
            return false;
        }
        Node remote = resource.remoteNode;
        return remote != null && !remote.remoteWasFenced;
    }

    private boolean parametersChanged(HistoryEntry entry) {
        if (!entry.task.equals("start") && !entry.task.equals("monitor")) {
            return false;
        }
        if (cluster.settings.addressIsHost(resource)) {
            cluster.deferredChecks.add(new Cluster.DeferredCheck(resource, node, entry));
            return false;
        }
        DigestCheck.Result result = cluster.digests.compare(resource, node, entry, false);
        return result == DigestCheck.Result.MISMATCH || result == DigestCheck.Result.RESTART;
    }

    // ---- result (12.7)

    private Result result(HistoryEntry entry, int rc, int status, boolean expired) {
        switch (status) {
            case HistoryEntry.PENDING -> {
                return Result.PENDING;
            }
            case 10, 11 -> {
                return Result.HARD;
            }
            case 5 -> {
                return Result.HARD;
            }
            case 6 -> {
                return Result.FATAL;
            }
            case 7 -> {
                return Result.NOT_INSTALLED;
            }
            case 8 -> {
                return Result.NOT_CONNECTED;
            }
            case 0, 4 -> {
                return byRc(entry, rc, expired);
            }
            default -> {
                return Result.ERROR;
            }
        }
    }

    private Result byRc(HistoryEntry entry, int rc, boolean expired) {
        boolean probe = entry.isProbe();
        Result result = rc == entry.expectedRc ? Result.DONE : Result.ERROR;
        switch (rc) {
            case 0 -> {
                return probe && entry.expectedRc == 7 ? Result.DONE : result;
            }
            case 7 -> {
                if (probe || entry.expectedRc == 7 || !resource.managed) {
                    resource.role = Role.STOPPED;
                    onFail = OnFail.IGNORE;
                    resource.nextRole = Role.UNKNOWN;
                    return Result.DONE;
                }
                return result;
            }
            case 8 -> {
                if (probe) {
                    result = Result.DONE;
                }
                if (!expired || result == Result.DONE) {
                    resource.role = Role.PROMOTED;
                }
                return result;
            }
            case 9 -> {
                if (!expired) {
                    resource.role = Role.PROMOTED;
                }
                return Result.ERROR;
            }
            case 6 -> {
                return Result.FATAL;
            }
            case 2, 3, 4, 5 -> {
                if (rc == 3 && entry.intervalMs > 0) {
                    return Result.ERROR;
                }
                if (!expired && entry.task.equals("stop") && !cluster.canFence(node)) {
                    resource.managed = false;
                    resource.blocked = true;
                }
                return Result.HARD;
            }
            default -> {
                return Result.ERROR;
            }
        }
    }

    // ---- pending (12.8)

    private void pending(HistoryEntry entry) {
        HistoryEntry failed = lastFailure;
        if (failed != null
                && failed.task.equals(entry.task)
                && failed.intervalMs == entry.intervalMs
                && failed.lastChange >= 0
                && entry.lastChange >= 0
                && failed.lastChange >= entry.lastChange) {
            return;
        }
        switch (entry.task) {
            case "start" -> {
                resource.startPending = true;
                resource.role = activeRole();
            }
            // Pacemaker takes a demote that is under way for done, since its entry has replaced that of the promote.
            case "promote", "demote" -> resource.role = Role.PROMOTED;
            case "migrate_to" -> {
                Node target = cluster.nodeByName(entry.xml.attribute("migrate_target"));
                if (node.unclean && target != null) {
                    cluster.early(
                            EarlyAction.of(EarlyAction.Kind.STOP, EarlyAction.Phase.READING, resource, target, ""));
                }
            }
            default -> {
                // the role stays
            }
        }
        if (resource.pendingTask == null && !entry.isProbe()) {
            resource.pendingTask = entry.task;
            resource.pendingNode = node;
        }
    }

    private Role activeRole() {
        return resource.isPromotable() ? Role.UNPROMOTED : Role.STARTED;
    }

    private void activate() {
        if (resource.role.below(Role.STARTED)) {
            resource.role = activeRole();
        }
    }

    // ---- success (12.9)

    private void success(HistoryEntry entry, int rc) {
        if (rc == 5) {
            resource.role = Role.STOPPED;
            return;
        }
        if (rc == 7) {
            forget();
            return;
        }
        switch (entry.task) {
            case "monitor" -> {
                if (lastFailure != null && lastFailure.key().equals(entry.key())) {
                    forget();
                }
                activate();
            }
            case "start" -> {
                resource.role = Role.STARTED;
                forget();
            }
            case "stop" -> {
                resource.role = Role.STOPPED;
                forget();
            }
            case "promote" -> {
                resource.role = Role.PROMOTED;
                forget();
            }
            case "demote" -> {
                resource.role = Role.UNPROMOTED;
                if (onFail == OnFail.DEMOTE) {
                    forget();
                }
            }
            case "migrate_from" -> {
                resource.role = Role.STARTED;
                forget();
            }
            case "migrate_to" -> migrations.migrateToSucceeded(entry);
            default -> activate();
        }
    }

    /** Failures before this are over (12.9). */
    private void forget() {
        switch (onFail) {
            case IGNORE, DEMOTE, RESTART, RESTART_CONTAINER, BLOCK -> {
                onFail = OnFail.IGNORE;
                resource.nextRole = Role.UNKNOWN;
            }
            case RESET_REMOTE -> {
                if (resource.remoteReconnectMs == 0) {
                    onFail = OnFail.IGNORE;
                    resource.nextRole = Role.UNKNOWN;
                }
            }
            case STOP, BAN, STANDBY, FENCE -> {
                // these stay
            }
        }
    }

    // ---- failure (13.1)

    private void failure(HistoryEntry entry, int rc, Result result) {
        OnFail reaction = OnFailPolicy.of(cluster, resource, entry.task, entry.intervalMs);
        if (result == Result.NOT_INSTALLED && reaction == OnFail.IGNORE) {
            reaction = OnFail.BAN;
        }
        boolean ignoredStop = reaction == OnFail.RESTART_CONTAINER && entry.task.equals("stop");
        if (reaction == OnFail.IGNORE || ignoredStop) {
            success(entry, entry.expectedRc);
            resource.failureIgnored = true;
            record(entry, false);
            if (ignoredStop) {
                raise(OnFail.RESTART_CONTAINER);
            }
            return;
        }
        if (cluster.options.symmetric || entry.rc != 5) {
            record(entry, false);
        }
        lastFailure = entry;
        raise(reaction);
        Role failRole = failRole(reaction, entry.task);
        switch (entry.task) {
            case "stop" -> ban(resource, node, entry.id, "a stop failed there");
            case "migrate_to" -> migrations.migrateToFailed(entry);
            case "migrate_from" -> migrations.migrateFromFailed(entry);
            case "promote" -> resource.role = Role.PROMOTED;
            case "demote" -> {
                if (reaction == OnFail.BLOCK) {
                    resource.role = Role.PROMOTED;
                    resource.nextRole = Role.STOPPED;
                } else if (rc == 7) {
                    resource.role = Role.STOPPED;
                } else {
                    resource.role = Role.UNPROMOTED;
                }
            }
            default -> {
                // no special role
            }
        }
        if (entry.isProbe() && rc == 5) {
            resource.role = Role.STOPPED;
        } else {
            activate();
        }
        if (failRole != Role.STARTED && failRole.above(resource.nextRole)) {
            resource.nextRole = failRole;
        }
        if (failRole == Role.STOPPED) {
            Resource unit = resource.failureUnit();
            Activity.banEverywhere(cluster, unit);
            reason(unit, null, entry.id, "an operation with on-fail=stop failed");
        }
        if (result == Result.HARD) {
            ban(resource.failureUnit(), node, entry.id, "an operation failed there in a way that excludes the node");
        } else if (result == Result.FATAL) {
            ban(resource.failureUnit(), null, entry.id, "an operation failed in a way that excludes every node");
        }
    }

    private Role failRole(OnFail reaction, String task) {
        if (reaction == OnFail.STOP || (reaction == OnFail.RESET_REMOTE && resource.remoteReconnectMs > 0)) {
            return Role.STOPPED;
        }
        return task.equals("promote") ? Role.UNPROMOTED : Role.STARTED;
    }

    private void raise(OnFail reaction) {
        if (reaction.compareTo(onFail) > 0) {
            onFail = reaction;
        }
    }

    void ban(Resource unit, @Nullable Node where, String source, String why) {
        cluster.changeScore(unit, where, -Score.LIMIT);
        reason(unit, where, source, why);
    }

    private void reason(Resource unit, @Nullable Node where, String source, String why) {
        cluster.reasons.account(
                Reason.Kind.FAILURE, unit, source, each -> where == null || each == where, () -> resource + ": " + why);
    }

    private void record(HistoryEntry entry, boolean masked) {
        if (!node.online) {
            return;
        }
        for (FailedOperation each : cluster.failedOperations) {
            if (each.node() == node && each.entry().key().equals(entry.key()) && each.resource() == resource) {
                return;
            }
        }
        cluster.failedOperations.add(new FailedOperation(resource, node, entry, masked));
    }
}
