import Testing
import Values

struct TimestampTests {
    private let first = Timestamp(milliseconds: .min)
    private let last = Timestamp(milliseconds: .max)

    @Test func `arithmetic ends at the first and the last moment`() {
        #expect(last + .seconds(1) == last)
        #expect(first - .seconds(1) == first)
        #expect(Timestamp(milliseconds: 0) + .seconds(Int64.max) == last)
        #expect(Timestamp(milliseconds: -1) - .seconds(Int64.max) == first)
        #expect(last - first == .milliseconds(Int64.max))
        #expect(first - last == .milliseconds(Int64.min))
        #expect(Timestamp(seconds: .max) == last)
        #expect(Timestamp(seconds: .min) == first)
        #expect(Duration.seconds(Int64.max).milliseconds == .max)
        #expect(Duration.seconds(Int64.min).milliseconds == .min)
    }

    @Test func `the first and the last moment have a text and whole seconds`() {
        #expect(last.description == "292278994-08-17T07:12:55.807Z")
        #expect(first.description == "-292275055-05-16T16:47:04.192Z")
        #expect(last.seconds == 9_223_372_036_854_775)
        #expect(first.seconds == -9_223_372_036_854_776)
        #expect(Timestamp(milliseconds: -1).seconds == -1)
        #expect(Timestamp(milliseconds: -1000).seconds == -1)
        #expect(Timestamp(milliseconds: 1999).seconds == 1)
    }

    @Test func `the windows of limits hold any moment`() {
        for window in LimitWindow.allCases {
            #expect(window.start(of: first) == first)
            #expect(window.end(ofWindowAt: last) == last)
        }
    }
}
