package systole.coordinator;

/** Which program: {@code ocf:heartbeat:IPaddr2}, {@code stonith:fence_virsh}. Provider is empty where there is none. */
public record AgentName(String agentClass, String provider, String type) implements Comparable<AgentName> {
    @Override
    public int compareTo(AgentName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return provider.isEmpty() ? agentClass + ":" + type : agentClass + ":" + provider + ":" + type;
    }
}
