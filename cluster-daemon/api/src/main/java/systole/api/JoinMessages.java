package systole.api;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import systole.kernel.BadInputException;

/** What is said over a {@link JoinChannel}, as JSON. */
public final class JoinMessages {
    private JoinMessages() {}

    /**
     * "Take me in."
     *
     * @param addresses of the new machine, one for each link
     */
    public record Question(String name, List<String> addresses) {
        public Question {
            addresses = List.copyOf(addresses);
        }

        public String text() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("name", name);
            fields.put("addresses", addresses);
            return Json.write(fields);
        }

        /** @throws BadInputException if that is no question */
        public static Question read(String text) {
            Fields fields = new Fields("join", Json.read(text));
            Question question = new Question(fields.required("name"), fields.texts("addresses"));
            fields.refuseOthers();
            return question;
        }
    }

    /**
     * File and key, or why not.
     *
     * @param refused empty if the machine is taken in
     */
    public record Welcome(String conf, byte[] key, String refused, String remedy) {
        public static Welcome refusal(String what, String remedy) {
            return new Welcome("", new byte[0], what, remedy);
        }

        public String text() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("conf", conf);
            fields.put("key", Base64.getEncoder().encodeToString(key));
            fields.put("refused", refused);
            fields.put("remedy", remedy);
            return Json.write(fields);
        }

        /** @throws BadInputException if that is no answer, or a refusal */
        public static Welcome read(String text) {
            Fields fields = new Fields("join", Json.read(text));
            String refused = fields.text("refused");
            if (!refused.isEmpty()) {
                throw new BadInputException("cluster", refused, fields.text("remedy"));
            }
            try {
                return new Welcome(fields.required("conf"), Base64.getDecoder().decode(fields.required("key")), "", "");
            } catch (IllegalArgumentException e) {
                throw new BadInputException("cluster", "sent a key that is none", "use the same version on all nodes");
            }
        }
    }
}
