package systole.formats;

import java.util.Locale;

/** How each statement is written, in one line, for the remedy of a syntax error and for help. */
final class CrmForms {
    private CrmForms() {}

    /** The form of the statement that begins with this word; empty if no statement does. */
    static String of(String keyword) {
        return switch (keyword.toLowerCase(Locale.ROOT)) {
            case "node" -> "node [ID:] NAME[:TYPE] [attributes NAME=VALUE…] [utilization NAME=VALUE…]";
            case "primitive" ->
                "primitive ID [CLASS:[PROVIDER:]]TYPE [params NAME=VALUE…] [meta NAME=VALUE…]"
                        + " [op NAME interval=TIME timeout=TIME…]";
            case "rsc_template" -> "rsc_template ID [CLASS:[PROVIDER:]]TYPE [params NAME=VALUE…] [meta …] [op …]";
            case "monitor" -> "monitor RSC[:ROLE] INTERVAL[:TIMEOUT]";
            case "group" -> "group ID RSC… [meta NAME=VALUE…]";
            case "clone" -> "clone ID RSC [meta NAME=VALUE…]";
            case "ms", "master" -> "ms ID RSC [meta NAME=VALUE…]";
            case "bundle" -> "bundle ID docker image=IMAGE… [network NAME=VALUE…] [storage …] [meta …] [primitive RSC]";
            case "location" -> "location ID RSC SCORE: NODE, or location ID RSC rule [SCORE:] EXPRESSION";
            case "colocation", "collocation" -> "colocation ID SCORE: RSC[:ROLE] WITH-RSC[:ROLE]";
            case "order" -> "order ID Mandatory|Optional|Serialize: FIRST[:ACTION] THEN[:ACTION] [symmetrical=BOOLEAN]";
            case "rsc_ticket" -> "rsc_ticket ID TICKET: RSC[:ROLE]… [loss-policy=stop|demote|fence|freeze]";
            case "property" -> "property [ID:] NAME=VALUE…";
            case "rsc_defaults" -> "rsc_defaults [ID:] [rule …] NAME=VALUE…";
            case "op_defaults" -> "op_defaults [ID:] [rule …] NAME=VALUE…";
            case "fencing_topology", "fencing-topology" -> "fencing_topology NODE: DEVICE[,DEVICE]… …";
            case "tag" -> "tag ID OBJECT…";
            case "role" -> "role ID read|write|deny xpath:XPATH|ref:ID|type:ELEMENT|SHORTCUT…";
            case "acl_target", "acl_group" -> "acl_target NAME ROLE…";
            case "user" -> "user NAME role:ROLE…";
            case "alert" -> "alert ID PATH [attributes …] [meta …] [select KIND…] to RECIPIENT";
            case "xml" -> "xml <ELEMENT …>";
            default -> "";
        };
    }
}
