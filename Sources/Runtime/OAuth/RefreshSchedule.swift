package import Spec
package import Store
package import Values

/// When a token set ends and when it is renewed; pure.
///
/// A token of life L is renewed at L − max(1 min, L/10), but not before L/2:
///
/// | L | renewed after |
/// | --- | --- |
/// | under 30 s | 1 min |
/// | 1 min | 30 s |
/// | 10 min | 9 min |
/// | 1 h | 54 min |
/// | 24 h | 21 h 36 min |
///
/// No connection is renewed more than once in 30 s. A token that lives for less ends before anybody can use it: renewing it more
/// often would help nobody.
///
/// A refresh token that ends when idle, or for good, is used at half of that time at the latest.
package struct RefreshSchedule: Sendable, Equatable {
    /// Nil where the provider does not say and the catalogue does not know.
    package var expiresAt: Timestamp?
    /// Nil where there is nothing to renew or nothing to renew with.
    package var dueAt: Timestamp?

    /// Renewal of tokens whose end nobody states: too often costs little, never costs the connection.
    static let renewalOfUnknown: Duration = .seconds(50 * 60)

    package init(issuedAt now: Timestamp, expiresIn: Duration?, isRefreshable: Bool, config: EffectiveConfig) {
        var renewal: Duration?
        switch (expiresIn, config.accessToken) {
        case (let life?, _):
            expiresAt = now + life
            renewal = Self.pacedRenewal(ofLife: life)
        case (nil, .seconds(let seconds)):
            expiresAt = now + .seconds(seconds)
            renewal = Self.pacedRenewal(ofLife: .seconds(seconds))
        case (nil, .unstated(let seconds)): renewal = .seconds(seconds)
        case (nil, .never): renewal = nil
        case (nil, .unknown): renewal = Self.renewalOfUnknown
        }
        guard isRefreshable else { return }
        let ends = [config.refresh.idleDays, config.refresh.totalDays].compactMap { $0 }.map { Duration.seconds($0 * 86_400 / 2) }
        dueAt = ([renewal].compactMap { $0 } + ends).min().map { now + $0 }
    }

    /// The shortest time between two renewals of one connection.
    static let shortestPause: Duration = .seconds(30)

    static func pacedRenewal(ofLife life: Duration) -> Duration {
        life < shortestPause ? shortestPause * 2 : max(renewal(ofLife: life), shortestPause)
    }

    static func renewal(ofLife life: Duration) -> Duration {
        max(life - max(.seconds(60), life / 10), life / 2)
    }

    /// The pause after the n-th failure in a row: 30 s × 2^(n−1), at most an hour, at least what the provider asks, plus jitter.
    ///
    /// - Parameter jitter: 0…1, of a tenth of the pause.
    package static func pause(afterFailure number: Int, retryAfter: Duration?, jitter: Double) -> Duration {
        let exponential = Duration.seconds(30) * (1 << min(max(number - 1, 0), 7))
        let pause = max(min(exponential, .seconds(3600)), retryAfter ?? .zero)
        return pause + .milliseconds(Int64(Double(pause.milliseconds) / 10 * jitter))
    }
}

/// What a failed refresh does to a connection; pure.
package struct RefreshVerdict: Sendable, Equatable {
    package var status: ConnectionRecord.Status
    package var code: String
    package var message: String
    package var dueAt: Timestamp?
    /// Whether the fault is the integration's, and shows there too.
    package var blamesIntegration: Bool

    /// Refusals in a row without a reason after which the refresh token counts as dead.
    static let patience = 3

    /// - Parameters:
    ///   - failures: refreshes in a row that failed before this one.
    ///   - wasInterrupted: whether an earlier refresh was cut off, so that the token may have been spent by it.
    package init(_ failure: TokenFailure, failures: Int, wasInterrupted: Bool, at now: Timestamp, jitter: Double) {
        message = failure.message
        blamesIntegration = false
        let pause = RefreshSchedule.pause(afterFailure: failures + 1, retryAfter: failure.retryAfter, jitter: jitter)
        switch failure.kind {
        case .grant:
            status = .needsReauthorization
            code = wasInterrupted ? "refresh_interrupted" : failure.providerCode ?? "invalid_grant"
        case .unexplained where failures + 1 >= Self.patience:
            status = .needsReauthorization
            code = failure.providerCode ?? "rejected_without_reason"
        case .unexplained:
            (status, code, dueAt) = (.degraded, failure.providerCode ?? "rejected_without_reason", now + pause)
        case .client:
            (status, code, dueAt) = (.degraded, failure.providerCode ?? "client_rejected", now + max(pause, .seconds(600)))
            blamesIntegration = true
        case .passing:
            (status, code, dueAt) = (.degraded, failure.providerCode ?? "provider_unavailable", now + pause)
        case .malformed:
            (status, code, dueAt) = (.degraded, "token_response_invalid", now + pause)
        }
    }

    /// How it looks to who asked for the refresh.
    var error: OAuthError {
        switch (status, blamesIntegration) {
        case (.needsReauthorization, _): OAuthError(.needsReauthorization, "the connection must be authorised again: \(message)")
        case (_, true): OAuthError(.clientRejected, "the provider did not accept this integration: \(message)")
        case (_, false): OAuthError(.providerUnavailable, "the refresh did not succeed, and the connection is kept: \(message)")
        }
    }
}
