package systole.transport;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import systole.formats.InterconnectConf;
import systole.formats.InterconnectConf.Address;
import systole.formats.InterconnectConf.IpVersion;
import systole.formats.InterconnectConf.Node;

/** Names of the configuration to addresses of this machine's resolver. Blocks; for the start only. */
final class LinkAddresses {
    private LinkAddresses() {}

    static InetSocketAddress resolve(InterconnectConf conf, Node node, int link) {
        Address address = node.addresses().get(link);
        if (address == null) {
            throw new IllegalArgumentException("node " + node.name() + " has no link " + link);
        }
        try {
            InetAddress[] found = InetAddress.getAllByName(address.host());
            return new InetSocketAddress(choose(found, conf.ipVersion(), address.host()), address.port());
        } catch (UnknownHostException e) {
            throw new TransportException(
                    "ring" + link + "_addr '" + address.host() + "' of node " + node.name() + " cannot be resolved",
                    "write an address, or add the name to /etc/hosts on every node");
        }
    }

    private static InetAddress choose(InetAddress[] found, IpVersion version, String host) {
        boolean wants4First = version == IpVersion.IPV4 || version == IpVersion.IPV4_FIRST;
        InetAddress second = null;
        for (InetAddress address : found) {
            if ((address instanceof Inet4Address) == wants4First) {
                return address;
            }
            second = second == null ? address : second;
        }
        if (second == null || version == IpVersion.IPV4 || version == IpVersion.IPV6) {
            throw new TransportException(
                    "'" + host + "' has no " + (wants4First ? "IPv4" : "IPv6") + " address",
                    "write an address of that family, or change ip_version");
        }
        return second;
    }

    /** The interface that bears the address. By address and not by name, because names change when cables do. */
    static NetworkInterface interfaceOf(InetAddress own, String node, int link) {
        try {
            NetworkInterface found = NetworkInterface.getByInetAddress(own);
            if (found == null && own.isLoopbackAddress()) {
                // All of 127.0.0.0/8 is there without being listed.
                found = NetworkInterface.networkInterfaces()
                        .filter(LinkAddresses::isLoopback)
                        .findFirst()
                        .orElse(null);
            }
            if (found != null) {
                return found;
            }
        } catch (SocketException e) {
            throw new TransportException("cannot list the network interfaces: " + e.getMessage(), "check the network");
        }
        throw new TransportException(
                "ring" + link + "_addr " + own.getHostAddress() + " of this node (" + node
                        + ") is on no interface of this machine",
                "correct the address in the nodelist, or bring the interface up");
    }

    static boolean isOfThisMachine(InetAddress address) {
        try {
            return address.isLoopbackAddress() || NetworkInterface.getByInetAddress(address) != null;
        } catch (SocketException e) {
            throw new TransportException("cannot list the network interfaces: " + e.getMessage(), "check the network");
        }
    }

    private static boolean isLoopback(NetworkInterface candidate) {
        try {
            return candidate.isLoopback();
        } catch (SocketException e) {
            return false;
        }
    }

    static InetAddress wildcard(boolean ip4) {
        try {
            return InetAddress.getByAddress(new byte[ip4 ? 4 : 16]);
        } catch (UnknownHostException e) {
            throw new AssertionError("four and sixteen bytes are addresses", e);
        }
    }
}
