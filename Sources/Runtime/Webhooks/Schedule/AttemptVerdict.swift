import Curl
import Spec
import Store
import Values

/// What an attempt's end means for the delivery and for the webhook; pure.
///
///     2xx      delivered
///     410      the delivery ends, the webhook is disabled
///     others   retried until the budget is spent: redirects, which are not followed, and every way to get no answer
struct AttemptVerdict: Equatable {
    enum Outcome: Equatable {
        case answered(status: Int, retryAfter: String?)
        case failed(TransferError.Kind)
    }

    /// What it says about the receiver.
    enum Health: Equatable {
        case well
        case failing
        /// It asked not to be called again.
        case gone
    }

    var step: DeliveryStep
    var health: Health

    /// - Parameters:
    ///   - retry: which retry follows a failure, from 1: the attempts made so far decide, not what `maxRetries` is now.
    ///   - isCurrent: whether the webhook still has the address that answered: another one's 410 is a failure as any.
    ///   - jitter: 0 to 1, random.
    init(
        _ outcome: Outcome, retry: Int, retriesLeft: Int, schedule: RetrySchedule, isCurrent: Bool = true, at now: Timestamp, jitter: Double
    ) {
        var retryAfter: Duration?
        let reason: String
        switch outcome {
        case .answered(let status, _) where (200..<300).contains(status):
            (step, health) = (.delivered, .well)
            return
        case .answered(410, _) where isCurrent:
            (step, health) = (.exhausted(reason: "the receiver answered 410 Gone, and the webhook was disabled"), .gone)
            return
        case .answered(let status, let header):
            retryAfter = header.flatMap { RetryAfter.read($0, at: now) }
            reason =
                (300..<400).contains(status)
                ? "the receiver answered \(status); redirects are not followed" : "the receiver answered \(status)"
        case .failed(let kind):
            reason = kind.rawValue
        }
        health = .failing
        guard retriesLeft > 0 else {
            step = .exhausted(reason: reason)
            return
        }
        step = .retry(at: now + schedule.delay(beforeRetry: retry, jitter: jitter, retryAfter: retryAfter), reason: reason)
    }
}
