package systole.scheduler.generated;

import java.util.List;
import java.util.Random;

/** Text under way, with the dice that decide what it says. */
final class Draft {
    final Random random;
    final StringBuilder out = new StringBuilder();
    private int ids;

    Draft(long seed) {
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + 0x1234567);
    }

    boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    /** A number from {@code low} to {@code high}, both possible. */
    int number(int low, int high) {
        return low + random.nextInt(high - low + 1);
    }

    String one(String... words) {
        return words[random.nextInt(words.length)];
    }

    <T> T from(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    String id() {
        return "x" + ids++;
    }

    Draft add(String text) {
        out.append(text);
        return this;
    }

    /** An attribute with a leading blank. */
    Draft attribute(String name, Object value) {
        out.append(' ').append(name).append("=\"").append(value).append('"');
        return this;
    }

    Draft option(String name, Object value) {
        out.append("<nvpair id=\"").append(id()).append("\" name=\"").append(name);
        out.append("\" value=\"").append(value).append("\"/>");
        return this;
    }

    Draft maybe(int percent, String name, String... values) {
        if (chance(percent)) {
            option(name, one(values));
        }
        return this;
    }

    /** Opens an attribute block, now and then one with a score and a rule. */
    Draft block(String element, boolean mayHaveRule) {
        add("<" + element).attribute("id", id());
        boolean rule = mayHaveRule && chance(8);
        if (rule || chance(10)) {
            attribute("score", number(0, 5));
        }
        add(">");
        if (rule) {
            rule("", true);
        }
        return this;
    }

    Draft end(String element) {
        return add("</" + element + ">");
    }

    /** A rule; without node only dates are of use. */
    void rule(String scoreAttributes, boolean datesOnly) {
        add("<rule").attribute("id", id()).add(scoreAttributes);
        if (chance(30)) {
            attribute("boolean-op", one("or", "and"));
        }
        add(">");
        int conditions = number(1, 2);
        for (int i = 0; i < conditions; i++) {
            if (datesOnly || chance(30)) {
                date();
            } else {
                expression();
            }
        }
        if (chance(10) && !datesOnly) {
            add("<rule").attribute("id", id()).attribute("boolean-op", "or").add(">");
            expression();
            date();
            end("rule");
        }
        end("rule");
    }

    private void expression() {
        String operation = one("defined", "not_defined", "eq", "ne", "lt", "lte", "gt", "gte");
        add("<expression").attribute("id", id());
        attribute("attribute", one("#uname", "rack", "ping", "#kind", "#is_dc", "site", "level"));
        attribute("operation", operation);
        if (!operation.contains("defined")) {
            attribute("value", one("node1", "node2", "a", "b", "100", "0", "cluster", "true"));
            if (chance(20)) {
                attribute("type", one("string", "integer", "number"));
            }
        }
        add("/>");
    }

    private void date() {
        add("<date_expression").attribute("id", id());
        switch (random.nextInt(4)) {
            case 0 -> attribute("operation", "gt").attribute("start", one("2020-01-01", "2035-01-01T10:00:00Z"));
            case 1 -> attribute("operation", "lt").attribute("end", one("2020-01-01", "2035-01-01 10:00:00Z"));
            case 2 -> {
                attribute("operation", "in_range").attribute("start", one("2023-11-01", "2026-03-01"));
                if (chance(50)) {
                    attribute("end", "2030-01-01");
                } else {
                    add("><duration").attribute("id", id()).attribute("months", number(1, 9));
                    add("/></date_expression>");
                    return;
                }
            }
            default -> {
                attribute("operation", "date_spec").add("><date_spec").attribute("id", id());
                attribute(one("hours", "weekdays", "monthdays"), one("1-6", "3", "0-12"));
                add("/></date_expression>");
                return;
            }
        }
        add("/>");
    }
}
