package import Spec
import Values

/// When a delivery that failed is tried again.
///
///     delay(n) = min(initialDelay × backoffMultiplier^(n−1), maxDelay) × (1 + jitter), 0 ≤ jitter ≤ 0.1
///
/// With the defaults, before jitter: 5 s, 10 s, 20 s. Jitter only lengthens, so that receivers that come back are not met by
/// everybody at once and nobody comes earlier than was promised.
package struct RetrySchedule: Sendable {
    package let config: WebhookSpec.RetryConfig

    /// The longest that a receiver's `Retry-After` can put a delivery off.
    package static let longestRetryAfter: Duration = .seconds(12 * 3600)
    package static let greatestJitter = 0.1

    package init(_ config: WebhookSpec.RetryConfig) {
        self.config = config
    }

    /// - Parameters:
    ///   - retry: counts from 1.
    ///   - jitter: 0 to 1, the share of the greatest jitter.
    ///   - retryAfter: what the receiver asked for; it can lengthen the delay and never shorten it.
    package func delay(beforeRetry retry: Int, jitter: Double = 0, retryAfter: Duration? = nil) -> Duration {
        let first = Double(config.initialDelay.milliseconds)
        let longest = Double(config.maxDelay.milliseconds)
        var delay = first
        for _ in 1..<max(1, retry) where delay < longest { delay *= config.backoffMultiplier }
        let milliseconds = min(delay, longest) * (1 + Self.greatestJitter * min(max(jitter, 0), 1))
        let own = Duration.milliseconds(Int64(milliseconds.rounded()))
        guard let retryAfter else { return own }
        return max(own, min(retryAfter, Self.longestRetryAfter))
    }
}
