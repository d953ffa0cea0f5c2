package import Logging
package import Spec
package import Store

/// Tells providers that tokens are dead (RFC 7009), the refresh token first.
package struct Revoker: Sendable {
    private let store: Store
    private let sender: any HTTPSender
    private let now: @Sendable () -> Timestamp
    private let logger: Logger

    /// Tries in about two days; then the provider is given up on.
    static let attempts = 12
    static let callTimeout: Duration = .seconds(10)

    package init(
        store: Store, sender: any HTTPSender, now: @escaping @Sendable () -> Timestamp,
        logger: Logger = Logger(label: "reconcile.oauth")
    ) {
        self.store = store
        self.sender = sender
        self.now = now
        self.logger = logger
    }

    /// Tries each once; one that fails stays queued.
    package func settle(_ revocations: [Revocation]) async throws {
        for revocation in revocations {
            let isSettled = await tell(revocation)
            let moment = now()
            try await store.write { writing in
                if isSettled || revocation.attempts + 1 >= Self.attempts {
                    try writing.deleteRevocation(revocation.id)
                } else {
                    let pause = RefreshSchedule.pause(afterFailure: revocation.attempts + 1, retryAfter: nil, jitter: 0) * 4
                    try writing.delayRevocation(revocation.id, until: moment + pause)
                }
            }
            if !isSettled { logger.warning("a revocation did not succeed", metadata: ["connection": "\(revocation.connectionID)"]) }
        }
    }

    /// What is due now, a few at a time.
    package func settleDue() async throws {
        let moment = now()
        try await settle(try await store.read { try $0.dueRevocations(at: moment, limit: 20) })
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
