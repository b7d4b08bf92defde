package systole.daemon;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.UserPrincipalNotFoundException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import systole.api.Answer;
import systole.api.Request;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException.Advice;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.ClusterState;
import systole.transport.LineServer.Peer;

/**
 * Decides by peer credentials who may ask what. Root, the daemon's own user and {@code hacluster} may do everything. With
 * {@code enable-acl} the roles of the configuration decide for all others; without it, who can open the socket may read,
 * and members of group {@code haclient} may change things too. What is denied is logged.
 */
final class Gate {
    private static final Logger LOG = LoggerFactory.getLogger("systole.audit");
    private static final String GROUP = "haclient";
    private static final Set<String> TRUE = Set.of("true", "yes", "on", "1", "y");

    private final Accounts accounts;
    private final String ownUser;

    Gate(Accounts accounts, String ownUser) {
        this.accounts = accounts;
        this.ownUser = ownUser;
    }

    /** Lets members of the group open the socket, where there is such a group and this process may give files to it. */
    static void letGroupIn(Path socket) {
        PosixFileAttributeView view = Files.getFileAttributeView(socket, PosixFileAttributeView.class);
        try {
            view.setGroup(socket.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByGroupName(GROUP));
        } catch (UserPrincipalNotFoundException none) {
            LOG.debug("no group {}: only root and the daemon's own user and group reach it", GROUP);
        } catch (IOException e) {
            LOG.info("{} is not open to group {}: {}", socket, GROUP, e.getMessage());
        }
    }

    /**
     * What came of a question.
     *
     * @param denied why not, if it is denied
     * @param filter what the answer must go through
     */
    record Verdict(Optional<Answer.Failed> denied, UnaryOperator<Answer> filter) {}

    private static final Verdict ALLOWED = new Verdict(Optional.empty(), UnaryOperator.identity());

    Verdict judge(Peer peer, Request request, ClusterState state, boolean quorate) {
        if (peer.isRoot() || peer.user().equals(ownUser) || peer.user().equals("hacluster")) {
            return ALLOWED;
        }
        if (request instanceof Request.MakeToken) {
            // Whoever joins gets the key of the cluster; no role gives away that.
            return denied(
                    "user '" + peer.user() + "' may not let machines join", "run it as root, or as '" + ownUser + "'");
        }
        Set<String> groups = new LinkedHashSet<>(accounts.groups(peer.user()));
        groups.add(peer.group());
        if (!isEnabled(state.configuration())) {
            return isRead(request) || groups.contains(GROUP)
                    ? ALLOWED
                    : denied(
                            "user '" + peer.user() + "' may not change the cluster",
                            "run it as root, as '" + ownUser + "', or as a member of group " + GROUP);
        }
        List<Element> roles = Access.roles(state.configuration(), peer.user(), groups);
        Element cib = state.cib(quorate);
        Access access = Access.of(cib, roles);
        Optional<String> missing = missing(request, access, cib, roles);
        if (missing.isPresent()) {
            return denied(
                    "user '" + peer.user() + "' " + missing.get()
                            + (roles.isEmpty()
                                    ? " (no role)"
                                    : " (roles: "
                                            + String.join(
                                                    ", ",
                                                    roles.stream()
                                                            .map(Element::id)
                                                            .toList()) + ")"),
                    "ask an administrator for a role that allows it: systole acl show");
        }
        return new Verdict(Optional.empty(), answer -> filtered(answer, cib, roles, access));
    }

    /** Writes into the log who was denied what. */
    static void log(Peer peer, Request request, Answer.Failed denied) {
        LOG.warn("denied: {}: {}", request.getClass().getSimpleName(), denied.whatHappened());
        LOG.debug("denied to {} of {}: {}", peer.user(), peer.group(), request);
    }

    private static Verdict denied(String what, String remedy) {
        return new Verdict(Optional.of(new Answer.Failed(Advice.FIX_REQUEST, what, remedy)), UnaryOperator.identity());
    }

    private static boolean isEnabled(Element configuration) {
        for (Element section : configuration.children("crm_config")) {
            for (Element set : section.children()) {
                for (Element pair : set.children("nvpair")) {
                    if (pair.attribute("name", "").equals("enable-acl")) {
                        return TRUE.contains(pair.attribute("value", "").toLowerCase(java.util.Locale.ROOT));
                    }
                }
            }
        }
        return false;
    }

    /** Why the roles do not suffice, as the end of a sentence. */
    private static Optional<String> missing(Request request, Access access, Element cib, List<Element> roles) {
        if (isRead(request)) {
            boolean events = request instanceof Request.History
                    || request instanceof Request.Plans
                    || request instanceof Request.Watch
                    || request instanceof Request.FenceHistory
                    || request instanceof Request.QueryAttributes
                    || request instanceof Request.Ring;
            boolean may = events
                    ? cib.children("status").stream().anyMatch(each -> access.on(each) != Access.Right.DENY)
                    : access.seesAnything();
            return may ? Optional.empty() : Optional.of("may not read this");
        }
        if (request instanceof Request.Configure change) {
            return configure(change, access, cib, roles);
        }
        if (request instanceof Request.Cleanup it) {
            return writes(
                    access, cib, List.of("//resource", it.resource()), "may not clean up " + named(it.resource()));
        }
        if (request instanceof Request.FailResource it) {
            return writes(access, cib, List.of("//resource", it.resource()), "may not fail " + named(it.resource()));
        }
        if (request instanceof Request.SetAttributes it) {
            return writes(access, cib, List.of("//node", it.node()), "may not set attributes of " + named(it.node()));
        }
        if (request instanceof Request.Fence it) {
            return writes(access, cib, List.of("//node", it.node()), "may not fence " + named(it.node()));
        }
        if (request instanceof Request.ConfirmFence it) {
            return writes(access, cib, List.of("//node", it.node()), "may not confirm that " + it.node() + " is off");
        }
        if (request instanceof Request.StopNode it) {
            return writes(access, cib, List.of("//node", it.node()), "may not stop " + named(it.node()));
        }
        if (request instanceof Request.ForgetNode it) {
            return writes(access, cib, List.of("//node", it.node()), "may not forget " + named(it.node()));
        }
        return writes(access, cib, List.of("//node", ""), "may not do this");
    }

    private static String named(String object) {
        return object.isEmpty() ? "everything" : object;
    }

    private static Optional<String> configure(
            Request.Configure change, Access access, Element cib, List<Element> roles) {
        Element before = cib.child("configuration").orElse(Element.leaf("configuration"));
        Element after;
        try {
            after = CibEdits.apply(before, change.edits());
        } catch (BadInputException e) {
            // The desk refuses it with its reason; but what somebody may not see is not told either.
            return access.on(before) == Access.Right.DENY ? Optional.of("may not change this") : Optional.empty();
        }
        List<Element> children = new ArrayList<>();
        cib.children().forEach(child -> children.add(child.is("configuration") ? after : child));
        Access then = Access.of(cib.withChildren(children), roles);
        return access.forbidden(before, after, then)
                .map(element -> "may not change <" + element.name() + ">"
                        + (element.id().isEmpty() ? "" : " " + element.id()));
    }

    /** Whether the object that a verb is about, or the whole CIB if it names none, may be written. */
    private static Optional<String> writes(Access access, Element cib, List<String> object, String words) {
        String name = object.get(1);
        if (name.isEmpty()) {
            return access.on(cib) == Access.Right.WRITE ? Optional.empty() : Optional.of(words);
        }
        List<Element> found = new ArrayList<>();
        Element configuration = cib.child("configuration").orElse(Element.leaf("configuration"));
        if (object.get(0).equals("//node")) {
            configuration
                    .children("nodes")
                    .forEach(nodes -> nodes.children("node").stream()
                            .filter(node -> node.attribute("uname", node.id()).equals(name))
                            .forEach(found::add));
        } else {
            configuration.children("resources").forEach(resources -> collect(resources, name, found));
        }
        boolean may = !found.isEmpty() && found.stream().allMatch(each -> access.on(each) == Access.Right.WRITE);
        return may || access.on(cib) == Access.Right.WRITE ? Optional.empty() : Optional.of(words);
    }

    private static void collect(Element at, String id, List<Element> found) {
        for (Element child : at.children()) {
            if (child.id().equals(id)) {
                found.add(child);
            }
            collect(child, id, found);
        }
    }

    private static Answer filtered(Answer answer, Element cib, List<Element> roles, Access access) {
        if (answer instanceof Answer.Status status) {
            return new Answer.Status(status.facts(), status.warnings(), seen(status.cib(), cib, roles, access));
        }
        if (answer instanceof Answer.Cib found) {
            if (found.cib().is("configuration")) {
                Element whole = Element.of("cib", java.util.Map.of(), List.of(found.cib()));
                Element seen = Access.of(whole, roles).readable(whole);
                return new Answer.Cib(
                        found.version(), seen.child("configuration").orElse(Element.leaf("configuration")));
            }
            return new Answer.Cib(found.version(), seen(found.cib(), cib, roles, access));
        }
        return answer;
    }

    private static Element seen(Element answered, Element judged, List<Element> roles, Access access) {
        return answered == judged
                ? access.readable(answered)
                : Access.of(answered, roles).readable(answered);
    }

    static boolean isRead(Request request) {
        return request instanceof Request.Status
                || request instanceof Request.ReadCib
                || request instanceof Request.History
                || request instanceof Request.FenceHistory
                || request instanceof Request.Changes
                || request instanceof Request.Plans
                || request instanceof Request.ReadPlan
                || request instanceof Request.ReadVersion
                || request instanceof Request.QueryAttributes
                || request instanceof Request.Ring
                || request instanceof Request.Watch
                || request instanceof Request.Settle;
    }
}
