package systole.scheduler.working;

/** {@code resource-discovery}: where a resource is looked for before it is started; in rising strength. */
public enum ProbeMode {
    ALWAYS,
    NEVER,
    EXCLUSIVE
}
