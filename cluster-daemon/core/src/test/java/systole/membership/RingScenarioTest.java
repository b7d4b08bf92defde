package systole.membership;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every scenario ends well, and every mutant is killed by a scenario or by random runs. */
class RingScenarioTest {
    private static final Map<String, Function<Set<Mutant>, RingWorld>> SCENARIOS = Map.ofEntries(
            Map.entry("leave", RingScenarios::leave),
            Map.entry("manyLeaveAtOnce", RingScenarios::manyLeaveAtOnce),
            Map.entry("deafToMessages", RingScenarios::deafToMessages),
            Map.entry("shortPause", RingScenarios::shortPause),
            Map.entry("longPause", RingScenarios::longPause),
            Map.entry("quickRestart", RingScenarios::quickRestart),
            Map.entry("tokenDoesNotPass", RingScenarios::tokenDoesNotPass),
            Map.entry("calmStart", RingScenarios::calmStart),
            Map.entry("oneTokenLost", RingScenarios::oneTokenLost),
            Map.entry("lastMessageLost", RingScenarios::lastMessageLost),
            Map.entry("answerToALostMessage", RingScenarios::answerToALostMessage),
            Map.entry("oneWayCut", RingScenarios::oneWayCut),
            Map.entry("obsoleteCommitToken", RingScenarios::obsoleteCommitToken),
            Map.entry("recoveryLostOftenThenDone", RingScenarios::recoveryLostOftenThenDone),
            Map.entry("commitTokensComeTwice", RingScenarios::commitTokensComeTwice),
            Map.entry("dataWhileCommitting", RingScenarios::dataWhileCommitting),
            Map.entry("recoveryThatOneFinishes", RingScenarios::recoveryThatOneFinishes),
            Map.entry("longRecovery", RingScenarios::longRecovery),
            Map.entry("everyRingNamesItsCause", RingScenarios::everyRingNamesItsCause),
            Map.entry("leaveWhileGathering", RingScenarios::leaveWhileGathering),
            Map.entry("oneNodeGathers", RingScenarios::oneNodeGathers),
            Map.entry("lastMessageLostTwice", RingScenarios::lastMessageLostTwice),
            Map.entry("halvesThatHearEachOtherAllAlong", RingScenarios::halvesThatHearEachOtherAllAlong),
            Map.entry("startAcrossSlowHops", RingScenarios::startAcrossSlowHops),
            Map.entry("eachRingHadARemovedNode", RingScenarios::eachRingHadARemovedNode),
            Map.entry("whoNeverAgreesIsGivenUp", RingScenarios::whoNeverAgreesIsGivenUp),
            Map.entry("largeMessagesAcrossAViewChange", RingScenarios::largeMessagesAcrossAViewChange));

    static Stream<String> scenarios() {
        return SCENARIOS.keySet().stream().sorted();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void endsWell(String name) {
        SCENARIOS.get(name).apply(Set.of());
    }

    static Stream<Arguments> directed() {
        return Stream.of(
                Arguments.of(Mutant.IGNORE_LEAVE, "leave"),
                Arguments.of(Mutant.ACCEPT_OLD_COMMIT_TOKEN, "obsoleteCommitToken"),
                Arguments.of(Mutant.ACCEPT_DATA_IN_COMMIT, "dataWhileCommitting"),
                Arguments.of(Mutant.DROP_JOINS_WHILE_OPERATIONAL, "oneNodeGathers"),
                Arguments.of(Mutant.HOLD_ALTHOUGH_SOMETHING_IS_MISSING, "lastMessageLostTwice"),
                Arguments.of(Mutant.FORGET_LEAVE_WHILE_GATHERING, "leaveWhileGathering"),
                Arguments.of(Mutant.MERGE_BEFORE_ALL_INSTALLED, "halvesThatHearEachOtherAllAlong"),
                Arguments.of(Mutant.TELL_HIGHEST_HEARD, "startAcrossSlowHops"),
                Arguments.of(Mutant.STAY_IN_FORMER_COMMIT, "startAcrossSlowHops"),
                Arguments.of(Mutant.AGREE_ON_ALL_SEEN, "eachRingHadARemovedNode"),
                Arguments.of(Mutant.STUCK_RECEIVER_STAYS, "deafToMessages"),
                Arguments.of(Mutant.BLAME_OTHERS_FOR_OWN_PAUSE, "longPause"),
                Arguments.of(Mutant.IGNORE_RESTART, "quickRestart"),
                Arguments.of(Mutant.NEVER_LOSE_TOKEN, "tokenDoesNotPass"),
                Arguments.of(Mutant.NEVER_RETRANSMIT_TOKEN, "oneTokenLost"),
                Arguments.of(Mutant.OBEY_JOIN_THAT_FAILS_ME, "calmStart"),
                Arguments.of(Mutant.FORGET_RECOVERED, "recoveryThatOneFinishes"),
                Arguments.of(Mutant.NEVER_ASK, "lastMessageLost"),
                Arguments.of(Mutant.DELIVER_ALL_BEHIND_GAP, "answerToALostMessage"),
                Arguments.of(Mutant.CONTINUE_PARTIAL, "largeMessagesAcrossAViewChange"));
    }

    @ParameterizedTest
    @MethodSource("directed")
    void aScenarioKillsTheMutant(Mutant mutant, String scenario) {
        assertThatThrownBy(() -> SCENARIOS.get(scenario).apply(EnumSet.of(mutant)))
                .isInstanceOf(AssertionError.class);
    }
}
