package import Curl
package import Values

/// What the operator sets besides manifests: flags and environment of `serve`.
package struct RuntimeConfiguration: Sendable {
    /// The address that others see, without a trailing slash: callbacks and cookies are made from it.
    package var publicURL: String
    /// Networks that outgoing requests may reach although they are special-purpose.
    package var allowedNetworks: [CIDR]
    /// Whose `X-Forwarded-For` counts.
    package var trustedProxies: [CIDR]
    /// What a connection, and all of them, may take.
    package var connections: HTTPConnectionLimits

    package init(
        publicURL: String, allowedNetworks: [CIDR] = [], trustedProxies: [CIDR] = [],
        connections: HTTPConnectionLimits = HTTPConnectionLimits()
    ) {
        self.publicURL = publicURL
        self.allowedNetworks = allowedNetworks
        self.trustedProxies = trustedProxies
        self.connections = connections
    }

    /// What guards every outgoing request; plain http is for opened loopback networks alone, as the guard itself knows.
    package var addressPolicy: AddressPolicy {
        AddressPolicy(allowed: allowedNetworks)
    }

    /// Reads a list of networks, or says which entry is none.
    package static func networks(_ texts: [String]) throws(ConfigurationError) -> [CIDR] {
        var networks: [CIDR] = []
        for text in texts {
            do throws(CIDR.Problem) { networks.append(try CIDR(reading: text)) } catch {
                throw ConfigurationError(message: error.description)
            }
        }
        return networks
    }

    /// Checks and normalises `--public-url`: http or https, and no path, query or fragment.
    package static func publicURL(_ text: String) throws(ConfigurationError) -> String {
        guard let url = try? WebURL(text), url.path.isEmpty || url.path == "/", url.query == nil, url.fragment == nil, !url.hasUserInfo
        else {
            throw ConfigurationError(
                message: "`\(text)` is no public address; write scheme, host and port alone, such as https://hooks.example.com")
        }
        return url.base
    }

    /// What a command on the state file takes from the environment.
    package static func local(environment: [String: String]) throws(ConfigurationError) -> RuntimeConfiguration {
        let networks = environment["RECONCILE_ALLOW_NETWORKS"]?.split(separator: ",").map { String($0).filter { $0 != " " } } ?? []
        return RuntimeConfiguration(publicURL: "http://127.0.0.1:8080", allowedNetworks: try self.networks(networks))
    }
}

/// A flag or variable that the runtime cannot start with.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
    package let message: String

    package init(message: String) { self.message = message }

    package var description: String { message }
}
