import TestSupport
import Testing

/// Numbers at the end of 64 bits from other programs: an answer, and the process lives.
struct OutsideNumbersTests {
    @Test func `a delivery with the last of all timestamps is shown as not valid`() async throws {
        let bench = try Workbench(["HOOK_SECRET": "whsec_ZTJlLXRlc3Qtc2VjcmV0LW9ubHktMzItYnl0ZXMhISE="])
        let port = try await freePort()
        let listener = try bench.start(["events", "listen", "--port", "\(port)", "--secret-env", "HOOK_SECRET"])
        try await listener.line(containing: "Listening on")
        let receiver = API(url: "http://127.0.0.1:\(port)")
        for seconds in [Int64.max, Int64.min] {
            let headers = [("webhook-id", "evt_1"), ("webhook-timestamp", String(seconds)), ("webhook-signature", "v1,AAAA")]
            _ = try await receiver.call("POST", "/hook", headers: headers, body: Array("{}".utf8)).expect(200)
        }
        try await listener.line(containing: "SIGNATURES INVALID")
        #expect(listener.exit == nil)
        try await listener.stop()
    }
}
