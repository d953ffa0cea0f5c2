import Curl
import Spec
import Store
import Testing
import Values

@testable import IntegrationRuntime

struct RetryScheduleTests {
    private let now = Timestamp(seconds: 1_000_000)

    @Test(arguments: [
        (WebhookSpec.RetryConfig(), ["5s", "10s", "20s", "40s"]),
        (WebhookSpec.RetryConfig(backoffMultiplier: 1, initialDelay: .seconds(7)), ["7s", "7s", "7s", "7s"]),
        (WebhookSpec.RetryConfig(backoffMultiplier: 1.5, initialDelay: .seconds(2)), ["2s", "3s", "4500ms", "6750ms"]),
        (WebhookSpec.RetryConfig(backoffMultiplier: 10, initialDelay: .seconds(60), maxDelay: .seconds(3600)), ["1m", "10m", "1h", "1h"]),
    ])
    func `the delays of the formula`(config: WebhookSpec.RetryConfig, delays: [String]) {
        let schedule = RetrySchedule(config)
        #expect((1...4).map { schedule.delay(beforeRetry: $0).manifestText } == delays)
    }

    @Test func `a hundred retries stay at the greatest delay`() {
        let schedule = RetrySchedule(.init(maxRetries: 100, backoffMultiplier: 10))
        #expect(schedule.delay(beforeRetry: 100) == .seconds(12 * 3600))
    }

    @Test func `jitter lengthens by a tenth at the most and never shortens`() {
        let schedule = RetrySchedule(.init(initialDelay: .seconds(100)))
        for step in 0...20 {
            let delay = schedule.delay(beforeRetry: 1, jitter: Double(step) / 20)
            #expect(delay >= .seconds(100) && delay <= .seconds(110))
        }
        #expect(schedule.delay(beforeRetry: 1, jitter: 1) == .seconds(110))
    }

    @Test func `Retry-After lengthens, is capped, and never shortens`() {
        let schedule = RetrySchedule(.init())
        #expect(schedule.delay(beforeRetry: 1, retryAfter: .seconds(2)) == .seconds(5))
        #expect(schedule.delay(beforeRetry: 1, retryAfter: .seconds(90)) == .seconds(90))
        #expect(schedule.delay(beforeRetry: 1, retryAfter: .seconds(10_000_000)) == RetrySchedule.longestRetryAfter)
    }

    private func verdict(
        _ outcome: AttemptVerdict.Outcome, retry: Int = 1, retriesLeft: Int = 3, config: WebhookSpec.RetryConfig = .init()
    ) -> AttemptVerdict {
        AttemptVerdict(outcome, retry: retry, retriesLeft: retriesLeft, schedule: RetrySchedule(config), at: now, jitter: 0)
    }

    @Test(arguments: [200, 201, 202, 204, 299])
    func `2xx is delivered`(status: Int) {
        #expect(verdict(.answered(status: status, retryAfter: "60")) == verdict(.answered(status: 200, retryAfter: nil)))
        #expect(verdict(.answered(status: status, retryAfter: nil)).step == .delivered)
    }

    @Test(arguments: [301, 302, 307, 308, 400, 401, 404, 429, 500, 503])
    func `everything else is tried again, redirects too`(status: Int) {
        let verdict = verdict(.answered(status: status, retryAfter: nil))
        guard case .retry(at: let moment, reason: let reason) = verdict.step else {
            Issue.record("no retry")
            return
        }
        #expect(moment == now + .seconds(5))
        #expect(reason.contains("\(status)"))
        #expect(verdict.health == .failing)
    }

    @Test func `the n-th retry waits the n-th delay, the last failure exhausts`() {
        let steps = [3, 2, 1, 0].map { verdict(.failed(.timeout), retry: 4 - $0, retriesLeft: $0).step }
        #expect(
            steps == [
                .retry(at: now + .seconds(5), reason: "timeout"), .retry(at: now + .seconds(10), reason: "timeout"),
                .retry(at: now + .seconds(20), reason: "timeout"), .exhausted(reason: "timeout"),
            ])
    }

    @Test(arguments: [1, 3, 5, 100])
    func `a changed maxRetries leaves the delays of retries as they are`(maxRetries: Int) {
        let verdict = verdict(.failed(.timeout), retry: 2, retriesLeft: 2, config: .init(maxRetries: maxRetries))
        #expect(verdict.step == .retry(at: now + .seconds(10), reason: "timeout"))
    }

    @Test func `410 ends the delivery and the webhook`() {
        let verdict = verdict(.answered(status: 410, retryAfter: nil))
        #expect(verdict.health == .gone)
        #expect(verdict.step == .exhausted(reason: "the receiver answered 410 Gone, and the webhook was disabled"))
    }

    @Test func `410 of an address that the webhook no longer has is a failure as any`() {
        let verdict = AttemptVerdict(
            .answered(status: 410, retryAfter: nil), retry: 1, retriesLeft: 3, schedule: RetrySchedule(.init()), isCurrent: false, at: now,
            jitter: 0)
        #expect(verdict.health == .failing)
        #expect(verdict.step == .retry(at: now + .seconds(5), reason: "the receiver answered 410"))
    }

    @Test func `an excerpt is bounded and harmless`() {
        #expect(ResponseExcerpt.text([]) == nil)
        #expect(ResponseExcerpt.text(Array("a\u{1B}[2Jb\0\n\tc".utf8)) == "a\u{FFFD}[2Jb\u{FFFD}\n\tc")
        #expect(ResponseExcerpt.text([0xFF, 0x41]) == "\u{FFFD}A")
        let long = ResponseExcerpt.text(Array(repeating: 0, count: 100_000))
        #expect((long?.utf8.count ?? 0) <= 4096)
    }
}
