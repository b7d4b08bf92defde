package systole.scheduler.working;

/** The program behind a primitive: {@code class[:provider]:type}; the provider may be empty. */
public record Agent(String standard, String provider, String type) {
    public boolean isFenceDevice() {
        return standard.equals("stonith");
    }

    public boolean isRemoteConnection() {
        return standard.equals("ocf") && provider.equals("pacemaker") && type.equals("remote");
    }

    @Override
    public String toString() {
        return provider.isEmpty() ? standard + ":" + type : standard + ":" + provider + ":" + type;
    }
}
