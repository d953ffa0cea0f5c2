import Testing
import Values

struct RetryAfterTests {
    private let now = Timestamp(seconds: 1_000_000)

    @Test(arguments: [
        ("120", Duration.seconds(120)), (" 7 ", .seconds(7)), ("\t7", .seconds(7)), ("0", .zero),
        ("99999999999999999999", .seconds(1_000_000_000)),
        ("Mon, 12 Jan 1970 13:47:10 GMT", .seconds(30)), ("Mon, 12 Jan 1970 13:46:30 GMT", .zero),
        ("Monday, 12-Jan-70 13:47:10 GMT", .seconds(30)), ("Mon Jan 12 13:47:10 1970", .seconds(30)),
        ("Thu Jan  1 00:00:00 1970", .zero), ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(784_111_777 - 1_000_000)),
        ("Friday, 06-Nov-37 08:49:37 GMT", .zero),
    ])
    func `Retry-After in all its forms`(text: String, delay: Duration) {
        #expect(RetryAfter.read(text, at: now) == delay)
    }

    @Test(arguments: ["", "soon", "-5", "1.5", "Mon, 12 Jam 1970 13:47:10 GMT", "Mon, 32 Jan 1970 13:47:10 GMT"])
    func `anything else in Retry-After is nothing`(text: String) {
        #expect(RetryAfter.read(text, at: now) == nil)
    }

    @Test(arguments: [Int64(0), 784_111_777, 951_782_399, 1_790_000_000, 253_402_300_799])
    func `a date that is written is read back as the same`(second: Int64) {
        var date = HTTPDate()
        let moment = Timestamp(seconds: second)
        #expect(HTTPDate.moment(date.text(at: moment), at: now) == moment)
    }

    @Test(arguments: [("120", Duration.seconds(120)), (" 7 ", .seconds(7)), ("Mon, 12 Jan 1970 13:47:10 GMT", nil), ("", nil), ("-5", nil)])
    func `seconds alone`(text: String, delay: Duration?) {
        #expect(RetryAfter.seconds(text) == delay)
    }
}
