internal import Foundation
import NIOCore
import Values

/// Why an address cannot be listened on.
package struct ListenError: Error, Sendable, CustomStringConvertible {
    /// `HOST:PORT`, IPv6 in brackets.
    package let address: String
    /// What the system says, as an `errno`; nil where the host's name is not known.
    package let code: Int32?

    init(host: String, port: Int, cause: any Error) {
        address = Authority(host: host, port: port).description
        code = (cause as? IOError)?.errnoCode
    }

    package var description: String {
        switch code {
        case EADDRINUSE: "\(address) is taken: another program listens there"
        case EACCES: "\(address) may not be listened on: ports below 1024 take special rights"
        case EADDRNOTAVAIL: "\(address) cannot be listened on: no interface of this machine has the address"
        case let code?: "\(address) cannot be listened on (errno \(code))"
        case nil: "\(address) cannot be listened on: the host is not known"
        }
    }
}
