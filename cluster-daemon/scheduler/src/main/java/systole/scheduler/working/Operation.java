package systole.scheduler.working;

import systole.model.Element;

/**
 * One configured {@code op}.
 *
 * @param xml the element, with references resolved
 * @param name operation name as written
 * @param intervalMs interval in milliseconds, 0 for one-shot operations
 * @param enabled false only if the XML attribute {@code enabled} says so
 */
public record Operation(Element xml, String name, long intervalMs, boolean enabled) {}
