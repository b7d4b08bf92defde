package systole.alerts;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * One call of one alert program for one recipient.
 *
 * @param alert id of the {@code alert}
 * @param path of the program
 * @param recipient empty if the alert names none
 * @param environment what the program gets beside {@code CRM_alert_version} and the time stamps, which the shell adds
 * @param timestampFormat see {@link AlertTime}
 * @param epochMillis when it happened
 */
public record AlertCall(
        String alert,
        String path,
        String recipient,
        Map<String, String> environment,
        long timeoutMillis,
        String timestampFormat,
        long epochMillis) {
    public AlertCall {
        environment = Collections.unmodifiableMap(new TreeMap<>(environment));
    }
}
