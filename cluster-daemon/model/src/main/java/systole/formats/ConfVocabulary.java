package systole.formats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/**
 * Every section and key of {@code corosync.conf}, what values it takes, and what becomes of it here
 * (specs/corosync-options.md; additions of our own: {@code totem.heartbeat_interval},
 * {@code node.port}).
 */
final class ConfVocabulary {
    static final Set<String> YES = Set.of("yes", "on", "1", "true");
    private static final Set<String> NO = Set.of("no", "off", "0", "false");

    private enum Form {
        NUMBER,
        LONG,
        FLAG,
        WORD,
        TEXT
    }

    /** @param why empty for a key that has its meaning here; else what a note (or, when refused, an error) says */
    private record Key(Form form, long low, long high, List<String> words, boolean refused, String why) {
        Key noEffect(String reason) {
            return new Key(form, low, high, words, false, reason);
        }

        Key refused(String reason) {
            return new Key(form, low, high, words, true, reason);
        }
    }

    private record Section(Map<String, Key> keys, Map<String, Section> sections) {
        Section key(String name, Key key) {
            keys.put(name, key);
            return this;
        }

        Section section(String name, Section section) {
            sections.put(name, section);
            return this;
        }
    }

    private static final String CRYPTO = "every packet is encrypted and authenticated with AES-256-GCM";
    private static final Section ROOT = section()
            .section("totem", totem())
            .section("nodelist", section().section("node", node()))
            .section("quorum", quorum())
            .section("logging", logging(true))
            .section("system", system());

    private ConfVocabulary() {}

    /** What a word says where yes or no is asked for; empty for other words. */
    static Optional<Boolean> truth(String word) {
        return YES.contains(word) ? Optional.of(true) : NO.contains(word) ? Optional.of(false) : Optional.empty();
    }

    private static Section section() {
        return new Section(new TreeMap<>(), new TreeMap<>());
    }

    private static Key number(long low, long high) {
        return new Key(Form.NUMBER, low, high, List.of(), false, "");
    }

    private static Key flag() {
        return new Key(Form.FLAG, 0, 0, List.of(), false, "");
    }

    private static Key word(String... words) {
        return new Key(Form.WORD, 0, 0, List.copyOf(Arrays.asList(words)), false, "");
    }

    private static Key text() {
        return new Key(Form.TEXT, 0, 0, List.of(), false, "");
    }

    private static Section totem() {
        int hour = 3_600_000;
        return section()
                .key("version", word("2"))
                .key("cluster_name", text())
                .key("config_version", new Key(Form.LONG, 0, Long.MAX_VALUE, List.of(), false, ""))
                .key("transport", word("udp", "udpu", "knet"))
                .key("crypto_model", word("nss", "openssl", "gcrypt").noEffect(CRYPTO))
                .key("crypto_cipher", word("none", "aes128", "aes192", "aes256").noEffect(CRYPTO))
                .key(
                        "crypto_hash",
                        word("none", "md5", "sha1", "sha256", "sha384", "sha512")
                                .noEffect(CRYPTO))
                .key("secauth", flag().noEffect(CRYPTO))
                .key("keyfile", text())
                .key("key", text().refused("the key does not belong into this file; put it into the file of 'keyfile'"))
                .key("link_mode", word("passive", "active", "rr"))
                .key("netmtu", number(576, 65_507))
                .key("knet_mtu", number(0, 65_507))
                .key("knet_pmtud_interval", number(0, 3600).noEffect("the path MTU is taken from 'netmtu'"))
                .key("knet_compression_model", word("none"))
                .key("knet_compression_threshold", number(0, 65_507).noEffect("packets are not compressed"))
                .key("knet_compression_level", number(0, 100).noEffect("packets are not compressed"))
                .key("block_unlisted_ips", flag())
                .key("ip_version", word("ipv4", "ipv6", "ipv4-6", "ipv6-4"))
                .key("ip_dscp", number(0, 63))
                .key("clear_node_high_bit", flag().refused("node ids are always explicit; set 'nodeid' for each node"))
                .key("token", number(30, hour))
                .key("token_coefficient", number(0, hour))
                .key("token_warning", number(0, 100))
                .key("token_retransmit", number(5, hour))
                .key("token_retransmits_before_loss_const", number(1, 1000))
                .key("hold", number(1, hour))
                .key("join", number(1, hour))
                .key("send_join", number(0, hour))
                .key("consensus", number(30, hour))
                .key("merge", number(1, hour))
                .key("downcheck", number(1, hour))
                .key("fail_recv_const", number(10, 1_000_000))
                .key("seqno_unchanged_const", number(3, 1_000_000))
                .key("heartbeat_failures_allowed", number(0, 1000).noEffect("heartbeats are always on, see 'token'"))
                .key("max_network_delay", number(0, hour).noEffect("heartbeats are always on, see 'token'"))
                .key("heartbeat_interval", number(1, 60_000))
                .key("window_size", number(1, 16_384))
                .key("max_messages", number(1, 16_384))
                .key("miss_count_const", number(1, 1000))
                .key("cancel_token_hold_on_retransmit", flag())
                .section("interface", link());
    }

    private static Section link() {
        return section()
                .key("linknumber", number(0, InterconnectConf.MAX_LINKS - 1))
                .key("ringnumber", number(0, InterconnectConf.MAX_LINKS - 1))
                .key("knet_link_priority", number(0, 255))
                .key("knet_ping_interval", number(1, 3_600_000))
                .key("knet_ping_timeout", number(1, 3_600_000))
                .key("knet_ping_precision", number(1, 1_000_000).noEffect("latency is kept as a histogram"))
                .key("knet_pong_count", number(1, 100))
                .key("knet_transport", word("udp"))
                .key("bindnetaddr", text())
                .key("broadcast", flag())
                .key("mcastaddr", text())
                .key("mcastport", number(1, 65_535))
                .key("ttl", number(0, 255));
    }

    private static Section node() {
        Section node = section()
                .key("nodeid", number(1, 65_535))
                .key("name", text())
                .key("quorum_votes", number(0, 1_000_000))
                .key("port", number(1, 65_535));
        for (int i = 0; i < InterconnectConf.MAX_LINKS; i++) {
            node.key("ring" + i + "_addr", text());
        }
        return node;
    }

    private static Section quorum() {
        return section()
                .key("provider", word("corosync_votequorum"))
                .key("expected_votes", number(1, 1_000_000))
                .key("votes", number(0, 1_000_000).noEffect("set 'quorum_votes' in the node list"))
                .key("two_node", flag())
                .key("wait_for_all", flag())
                .key("last_man_standing", flag())
                .key("last_man_standing_window", number(1, 3_600_000))
                .key("auto_tie_breaker", flag())
                .key("auto_tie_breaker_node", text())
                .key("allow_downscale", flag())
                .key("expected_votes_tracking", flag())
                .section("device", device());
    }

    private static Section device() {
        Section net = section()
                .key("host", text())
                .key("port", number(1, 65_535))
                .key("tls", word("on", "required"))
                .key("algorithm", word("ffsplit", "lms"))
                .key("tie_breaker", text())
                .key("connect_timeout", number(10, 120_000))
                .key("force_ip_version", number(0, 6).noEffect("name an address of the kind you want in 'host'"))
                .key(
                        "keep_active_partition_tie_breaker",
                        flag().noEffect("the vote always stays with a part of those that had it"));
        return section()
                .key("model", word("net"))
                .key("timeout", number(100, 120_000))
                .key("sync_timeout", number(100, 120_000))
                .key("votes", number(1, 1_000_000))
                .section("net", net);
    }

    private static Section logging(boolean top) {
        String[] priorities = {"alert", "crit", "debug", "emerg", "err", "info", "notice", "warning"};
        Section logging = section()
                .key("timestamp", word("off", "on", "hires").noEffect("every line has its time"))
                .key("fileline", flag().noEffect("lines name the component"))
                .key("function_name", flag().noEffect("lines name the component"))
                .key("blackbox", flag().noEffect("the event history is always kept"))
                .key("to_stderr", flag())
                .key("to_logfile", flag())
                .key("to_syslog", flag())
                .key("logfile", text())
                .key("logfile_priority", word(priorities))
                .key("syslog_priority", word(priorities))
                .key(
                        "syslog_facility",
                        word(
                                "daemon", "local0", "local1", "local2", "local3", "local4", "local5", "local6",
                                "local7", "user", "syslog"))
                .key("debug", word("on", "off", "trace"))
                .key("subsys", text());
        return top ? logging.section("logger_subsys", logging(false)) : logging;
    }

    private static Section system() {
        String unit = "set it in the unit file or leave it out";
        return section()
                .key("state_dir", text())
                .key("sched_rr", flag())
                .key("priority", word("min", "max").noEffect(unit))
                .key("move_to_root_cgroup", word("yes", "no", "auto").noEffect(unit))
                .key("qb_ipc_type", word("native", "shm", "socket").noEffect("there is one local socket"))
                .key("allow_knet_handle_fallback", flag().noEffect("there is no such handle"));
    }

    /**
     * Checks every name and value of the text.
     *
     * @return what is accepted without having the effect it has in Corosync, one sentence with its place each
     * @throws BadInputException at the first name that is not known or value that does not fit
     */
    static List<String> check(ConfSection root) {
        List<String> notes = new ArrayList<>();
        check(root, ROOT, notes);
        return notes;
    }

    private static void check(ConfSection section, Section known, List<String> notes) {
        section.entries().forEach((name, entry) -> checkEntry(section, known, name, entry, notes));
        for (ConfSection inner : section.sections()) {
            Section next = known.sections().get(inner.name());
            if (next == null) {
                throw new BadInputException(
                        inner.source() + ":" + inner.line(),
                        "unknown section '" + inner.name() + "'" + inside(section)
                                + NearestWord.hint(
                                        inner.name(), known.sections().keySet()),
                        remedyForSection(section, inner, known));
            }
            check(inner, next, notes);
        }
    }

    private static String remedyForSection(ConfSection outer, ConfSection inner, Section known) {
        if (outer.name().equals("device") && inner.name().equals("heuristics")) {
            return "remove the section: this version knows no heuristics of the quorum device";
        }
        return known.sections().isEmpty()
                ? "remove the section"
                : "use one of " + String.join(", ", known.sections().keySet()) + ", or remove the section";
    }

    private static void checkEntry(
            ConfSection section, Section known, String name, ConfSection.Entry entry, List<String> notes) {
        String place = section.source() + ":" + entry.line();
        Key key = known.keys().get(name);
        if (key == null) {
            throw new BadInputException(
                    place,
                    "unknown key '" + name + "'" + inside(section)
                            + NearestWord.hint(name, known.keys().keySet()),
                    section.name().isEmpty() ? "move it into the section it belongs to" : "correct or remove the line");
        }
        if (key.refused()) {
            throw new BadInputException(place, "'" + name + "' is not accepted: " + key.why(), "remove the line");
        }
        checkValue(place, name, entry.value(), key);
        if (!key.why().isEmpty()) {
            notes.add(place + ": '" + name + "' has no effect: " + key.why());
        }
    }

    private static void checkValue(String place, String name, String value, Key key) {
        if (value.isEmpty()) {
            throw new BadInputException(place, "'" + name + "' has no value", "write it after the colon");
        }
        switch (key.form()) {
            case NUMBER, LONG -> {
                if (!isNumberWithin(value, key.low(), key.high())) {
                    throw new BadInputException(
                            place,
                            "'" + name + ": " + value + "' is not a whole number from " + key.low() + " to "
                                    + key.high(),
                            "write such a number");
                }
            }
            case FLAG -> {
                if (!YES.contains(value) && !NO.contains(value)) {
                    throw new BadInputException(
                            place,
                            "'" + name + ": " + value + "' is neither yes nor no"
                                    + NearestWord.hint(value, new TreeSet<>(List.of("yes", "no", "on", "off"))),
                            "write yes or no");
                }
            }
            case WORD -> {
                if (!key.words().contains(value)) {
                    throw new BadInputException(
                            place,
                            "'" + name + "' does not take '" + value + "'" + NearestWord.hint(value, key.words()),
                            "use " + String.join(", ", key.words()));
                }
            }
            case TEXT -> {}
        }
    }

    private static boolean isNumberWithin(String value, long low, long high) {
        if (value.length() > 19 || !value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return false;
        }
        try {
            long number = Long.parseLong(value);
            return number >= low && number <= high;
        } catch (NumberFormatException tooLarge) {
            return false;
        }
    }

    private static String inside(ConfSection section) {
        return section.name().isEmpty() ? " outside of a section" : " in section '" + section.name() + "'";
    }
}
