import NIOCore
import Synchronization

/// All connections of a listener, and the bound on their number.
///
/// At the bound the connection that has waited longest for a request gives way, whether it never sent one, is kept open
/// between two, or has sent a part of one's head; where there is none, the one that has owed the body of a request longest.
/// Where every connection has a whole request that is being answered, the new one is refused.
///
/// Concurrency: a mutex, held for one entry, or at the bound for one look at all.
final class HTTPConnectionTable: Sendable {
    private let maximum: Int
    private let connections = Mutex<[ObjectIdentifier: HTTPConnection]>([:])

    init(maximum: Int) {
        self.maximum = maximum
    }

    var count: Int { connections.withLock { $0.count } }

    /// Enters a new connection and closes the one that it displaces; nil where it must be refused.
    func admit(_ channel: any Channel) -> HTTPConnection? {
        let new = HTTPConnection(channel)
        let (isAdmitted, displaced) = connections.withLock { connections -> (Bool, HTTPConnection?) in
            guard connections.count >= maximum else {
                connections[ObjectIdentifier(new)] = new
                return (true, nil)
            }
            var oldest: (hasRequest: Bool, since: UInt64, connection: HTTPConnection)?
            for connection in connections.values {
                guard let since = connection.waitingNanoseconds else { continue }
                let hasRequest = connection.hasRequest
                if let oldest, hasRequest == oldest.hasRequest ? since >= oldest.since : hasRequest { continue }
                oldest = (hasRequest, since, connection)
            }
            guard let oldest else { return (false, nil) }
            connections[ObjectIdentifier(oldest.connection)] = nil
            connections[ObjectIdentifier(new)] = new
            return (true, oldest.connection)
        }
        displaced?.giveWay()
        guard isAdmitted else { return nil }
        channel.closeFuture.whenComplete { [weak self] _ in self?.remove(new) }
        return new
    }

    private func remove(_ connection: HTTPConnection) {
        connections.withLock { $0[ObjectIdentifier(connection)] = nil }
    }
}
