import Logging
import Store
import Synchronization

/// A claim whose commit was not answered.
struct UndecidedClaim: Sendable {
    let claim: String
    let since: ContinuousClock.Instant

    /// For how long a commit that was not answered may still take place on the server.
    static let life: Duration = .seconds(30)
}

extension DeliveryEngine {
    /// Remembers a claim where it may have been committed although the call failed: else its deliveries would wait for the next start.
    func noteUndecided(_ claim: String, after error: any Error) {
        guard (error as? StoreError)?.isUndecided == true else { return }
        state.withLock { $0.undecidedClaims.append(UndecidedClaim(claim: claim, since: .now)) }
        fetchSignal.ring()
    }

    var hasUndecidedClaims: Bool { state.withLock { !$0.undecidedClaims.isEmpty } }

    /// Frees what was committed under such claims; again until none can be committed any more.
    func releaseUndecidedClaims() async throws {
        let claims = state.withLock { $0.undecidedClaims }
        guard !claims.isEmpty else { return }
        let (asked, moment) = (ContinuousClock.now, now())
        let webhooks = try await store.sharedWrite { try $0.releaseClaims(claims.map(\.claim), at: moment) }
        state.withLock { state in
            state.undecidedClaims.removeAll { asked - $0.since > UndecidedClaim.life }
            for webhook in webhooks { state.lanes.noteDue(webhook, at: moment) }
        }
    }
}
