package systole.formats;

import java.util.ArrayList;
import java.util.List;

/** Text to begin with when making random text. */
final class CrmSamples {
    static final String SCRIPT = """
            # nodes
            node 1: n1 attributes rack=r1 utilization cpu=4
            node 2: n2
            property no-quorum-policy=stop maintenance-mode=false
            rsc_template t Dummy params state="/tmp/t" op monitor interval=10s
            primitive a @t
            primitive f stonith:fence_ipmilan params ip=10.0.0.1 username=x password="a b\\"c"
            primitive b ocf:pacemaker:Dummy description="two words" \\
            	params 2: rule #uname eq n1 and date spec hours=9-16 fake=1 \\
            	params fake=2 \\
            	meta target-role=Started priority=3 \\
            	op start timeout=60s interval=0 \\
            	op monitor interval=20s role=Started timeout=30s OCF_CHECK_LEVEL=10
            primitive s ocf:pacemaker:Stateful
            primitive w Dummy
            primitive c1 Dummy
            group g a w meta resource-stickiness=10
            clone c s meta promotable=true
            bundle bu docker image=x:1 replicas=2 network ip-range-start=10.0.0.1 port-mapping port=80 \\
            	storage storage-mapping id=sm source-dir=/a target-dir=/b
            location l1 g 100: n1
            location l2 b rule $id=r1 -inf: not_defined ping or ping lte 0
            location l3 { g b } inf: n2
            location l4 b rule $id-ref=r1
            colocation co1 inf: g c:Promoted
            colocation co2 50: ( g b ) c1
            order o1 Mandatory: c:promote g:start symmetrical=false
            order o2 Optional: [ a b ] c1
            rsc_ticket tk T: g c:Promoted loss-policy=fence
            fencing_topology n1: f n2: f
            tag tg g b
            rsc_defaults resource-stickiness=1
            op_defaults timeout=60s
            role r read status write property:maintenance-mode deny ref:b
            acl_target joe r
            alert al /usr/local/bin/page.sh select nodes attributes { x y } to someone meta timeout=5s
            """;

    static final List<String> STATEMENTS = statements();

    private CrmSamples() {}

    private static List<String> statements() {
        List<String> statements = new ArrayList<>();
        CrmLines.statements("sample", SCRIPT).forEach(statement -> statements.add(statement.text()));
        statements.addAll(
                List.of("primitive", "group x", "location", "order q", "property", "xml <primitive id=\"x\"/>"));
        return statements;
    }

    static List<String> words() {
        List<String> words = new ArrayList<>();
        for (String statement : STATEMENTS) {
            words.addAll(CrmLines.words(statement));
        }
        words.addAll(List.of(
                "(", ")", "[", "]", "{", "}", "$id=x", "$id-ref=a", "@a", ":", "inf:", "-inf:", "=", "''", "#"));
        return words;
    }
}
