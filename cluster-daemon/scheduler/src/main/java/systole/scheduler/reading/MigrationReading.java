package systole.scheduler.reading;

import org.jspecify.annotations.Nullable;
import systole.scheduler.working.Cluster;
import systole.scheduler.working.EarlyAction;
import systole.scheduler.working.History;
import systole.scheduler.working.HistoryEntry;
import systole.scheduler.working.Node;
import systole.scheduler.working.Resource;
import systole.scheduler.working.Role;

/** Live migrations found in the history (input-and-status, section 15). */
final class MigrationReading {
    private final Cluster cluster;
    private final Histories histories;
    private final Activity activity;
    private final Resource resource;
    private final Node node;

    MigrationReading(Cluster cluster, Histories histories, Activity activity, Resource resource, Node node) {
        this.cluster = cluster;
        this.histories = histories;
        this.activity = activity;
        this.resource = resource;
        this.node = node;
    }

    private @Nullable Node other(HistoryEntry entry, boolean readOnSource) {
        String source = entry.xml.attribute("migrate_source");
        String target = entry.xml.attribute("migrate_target");
        if (source == null || target == null) {
            return null;
        }
        String here = readOnSource ? source : target;
        if (!here.equalsIgnoreCase(node.name)) {
            return null;
        }
        return cluster.nodeByName(readOnSource ? target : source);
    }

    void migrateToSucceeded(HistoryEntry entry) {
        Node target = other(entry, true);
        if (target == null) {
            return;
        }
        HistoryEntry from = lookUp(target, "migrate_from", "migrate_source", node.name);
        boolean sourceNewer = newerOperation(node, entry);
        if (from != null && sourceNewer) {
            return;
        }
        boolean targetNewer = newerState(target, from != null ? from : entry);
        if (sourceNewer && targetNewer) {
            return;
        }
        if (from != null && succeeded(from)) {
            resource.role = Role.STOPPED;
            resource.danglingMigrations.add(node);
            return;
        }
        resource.role = Role.STARTED;
        boolean fromFailed = from != null && !from.isPending();
        if (fromFailed) {
            if (target.online && !targetNewer) {
                activity.add(resource, target, true);
            } else {
                failed();
            }
            return;
        }
        if (target.online && from == null && !completedOperation(target)) {
            return;
        }
        if (target.online && !targetNewer) {
            activity.add(resource, target, false);
            if (node.online) {
                resource.partialMigrationSource = node;
                resource.partialMigrationTarget = target;
            }
        } else if (!sourceNewer) {
            failed();
        }
    }

    private void failed() {
        resource.failed = true;
        resource.stopIfFailed = true;
        resource.allowMigrate = false;
        cluster.early(EarlyAction.of(EarlyAction.Kind.STOP, EarlyAction.Phase.READING, resource, node, ""));
    }

    void migrateToFailed(HistoryEntry entry) {
        Node target = other(entry, true);
        if (target == null) {
            return;
        }
        resource.role = Role.STARTED;
        HistoryEntry from = lookUp(target, "migrate_from", "migrate_source", node.name);
        HistoryEntry reference = from != null && succeeded(from) ? from : entry;
        if (completedOperation(target) && !newerState(target, reference)) {
            if (target.online) {
                activity.add(resource, target, false);
            }
        } else if (!newerOperation(node, entry)) {
            resource.danglingMigrations.add(node);
        }
    }

    void migrateFromFailed(HistoryEntry entry) {
        Node source = other(entry, false);
        if (source == null) {
            return;
        }
        resource.role = Role.STARTED;
        HistoryEntry to = lookUp(source, "migrate_to", "migrate_target", node.name);
        HistoryEntry reference = to != null && succeeded(to) ? to : entry;
        if (completedOperation(source) && !newerState(source, reference) && source.online) {
            activity.add(resource, source, false);
        }
    }

    private static boolean succeeded(HistoryEntry entry) {
        return entry.rc == 0 && entry.status == HistoryEntry.DONE;
    }

    private @Nullable History history(Node where) {
        return histories.of(where, resource.id);
    }

    private @Nullable HistoryEntry lookUp(Node where, String task, @Nullable String attribute, String value) {
        History history = history(where);
        HistoryEntry found = null;
        if (history != null) {
            for (HistoryEntry entry : history.entries) {
                boolean fits = entry.task.equals(task)
                        && (attribute == null || value.equalsIgnoreCase(entry.xml.attribute(attribute, "")));
                if (fits) {
                    if (found != null) {
                        return null;
                    }
                    found = entry;
                }
            }
        }
        return found;
    }

    private boolean completedOperation(Node where) {
        History history = history(where);
        if (history != null) {
            for (HistoryEntry entry : history.entries) {
                if (entry.rc != 193) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean newerOperation(Node where, HistoryEntry than) {
        History history = history(where);
        if (history != null) {
            for (HistoryEntry entry : history.entries) {
                boolean counts = switch (entry.task) {
                    case "start", "stop", "migrate_to", "migrate_from" -> true;
                    default -> false;
                };
                if (counts && entry != than && newer(entry, than)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean newerState(Node where, HistoryEntry than) {
        if (newerOperation(where, than)) {
            return true;
        }
        HistoryEntry monitor = lookUp(where, "monitor", null, "");
        return monitor != null && monitor.rc == 7 && monitor.status == HistoryEntry.DONE && newer(monitor, than);
    }

    private static boolean newer(HistoryEntry entry, HistoryEntry than) {
        return HistoryOrder.compare(entry.xml, than.xml, false) > 0;
    }
}
