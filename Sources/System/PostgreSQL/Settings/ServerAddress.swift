import Values

/// One server of an address that may name several.
struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    /// A name or address, checked against the certificate; the folder of a Unix socket; empty for the default folder.
    let host: String
    /// Where to connect instead of looking the host up (`hostaddr`); empty where it is not given.
    let address: String
    let port: UInt16

    /// The compiled-in port of libpq.
    private static let defaultPort: UInt16 = 5432

    /// Whether a Unix socket leads there. ("If a host name is specified that looks like an absolute path name, it specifies Unix-domain
    /// communication … @ at the start of the name" an abstract one, libpq, § 34.1.2; `hostaddr` goes before `host`.)
    var isSocket: Bool { address.isEmpty && (host.isEmpty || host.hasPrefix("/") || host.hasPrefix("@")) }

    /// Whether what is sent there stays on this machine: a Unix socket, `localhost`, or a loopback address, written in full.
    var isLocal: Bool {
        if isSocket { return true }
        let target = address.isEmpty ? host : address
        guard let address = IPAddress(target) else { return target == "localhost" }
        // A mapped address leads to loopback too, but nobody writes one who means it.
        return address.isLoopback && address == address.unmapped
    }

    /// The server as it stands in a URI.
    var description: String {
        let name = host.isEmpty ? address : host
        return name.contains(":") ? "[\(name)]:\(port)" : "\(PercentEncoding.encode(name)):\(port)"
    }

    /// The servers of `host`, `hostaddr` and `port`, which are lists of the same length, or a single port for all.
    static func list(_ given: GivenOptions) throws(PostgresError) -> [ServerAddress] {
        let hosts = given["host"].map(items) ?? []
        let addresses = given["hostaddr"].map(items) ?? []
        let ports = given["port"].map(items) ?? []
        let count = max(hosts.count, addresses.count, 1)
        guard hosts.isEmpty || addresses.isEmpty || hosts.count == addresses.count else {
            throw .settings("gives \(hosts.count) hosts (\(given.label("host"))) and \(addresses.count) of \(given.label("hostaddr"))")
        }
        guard ports.count <= 1 || ports.count == count else { throw .settings("gives \(ports.count) ports for \(count) hosts") }
        // libpq fills an empty element of a list from nowhere but its defaults, and so cannot be given it alone.
        if count > 1, hosts.contains("") || hosts.isEmpty && addresses.contains("") { throw .settings("has an empty host in its list") }
        var servers: [ServerAddress] = []
        for index in 0..<count {
            let text = ports.isEmpty ? "" : ports[ports.count == 1 ? 0 : index]
            guard let port = text.isEmpty ? defaultPort : UInt16(text), port > 0 else {
                throw .settings("has a port that is no number from 1 to 65535; in a password / is written %2F, @ %40, : %3A")
            }
            servers.append(
                ServerAddress(host: hosts.isEmpty ? "" : hosts[index], address: addresses.isEmpty ? "" : addresses[index], port: port))
        }
        return servers
    }

    private static func items(_ list: String) -> [String] {
        list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
}
