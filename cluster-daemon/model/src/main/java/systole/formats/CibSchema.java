package systole.formats;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What elements and attributes a CIB may have, as a table: {@code element: attributes | children}. An attribute is
 * {@code name}, {@code name!} if required, {@code name=type}. Union of the schemas that are read (1.x to 4.0).
 */
final class CibSchema {
    /** @param attributes type by name, where the empty type is any text */
    record Rule(Map<String, String> attributes, Set<String> required, Set<String> children) {}

    private static final String SETS = "instance_attributes meta_attributes";
    private static final String DATE_FIELDS =
            "id! seconds minutes hours days monthdays weekdays yearsdays yeardays months"
                    + " weeks years weekyears moon";
    private static final List<String> TABLE = List.of(
            "cib: crm_feature_set validate-with epoch=count num_updates=count admin_epoch=count cib-last-written"
                    + " update-origin update-client update-user have-quorum=boolean dc-uuid execution-date"
                    + " no-quorum-panic=boolean remote-tls-port remote-clear-port request-origin generated"
                    + " ignore-dtd crm-debug-origin cib_feature_revision ccm_transition num_peers cluster_id"
                    + " | configuration status",
            "configuration: | crm_config nodes resources domains constraints fencing-topology rsc_defaults op_defaults"
                    + " tags acls alerts",
            "crm_config: | cluster_property_set",
            "cluster_property_set: id id-ref score=score | rule nvpair attributes",
            "nvpair: id id-ref name value |",
            "nodes: | node",
            "node: id! uname! type=nodetype description score=score | instance_attributes utilization",
            "resources: | primitive template group clone master bundle",
            "primitive: id! class=class provider type template description | " + SETS + " utilization operations",
            "template: id! class=class provider type description | " + SETS + " utilization operations",
            "operations: id id-ref description | op",
            "op: id! name! interval!=time description start-delay=time interval-origin timeout=time enabled=boolean"
                    + " record-pending=boolean role=role on-fail=onfail requires prereq | " + SETS,
            "group: id! description ordered collocated | " + SETS + " primitive",
            "clone: id! description | " + SETS + " primitive group",
            "master: id! description | " + SETS + " primitive group",
            "bundle: id! description | " + SETS + " docker podman rkt network storage primitive",
            "docker: image! replicas=count replicas-per-host=count masters=count promoted-max=count run-command network"
                    + " options |",
            "podman: image! replicas=count replicas-per-host=count masters=count promoted-max=count run-command network"
                    + " options |",
            "rkt: image! replicas=count replicas-per-host=count masters=count promoted-max=count run-command network"
                    + " options |",
            "network: ip-range-start control-port=count host-interface host-netmask=count add-host=boolean | port-mapping",
            "port-mapping: id! port=count internal-port=count range |",
            "storage: | storage-mapping",
            "storage-mapping: id! source-dir source-dir-root target-dir! options |",
            "instance_attributes: id id-ref score=score | rule nvpair attributes",
            "meta_attributes: id id-ref score=score | rule nvpair attributes",
            "utilization: id id-ref score=score | rule nvpair attributes",
            "attributes: | nvpair",
            "rule: id id-ref score=score score-attribute boolean-op=and/or role=role"
                    + " | expression date_expression rule rsc_expression op_expression",
            "expression: id! attribute! operation!=lt/gt/lte/gte/eq/ne/defined/not_defined value"
                    + " type=string/integer/number/version value-source=literal/param/meta |",
            "date_expression: id! operation=in_range/date_spec/gt/lt/eq/neq start end | duration date_spec",
            "rsc_expression: id! class provider type |",
            "op_expression: id! name! interval |",
            "duration: " + DATE_FIELDS + " |",
            "date_spec: " + DATE_FIELDS + " |",
            "constraints: | rsc_location rsc_colocation rsc_order rsc_ticket",
            "rsc_location: id! rsc rsc-pattern role=role score=score score-attribute node"
                    + " resource-discovery=always/never/exclusive description | resource_set rule lifetime",
            "rsc_colocation: id! score=score rsc with-rsc rsc-role=role"
                    + " with-rsc-role=role rsc-instance=count with-rsc-instance=count node-attribute influence=boolean"
                    + " description | resource_set lifetime",
            "rsc_order: id! first then first-action=action then-action=action first-instance=count then-instance=count"
                    + " kind=Mandatory/Optional/Serialize score=score symmetrical=boolean require-all=boolean"
                    + " ordering description | resource_set lifetime",
            "rsc_ticket: id! ticket! rsc rsc-role=role rsc-instance=count loss-policy=stop/demote/fence/freeze"
                    + " description | resource_set",
            "resource_set: id id-ref sequential=boolean require-all=boolean ordering action=action role=role"
                    + " score=score kind=Mandatory/Optional/Serialize | resource_ref",
            "resource_ref: id! |",
            "lifetime: | rule",
            "fencing-topology: | fencing-level",
            "fencing-level: id! target target-pattern target-attribute target-value index!=count devices! |",
            "rsc_defaults: | " + SETS,
            "op_defaults: | " + SETS,
            "tags: | tag",
            "tag: id! description | obj_ref",
            "obj_ref: id! |",
            "acls: | acl_role acl_target acl_group acl_user",
            "acl_role: id! description | acl_permission read write deny",
            "acl_permission: id! kind!=read/write/deny xpath reference object-type attribute description |",
            "acl_target: id! name description | role",
            "acl_group: id! name description | role",
            "acl_user: id! description | role_ref read write deny acl_permission",
            "read: id! xpath ref tag attribute |",
            "write: id! xpath ref tag attribute |",
            "deny: id! xpath ref tag attribute |",
            "role: id! |",
            "role_ref: id! |",
            "alerts: | alert",
            "alert: id! path! description | " + SETS + " select recipient",
            "select: | select_fencing select_nodes select_resources select_attributes",
            "select_fencing: |",
            "select_nodes: |",
            "select_resources: |",
            "select_attributes: | attribute",
            "attribute: id! name! |",
            "recipient: id! value! description | " + SETS,
            "domains: | domain",
            "domain: id! | node");

    private static final Map<String, Rule> RULES = new LinkedHashMap<>();

    static {
        for (String line : TABLE) {
            int colon = line.indexOf(':');
            int bar = line.indexOf('|');
            Map<String, String> attributes = new LinkedHashMap<>();
            Set<String> required = new LinkedHashSet<>();
            for (String word : words(line.substring(colon + 1, bar))) {
                int equals = word.indexOf('=');
                String name = equals < 0 ? word : word.substring(0, equals);
                if (name.endsWith("!")) {
                    name = name.substring(0, name.length() - 1);
                    required.add(name);
                }
                attributes.put(name, equals < 0 ? "" : word.substring(equals + 1));
            }
            RULES.put(
                    line.substring(0, colon),
                    new Rule(attributes, required, new LinkedHashSet<>(words(line.substring(bar + 1)))));
        }
    }

    private CibSchema() {}

    private static List<String> words(String text) {
        return text.isBlank() ? List.of() : List.of(text.strip().split(" +"));
    }

    static Optional<Rule> of(String element) {
        return Optional.ofNullable(RULES.get(element));
    }
}
