package systole.executor;

/**
 * A process that was started and is not reaped yet.
 *
 * @param pid also its process group and session
 * @param exitDescriptor becomes readable when the process ends; closed by {@link Spawner#reap}
 */
record Child(int pid, int exitDescriptor) {}
