package systole.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import systole.api.Answer;
import systole.api.Request;
import systole.formats.CibXml;
import systole.formats.CrmLanguage;
import systole.model.CibEdits;
import systole.model.Element;
import systole.state.ClusterState;
import systole.state.Command;
import systole.state.Version;
import systole.transport.LineServer.Peer;

/** Roles by verb and object, for users and for groups. */
class GateTest {
    private static final String CONFIGURATION = """
            node 1: n1
            node 2: n2
            primitive web ocf:pacemaker:Dummy params fake=public
            primitive db ocf:pacemaker:Dummy params passwd=geheim
            role watcher read xpath:/cib
            role discreet read xpath:/cib deny xpath:"//primitive[@id='db']/instance_attributes"
            role webmaster read xpath:/cib write ref:web write location:web
            role operator read xpath:/cib write node:n1
            role broken read xpath:/cib deny xpath:"//["
            role stopper read xpath:/cib write meta:web:target-role
            acl_target stan stopper
            acl_target joe watcher
            acl_target eve discreet
            acl_target will webmaster
            acl_target olga operator
            acl_target bert broken
            acl_group admins root-like
            role root-like write xpath:/cib
            """;

    private final Accounts accounts =
            new Accounts(user -> user.equals("ada") ? Set.of("users", "admins") : Set.of("users", "haclient"), () -> 0);

    private final Gate gate = new Gate(accounts, "systole");

    private static ClusterState state(String properties) {
        Element configuration = CrmLanguage.apply(CrmLanguage.EMPTY, "test", CONFIGURATION + properties);
        return ClusterState.empty()
                .apply(new Command.Configure(
                        "root",
                        "n1",
                        "1",
                        Version.NONE,
                        CibEdits.between(ClusterState.empty().configuration(), configuration),
                        0))
                .state();
    }

    private Gate.Verdict ask(String user, Request request) {
        return gate.judge(new Peer(user, "users"), request, state("property enable-acl=true\n"), true);
    }

    private Optional<String> denied(String user, Request request) {
        return ask(user, request).denied().map(Answer.Failed::whatHappened);
    }

    private static Request.Configure change(String text) {
        Element before = state("property enable-acl=true\n").configuration();
        return new Request.Configure(
                CibEdits.between(before, CrmLanguage.apply(before, "test", text)), "", "", "test", false, false);
    }

    private String read(String user) {
        Element cib = state("property enable-acl=true\n").cib(true);
        Answer answer = ask(user, new Request.ReadCib()).filter().apply(new Answer.Cib("0.1.0", cib));
        return CibXml.write(((Answer.Cib) answer).cib());
    }

    @Test
    void nobodyButTheAdministratorLetsMachinesJoinBecauseTheyGetTheKey() {
        assertThat(denied("ada", new Request.MakeToken(600))).isPresent();
        assertThat(ask("root", new Request.MakeToken(600)).denied()).isEmpty();
        assertThat(gate.judge(new Peer("joe", "haclient"), new Request.MakeToken(600), state(""), true)
                        .denied())
                .isPresent();
    }

    @Test
    void rootTheOwnUserAndTheGroupsOfAUserCount() {
        Request stop = change("primitive web ocf:pacemaker:Dummy meta target-role=Stopped\n");
        assertThat(denied("root", stop)).isEmpty();
        assertThat(denied("systole", stop)).isEmpty();
        assertThat(denied("ada", stop)).as("by a supplementary group").isEmpty();
        assertThat(denied("joe", stop))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("joe")
                        .contains("may not change")
                        .contains("watcher"));
    }

    @Test
    void withoutAccessControlTheGroupOfTheClusterChangesAndOthersRead() {
        ClusterState open = state("");
        Gate strict = new Gate(new Accounts(user -> Set.of("users"), () -> 0), "systole");
        assertThat(gate.judge(new Peer("joe", "users"), change("tag t web\n"), open, true)
                        .denied())
                .isEmpty();
        assertThat(strict.judge(new Peer("joe", "users"), change("tag t web\n"), open, true)
                        .denied())
                .isPresent();
        assertThat(strict.judge(new Peer("joe", "users"), new Request.ReadCib(), open, true)
                        .denied())
                .isEmpty();
    }

    @Test
    void aRightToOneAttributeHoldsForTheFirstOneToo() {
        String web = "primitive web ocf:pacemaker:Dummy params fake=public";
        assertThat(denied("stan", change(web + " meta target-role=Stopped\n"))).isEmpty();
        assertThat(denied("stan", change(web + " meta target-role=Stopped priority=5\n")))
                .isPresent();
        assertThat(denied("stan", change(web + " meta $id=empty\n"))).isPresent();
        assertThat(denied(
                        "stan",
                        change("primitive db ocf:pacemaker:Dummy params passwd=geheim meta target-role=Stopped\n")))
                .isPresent();
        assertThat(denied("stan", change("primitive web ocf:pacemaker:Dummy\n")))
                .isPresent();
    }

    @Test
    void aRoleChangesItsObjectAndNothingElse() {
        assertThat(denied("will", change("primitive web ocf:pacemaker:Dummy params fake=other\n")))
                .isEmpty();
        assertThat(denied("will", change("primitive db ocf:pacemaker:Dummy params passwd=other\n")))
                .isPresent();
        assertThat(denied("will", change("location cli-prefer-web web inf: n2\n")))
                .isEmpty();
        assertThat(denied("will", change("location other web inf: n2\n"))).isPresent();
        assertThat(denied("will", change("acl_target will root-like\n"))).isPresent();
        assertThat(denied("will", new Request.Cleanup("web", "", "", 0, false))).isEmpty();
        assertThat(denied("will", new Request.Cleanup("db", "", "", 0, false))).isPresent();
        assertThat(denied("will", new Request.Cleanup("", "", "", 0, false))).isPresent();
    }

    @Test
    void verbsAreJudgedByTheObjectThatTheyAreAbout() {
        assertThat(denied("olga", new Request.Fence("n1", "reboot", 0))).isEmpty();
        assertThat(denied("olga", new Request.Fence("n2", "reboot", 0)))
                .hasValueSatisfying(text -> assertThat(text).contains("may not fence n2"));
        assertThat(denied("olga", new Request.StopNode("n1"))).isEmpty();
        assertThat(denied("will", new Request.StopNode("n1"))).isPresent();
        assertThat(denied("olga", new Request.SetAttributes("n2", Map.of("a", "1"), List.of(), "reboot", -1)))
                .isPresent();
    }

    @Test
    void whatIsDeniedIsNotShownAndSurvivesAChangeOfTheRest() {
        assertThat(read("joe")).contains("geheim");
        String seen = read("eve");
        assertThat(seen).doesNotContain("geheim").contains("public").contains("db");
        assertThat(denied("bert", new Request.ReadCib()))
                .as("a deny that nobody understands denies all")
                .isPresent();
        assertThat(denied("nobody", new Request.ReadCib()))
                .hasValueSatisfying(text -> assertThat(text).contains("no role"));
        assertThat(denied("nobody", new Request.History(0))).isPresent();
    }

    @Test
    void groupsAreAskedForAgainAfterAMinute() {
        long[] now = {0};
        int[] asked = {0};
        Accounts slow = new Accounts(
                user -> {
                    asked[0]++;
                    return Set.of("g" + asked[0]);
                },
                () -> now[0]);
        assertThat(slow.groups("joe")).containsExactly("g1");
        assertThat(slow.groups("joe")).containsExactly("g1");
        now[0] = 61_000_000_000L;
        assertThat(slow.groups("joe")).containsExactly("g2");
    }

    @Test
    void theSystemKnowsTheGroupsOfRoot() {
        assertThat(Accounts.ofSystem().groups("root")).contains("root");
        assertThat(Accounts.ofSystem().groups("nobody-of-this-name")).isEmpty();
    }
}
