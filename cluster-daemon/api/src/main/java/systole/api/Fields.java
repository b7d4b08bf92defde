package systole.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import systole.kernel.BadInputException;
import systole.kernel.NearestWord;

/** Reads the fields of one JSON object, and refuses those that nobody asked for. */
final class Fields {
    private final String owner;
    private final Map<?, ?> fields;
    private final Set<String> asked = new LinkedHashSet<>();

    Fields(String owner, Object value) {
        this.owner = owner;
        if (!(value instanceof Map<?, ?> map)) {
            throw new BadInputException(owner, "a JSON object is expected", "send {\"do\": …}");
        }
        fields = map;
    }

    private BadInputException wrong(String name, String expected) {
        return new BadInputException(owner, "field '" + name + "' is not " + expected, "correct the request");
    }

    private Object get(String name) {
        asked.add(name);
        Object value = fields.get(name);
        return value == null ? Json.NULL : value;
    }

    boolean has(String name) {
        return get(name) != Json.NULL;
    }

    String text(String name) {
        Object value = get(name);
        if (value == Json.NULL) {
            return "";
        }
        if (value instanceof String text) {
            return text;
        }
        throw wrong(name, "a text");
    }

    String required(String name) {
        String value = text(name);
        if (value.isEmpty()) {
            throw new BadInputException(owner, "field '" + name + "' is missing", "add it to the request");
        }
        return value;
    }

    long number(String name, long fallback) {
        Object value = get(name);
        if (value == Json.NULL) {
            return fallback;
        }
        if (value instanceof Long number) {
            return number;
        }
        throw wrong(name, "a whole number");
    }

    boolean truth(String name) {
        Object value = get(name);
        if (value == Json.NULL) {
            return false;
        }
        if (value instanceof Boolean truth) {
            return truth;
        }
        throw wrong(name, "true or false");
    }

    List<Object> list(String name) {
        Object value = get(name);
        if (value == Json.NULL) {
            return List.of();
        }
        if (value instanceof List<?> items) {
            return new ArrayList<>(items);
        }
        throw wrong(name, "a list");
    }

    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        for (Object item : list(name)) {
            if (!(item instanceof String text)) {
                throw wrong(name, "a list of texts");
            }
            texts.add(text);
        }
        return texts;
    }

    Map<String, String> map(String name) {
        Object value = get(name);
        if (value == Json.NULL) {
            return Map.of();
        }
        if (!(value instanceof Map<?, ?> map)) {
            throw wrong(name, "an object");
        }
        Map<String, String> found = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            if (!(entry.getValue() instanceof String text)) {
                throw wrong(name + "." + entry.getKey(), "a text");
            }
            found.put(String.valueOf(entry.getKey()), text);
        }
        return found;
    }

    void refuseOthers() {
        for (Object name : fields.keySet()) {
            if (!asked.contains(String.valueOf(name))) {
                throw new BadInputException(
                        owner,
                        "field '" + name + "' is not known" + NearestWord.hint(String.valueOf(name), asked),
                        "remove it or correct its name");
            }
        }
    }
}
