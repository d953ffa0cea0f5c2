import Testing
import Values

struct LimitWindowTests {
    @Test(arguments: [
        ("2026-03-29T01:59:59.999Z", "2026-03-29T01:00:00Z", "2026-03-29T00:00:00Z"),
        ("2026-03-29T02:00:00Z", "2026-03-29T02:00:00Z", "2026-03-29T00:00:00Z"),
        ("2024-02-29T23:59:59Z", "2024-02-29T23:00:00Z", "2024-02-29T00:00:00Z"),
        ("1969-12-31T23:30:00Z", "1969-12-31T23:00:00Z", "1969-12-31T00:00:00Z"),
    ])
    func `windows begin with the UTC hour and day`(moment: String, hour: String, day: String) throws {
        let moment = try #require(Timestamp(moment))
        #expect(LimitWindow.hour.start(of: moment).description == hour)
        #expect(LimitWindow.day.start(of: moment).description == day)
    }
}
