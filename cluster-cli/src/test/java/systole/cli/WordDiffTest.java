package systole.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WordDiffTest {
    @Test
    void onlyStatementsThatDifferAreShownWithTheWordsThatDo() {
        String before =
                "node 1: n1\nprimitive vip IPaddr2 \\\n\tparams ip=1.2.3.4 \\\n\top monitor interval=10s\ngroup g vip web\n";
        String after =
                "node 1: n1\nprimitive vip IPaddr2 \\\n\tparams ip=1.2.3.5 nic=eth0 \\\n\top monitor interval=10s\ntag t vip\n";
        assertThat(WordDiff.of(before, after))
                .isEqualTo(
                        "primitive vip IPaddr2 params [-ip=1.2.3.4-] {+ip=1.2.3.5+} {+nic=eth0+} op monitor interval=10s\n"
                                + "[-group g vip web-]\n{+tag t vip+}\n");
        assertThat(WordDiff.of(after, after)).isEmpty();
        assertThat(WordDiff.of("", "a b\n")).isEqualTo("{+a b+}\n");
    }
}
