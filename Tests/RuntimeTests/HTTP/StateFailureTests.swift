import HTTPTypes
import Logging
import Store
import Testing

@testable import IntegrationRuntime

struct StateFailureTests {
    private func reply(_ error: StoreError) -> Reply {
        APIResponder.reply(for: error, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    @Test func `what may have been done is not asked for again by a client of its own accord`() {
        let unknown = reply(StoreError(code: .unavailable, isUndecided: true, message: "lost"))
        #expect(unknown.status == .serviceUnavailable)
        #expect(unknown.headers[.retryAfter] == nil)
        let undone = reply(StoreError(code: .unavailable, message: "away"))
        #expect(undone.status == .serviceUnavailable)
        #expect(undone.headers[.retryAfter] == "1")
    }
}
