import Synchronization
package import Values

/// A key in memory: what it may do, its counter, and when it was last used.
///
/// The grant is replaced with the whole object; counter and use are handed on to the next one.
package final class LiveKey: Sendable {
    package let grant: KeyGrant
    package let counter: LimitCounter
    package let use: LastUse
    /// `grant.scopes` as the header has it, made once.
    package let scopesText: String

    package init(grant: KeyGrant, counter: LimitCounter, use: LastUse) {
        self.grant = grant
        self.counter = counter
        self.use = use
        scopesText = grant.scopes.joined(separator: " ")
    }
}

/// When a key was last used, to the minute.
package final class LastUse: Sendable {
    private let minute: Atomic<Int64>

    package init(_ last: Timestamp?) {
        minute = Atomic(last.map { $0.milliseconds / 60_000 } ?? -1)
    }

    /// The start of the minute; nil for a key that was never used.
    package var last: Timestamp? {
        let minute = minute.load(ordering: .relaxed)
        return minute < 0 ? nil : Timestamp(milliseconds: minute * 60_000)
    }

    /// Whether this is the first use of the minute, which is the one to record.
    package func isFirst(at now: Timestamp) -> Bool {
        let current = now.milliseconds / 60_000
        guard minute.load(ordering: .relaxed) < current else { return false }
        return minute.max(current, ordering: .relaxed).oldValue < current
    }
}
