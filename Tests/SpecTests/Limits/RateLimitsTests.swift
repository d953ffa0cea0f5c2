import Spec
import Testing

struct RateLimitsTests {
    @Test func `a daily limit below the hourly one is a problem`() {
        #expect(RateLimits(perHour: 10, perDay: 9).problem != nil)
        #expect(RateLimits(perHour: 10, perDay: 10).problem == nil)
        #expect(RateLimits(perHour: 10).problem == nil)
    }

    @Test func `narrowing takes the lower limit of each window`() {
        let narrowed = RateLimits(perHour: 10).narrowed(by: RateLimits(perHour: 5, perDay: 100))
        #expect(narrowed == RateLimits(perHour: 5, perDay: 100))
    }
}
