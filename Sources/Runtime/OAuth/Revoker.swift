package import Logging
package import Store
package import Values

/// Tells providers that tokens are not used any more (RFC 7009), the refresh token first.
///
/// A few at a time: of the 16 calls that may be under way one provider has 4 at the most, so that a slow one holds up
/// no other. Whoever tells claims the row first, so that each revocation is told once.
package struct Revoker: Sendable {
    private let store: Store
    private let sender: any HTTPSender
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Tries in about two days; then the provider is given up on.
    static let attempts = 12
    static let callTimeout: Duration = .seconds(10)
    static let atOnce = 16
    /// Connections of one integration whose revocation a call waits for; the others are told in the background.
    package static let settledAtOnce = 50
    /// How long a claim holds; a process that dies leaves the rest to whoever comes after.
    package static let lease: Duration = .seconds(180)

    package init(
        store: Store, sender: any HTTPSender, now: @escaping @Sendable () -> Timestamp,
        logger: Logger = Logger(label: "reconcile.oauth")
    ) {
        self.store = store
        self.sender = sender
        self.now = now
        self.logger = logger
    }

    /// Tries what the caller has claimed; one that fails stays queued, and so do those that a provider has yet to hear when it
    /// fails one.
    package func settle(_ revocations: [Revocation]) async throws {
        try await withThrowingTaskGroup(of: (url: String, isSettled: Bool).self) { group in
            var waiting = revocations[...]
            var failing: Set<String> = []
            var running = 0
            while true {
                while running < Self.atOnce / 2, let next = waiting.popFirst() {
                    guard !failing.contains(next.url) else { continue }
                    running += 1
                    group.addTask { (next.url, try await settle(next)) }
                }
                guard let ended = try await group.next() else { return }
                running -= 1
                if !ended.isSettled { failing.insert(ended.url) }
            }
        }
    }

    /// Tries all that is due now; more of a provider only once those of it that are under way have ended.
    package func settleDue() async throws {
        try await withThrowingTaskGroup(of: String.self) { group in
            var underWay: [String: Int] = [:]
            while true {
                let room = Self.atOnce - underWay.values.reduce(0, +)
                for revocation in try await claim(atMost: room, except: Set(underWay.keys)) {
                    underWay[revocation.url, default: 0] += 1
                    group.addTask {
                        _ = try await settle(revocation)
                        return revocation.url
                    }
                }
                guard let url = try await group.next() else { return }
                let left = (underWay[url] ?? 1) - 1
                underWay[url] = left > 0 ? left : nil
            }
        }
    }

    private func claim(atMost room: Int, except urls: Set<String>) async throws -> [Revocation] {
        let moment = now()
        while room > 0, let next = try await store.read({ try $0.nextRevocationDue() }), next <= moment {
            let claimed = try await store.sharedWrite {
                try $0.claimRevocations(at: moment, until: moment + Self.lease, limit: room, except: urls)
            }
            for failure in claimed.failures {
                logger.error("a revocation cannot be read, and is put off by a day", metadata: ["error": "\(failure)"])
            }
            // What cannot be read has made room for others.
            if !claimed.revocations.isEmpty || claimed.failures.isEmpty { return claimed.revocations }
        }
        return []
    }

    /// Tries once, and writes what came of it; false where it is to be tried again.
    private func settle(_ revocation: Revocation) async throws -> Bool {
        let isSettled = await tell(revocation)
        let moment = now()
        try await store.sharedWrite { writing in
            if isSettled || revocation.attempts + 1 >= Self.attempts {
                try writing.deleteRevocation(revocation.id)
            } else {
                let pause = RefreshSchedule.pause(afterFailure: revocation.attempts + 1, retryAfter: nil, jitter: 0) * 4
                try writing.delayRevocation(revocation.id, until: moment + pause)
            }
        }
        if !isSettled { logger.warning("a revocation did not succeed", metadata: ["connection": "\(revocation.connectionID)"]) }
        return isSettled
    }

    /// § 2.2: 200 whether the token was known or not; 503 asks for another try; other errors would repeat for ever.
    private func tell(_ revocation: Revocation) async -> Bool {
        let client = TokenRequest.Client(id: revocation.clientID, secret: revocation.clientSecret, method: revocation.authMethod)
        var tokens = [(revocation.tokens.access, "access_token")]
        if let refresh = revocation.tokens.refresh { tokens.insert((refresh, "refresh_token"), at: 0) }
        for (token, hint) in tokens {
            guard
                let request = try? TokenRequest.revocation(of: token, hint: hint, at: revocation.url, client: client).request(
                    timeout: Self.callTimeout)
            else { return true }
            guard let answer = try? await sender.send(request) else { return false }
            if answer.status == 429 || answer.status == 408 || answer.status >= 500 { return false }
        }
        return true
    }
}
