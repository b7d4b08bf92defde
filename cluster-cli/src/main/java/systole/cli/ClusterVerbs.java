package systole.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import systole.api.Answer;
import systole.api.ApiClient;
import systole.api.ApiSocket;
import systole.api.NoDaemonException;
import systole.api.Request;
import systole.formats.CibValidation;
import systole.formats.Finding;
import systole.kernel.BadInputException;
import systole.kernel.ClusterException;
import systole.model.Element;

/** Level {@code cluster}: the daemon of this node. */
final class ClusterVerbs {
    private static final long START_SECONDS = 30;
    private static final long STOP_SECONDS = 120;
    private static final long LOOK_MILLIS = 25;

    private ClusterVerbs() {}

    static Level level() {
        List<Verb> verbs = new ArrayList<>();
        verbs.add(Verb.of("start", "Start the daemon of this node, and wait until it answers.")
                .flag("--all", "on all nodes, over ssh")
                .any("NODE", Verb.Kind.NODE, "on these nodes, over ssh")
                .does(call -> call.has("--all") || !call.all("NODE").isEmpty()
                        ? RemoteVerbs.runOn(
                                call,
                                call.all("NODE"),
                                call.session().environment().getOrDefault("SYSTOLE_REMOTE", "systole")
                                        + " cluster start")
                        : start(call)));
        verbs.add(Verb.of("stop", "Stop the resources of this node, then its daemon.")
                .flag("--all", "all nodes of the cluster")
                .maybe("NODE", Verb.Kind.NODE, "another node")
                .does(ClusterVerbs::stop));
        verbs.add(Verb.of("restart", "Stop the daemon of this node and start it again.")
                .does(call -> {
                    stop(call);
                    return start(call);
                }));
        verbs.add(Verb.of("status", "Say whether the daemon of this node runs, and what ring it is in.")
                .does(ClusterVerbs::status));
        verbs.add(Verb.of(
                        "health",
                        "Say what is wrong: quorum, nodes, failures, fencing, configuration; code 1 if anything is.")
                .any("AREA", Verb.Kind.WORD, "accepted for the sake of crm")
                .does(ClusterVerbs::health));
        verbs.add(Verb.of("wait_for_startup", "Wait until the daemon of this node answers.")
                .alias("wait-for-startup")
                .maybe("SECONDS", Verb.Kind.WORD, "at most so long; default 30")
                .does(call -> {
                    await(call.session(), seconds(call));
                    return ExitCode.OK.number();
                }));
        verbs.add(Verb.of("wait", "Wait until nothing is planned or running any more.")
                .maybe("SECONDS", Verb.Kind.WORD, "at most so long; default 30")
                .does(call -> {
                    try (Backend backend = call.session().backend()) {
                        backend.ask(new Request.Settle(TimeUnit.SECONDS.toMillis(seconds(call))));
                    }
                    return ExitCode.OK.number();
                }));
        verbs.addAll(RemoteVerbs.cluster());
        verbs.addAll(SetupVerbs.verbs());
        verbs.addAll(GrowthVerbs.verbs());
        return new Level("cluster", List.of(), "Start and stop this node's part of the cluster.", verbs);
    }

    private static long seconds(Call call) {
        String word = call.one("SECONDS", "30");
        if (word.isEmpty() || word.length() > 6 || !word.chars().allMatch(Character::isDigit)) {
            throw new UsageException("'" + word + "' is no number of seconds", "write a whole number");
        }
        return Long.parseLong(word);
    }

    private static boolean answers(Session session) {
        try (ApiClient client = ApiClient.open(ApiSocket.of(session.root()), 2_000)) {
            client.ask(new Request.Ring());
            return true;
        } catch (NoDaemonException notYet) {
            return false;
        } catch (ClusterException refused) {
            return true;
        }
    }

    private static void await(Session session, long seconds) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        while (!answers(session)) {
            if (System.nanoTime() - end > 0) {
                throw new NoDaemonException(ApiSocket.of(session.root()), "not within " + seconds + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    static int start(Call call) throws IOException, InterruptedException {
        Session session = call.session();
        if (answers(session)) {
            session.info("The daemon of this node is running already");
            return ExitCode.OK.number();
        }
        boolean system = session.root().equals(Path.of("/")) && Files.isDirectory(Path.of("/run/systemd/system"));
        if (system && Files.exists(Path.of("/lib/systemd/system/systoled.service"))) {
            int code = new ProcessBuilder("systemctl", "start", "systoled")
                    .inheritIO()
                    .start()
                    .waitFor();
            if (code != 0) {
                throw new BadInputException(
                        "systemctl start systoled", "ended with code " + code, "see: journalctl -u systoled");
            }
        } else {
            spawn(session);
        }
        await(session, START_SECONDS);
        session.info("The cluster stack started on this node");
        return ExitCode.OK.number();
    }

    /** Starts the daemon detached; its own log goes to {@code ROOT/var/log/systole/systoled.out}. */
    private static void spawn(Session session) throws IOException {
        Path home = session.home()
                .orElseThrow(() -> new BadInputException(
                        "", "SYSTOLE_HOME is not set, so the daemon is not found", "start it with bin/systole"));
        Path program = home.resolve("bin").resolve("systoled");
        if (!Files.isExecutable(program)) {
            throw new BadInputException(
                    program.toString(), "is no program", "install the daemon, or build it: mvn package");
        }
        Path logs = session.root().resolve("var/log/systole");
        Files.createDirectories(logs);
        ProcessBuilder builder = new ProcessBuilder(
                "setsid",
                program.toString(),
                "--root",
                session.root().toAbsolutePath().toString());
        builder.redirectInput(new File("/dev/null"));
        builder.redirectErrorStream(true);
        builder.redirectOutput(
                ProcessBuilder.Redirect.appendTo(logs.resolve("systoled.out").toFile()));
        Process process = builder.start();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!answers(session)) {
            if (!process.isAlive() && process.exitValue() != 0) {
                throw new BadInputException(
                        program.toString(),
                        "ended with code " + process.exitValue() + " before it answered",
                        "see " + logs.resolve("systoled.out"));
            }
            if (System.nanoTime() - end > 0) {
                return;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    private static int stop(Call call) {
        Session session = call.session();
        try (Backend backend = session.backend()) {
            if (call.has("--all")) {
                String self = NodeVerbs.self(backend);
                for (String node : Edits.nodeNames(backend.configuration())) {
                    if (!node.equals(self)) {
                        other(session, backend, node);
                    }
                }
            } else if (!call.all("NODE").isEmpty() && !call.one("NODE").equals(NodeVerbs.self(backend))) {
                Edits.requireNode(backend.configuration(), call.one("NODE"));
                other(session, backend, call.one("NODE"));
                return ExitCode.OK.number();
            }
            backend.ask(new Request.StopNode(""));
        } catch (NoDaemonException e) {
            session.info("The daemon of this node is not running");
            return ExitCode.OK.number();
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(STOP_SECONDS);
        while (answers(session)) {
            if (System.nanoTime() - end > 0) {
                throw new BadInputException(
                        "", "the daemon still runs after " + STOP_SECONDS + " s", "look at systole status");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
        session.info("The cluster stack stopped on this node");
        return ExitCode.OK.number();
    }

    private static void other(Session session, Backend backend, String node) {
        try {
            backend.ask(new Request.StopNode(node));
            session.info("node " + node + " is asked to stop");
        } catch (ClusterException e) {
            session.warn("node " + node + " was not asked to stop: " + e.getMessage());
        }
    }

    private static int health(Call call) {
        Map<String, String> facts = Map.of();
        List<String> warnings = List.of();
        Element cib;
        try (Backend backend = call.session().backend()) {
            if (backend.isLive() && backend.ask(new Request.Status()) instanceof Answer.Status status) {
                facts = status.facts();
                warnings = status.warnings();
                cib = status.cib();
            } else {
                cib = backend.cib();
            }
        }
        List<String> problems = new ArrayList<>(RootVerbs.report(cib, facts).problems(warnings));
        for (Finding finding : CibValidation.verify(cib, "configuration")) {
            problems.add(finding.text());
        }
        if (call.session().json()) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("healthy", problems.isEmpty());
            fields.put("problems", problems);
            call.out().println(Output.of(fields));
        } else if (problems.isEmpty()) {
            call.out().println("healthy: quorum, all nodes online, no failures, fencing on, configuration good");
        } else {
            problems.forEach(problem -> call.out().println("* " + problem));
        }
        return problems.isEmpty() ? ExitCode.OK.number() : ExitCode.FAILED.number();
    }

    static int status(Call call) {
        try (Backend backend = call.session().backend()) {
            Answer answer = backend.ask(new Request.Ring());
            if (!(answer instanceof Answer.Facts facts)) {
                throw new IllegalStateException(
                        "the daemon answered with " + answer.getClass().getSimpleName());
            }
            if (call.session().json()) {
                call.out().println(Output.of(facts.facts()));
            } else {
                List<String> wanted = call.all("ring|quorum");
                for (Map.Entry<String, String> fact : facts.facts().entrySet()) {
                    if (!wanted.isEmpty() && wanted.stream().noneMatch(fact.getKey()::startsWith)) {
                        continue;
                    }
                    call.out().println(fact.getKey() + ": " + fact.getValue());
                }
            }
        }
        return ExitCode.OK.number();
    }
}
