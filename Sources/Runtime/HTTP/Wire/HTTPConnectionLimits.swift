package import NIOCore
import Values

/// How long and how much one connection, and all of them together, may take of the server.
package struct HTTPConnectionLimits: Sendable, Hashable {
    /// A head that is not whole so long after its first byte is answered with 408.
    package var headerTimeout: TimeAmount
    /// A body may take this long, and a second more for each KiB that has come (`minimumBodyBytesPerSecond`).
    package var bodyTimeout: TimeAmount
    /// A connection on which nothing moves for so long is closed, unless a request of it is being answered.
    package var idleTimeout: TimeAmount
    /// At this many connections a new one takes the place of the one that has waited longest, or gets 503 where all are at work.
    package var maximumConnections: Int

    package init(
        headerTimeout: TimeAmount = .seconds(10), bodyTimeout: TimeAmount = .seconds(30), idleTimeout: TimeAmount = .seconds(120),
        maximumConnections: Int = HTTPConnectionLimits.defaultMaximumConnections
    ) {
        self.headerTimeout = headerTimeout
        self.bodyTimeout = bodyTimeout
        self.idleTimeout = idleTimeout
        self.maximumConnections = maximumConnections
    }

    /// What holds where nothing is said and the process may open enough files.
    package static let defaultMaximumConnections = 10_000

    static let minimumBodyBytesPerSecond = 1024
    /// The longest request target; longer ones are 414.
    static let maximumTargetBytes = 16 * 1024
    /// The longest head, and the longest trailer section; longer ones are 431.
    static let maximumHeadBytes = 64 * 1024
    static let maximumFields = 256
    /// An answer that does not need the body waits for a body of up to this size, so that the connection can be kept; where
    /// the body is longer, the answer goes out at once and the connection is closed.
    static let maximumUnreadBytes: Int64 = 64 * 1024
    /// How long a closed connection still takes what its sender had under way, so that the last answer is not lost to a
    /// reset (RFC 9112 § 9.6).
    static let lingerTime = TimeAmount.seconds(2)

    /// When a body that began at `start` and of which `bytes` have come must have ended.
    func bodyDeadline(from start: NIODeadline, bytes: Int64) -> NIODeadline {
        start + bodyTimeout
            + .milliseconds(bytes.multipliedReportingOverflow(by: 1000).partialValue / Int64(Self.minimumBodyBytesPerSecond))
    }
}
