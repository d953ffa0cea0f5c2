import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import NIOHTTP1
import NIOHTTPTypes
import Testing

@testable import IntegrationRuntime

/// Deadlines and the bound on connections, in the loop's own time, which is why nothing here is asynchronous.
struct HTTPConnectionTests {
    /// A connection whose requests nobody answers unless the test does.
    private struct Wire {
        let channel = EmbeddedChannel()
        let connection: HTTPConnection

        init() throws {
            connection = HTTPConnection(channel)
            try channel.pipeline.syncOperations.addHandlers([
                HTTPResponseEncoder(),
                HTTPConnectionHandler(
                    limits: HTTPConnectionLimits(), connection: connection, clock: { KeyWorld.start },
                    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }),
            ])
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// The handler reports a cut body down the pipeline as an error, which the test channel throws.
        func send(_ text: String) { _ = try? channel.writeInbound(ByteBuffer(string: text)) }
        func advance(seconds: Int64) { channel.embeddedEventLoop.advanceTime(by: .seconds(seconds)) }

        func answer() throws -> String {
            var text = ""
            while let part = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: part) }
            return text
        }

        func reply(_ status: HTTPResponse.Status) {
            channel.pipeline.write(HTTPResponsePart.head(HTTPResponse(status: status, headerFields: [.contentLength: "0"])), promise: nil)
            channel.pipeline.writeAndFlush(HTTPResponsePart.end(nil), promise: nil)
        }
    }

    @Test func `a head that dribbles is answered with 408 ten seconds after its first byte`() throws {
        let wire = try Wire()
        wire.advance(seconds: 60)
        wire.send("GET / HTTP/1.1\r\nHost: h\r\nX: ")
        for _ in 0..<9 {
            wire.advance(seconds: 1)
            wire.send("a")
        }
        #expect(wire.channel.isActive)
        wire.advance(seconds: 1)
        let answer = try wire.answer()
        #expect(answer.hasPrefix("HTTP/1.1 408 Request Timeout\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\n"))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(
            answer.hasSuffix(
                #"{"statusCode":408,"error":"Request Timeout","message":"the headers of the request took too long","code":"request_timeout"}"#
            ))
        #expect(!wire.channel.isActive)
    }

    @Test func `each request of a kept connection has the time for its head anew`() throws {
        let wire = try Wire()
        for _ in 0..<3 {
            wire.send("GET / HTTP/1.1\r\n")
            wire.advance(seconds: 9)
            wire.send("Host: h\r\n\r\n")
            wire.advance(seconds: 60)
            #expect(wire.connection.waitingNanoseconds == nil)
            wire.reply(.ok)
            #expect(try wire.answer().hasPrefix("HTTP/1.1 200 OK\r\n"))
            #expect(wire.connection.waitingNanoseconds != nil)
            wire.advance(seconds: 30)
        }
        #expect(wire.channel.isActive)
    }

    @Test func `what is no beginning of a request is closed without an answer`() throws {
        let wire = try Wire()
        wire.send("\r\n\r")
        wire.advance(seconds: 10)
        #expect(try wire.answer() == "")
        #expect(!wire.channel.isActive)
    }

    @Test func `a body may take thirty seconds, and one more for each KiB of it that came`() throws {
        let slow = try Wire()
        slow.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n")
        for _ in 0..<30 {
            #expect(slow.channel.isActive)
            slow.advance(seconds: 1)
            slow.send("a")
        }
        slow.advance(seconds: 1)
        #expect(try slow.answer().hasPrefix("HTTP/1.1 408 "))
        #expect(!slow.channel.isActive)

        let steady = try Wire()
        steady.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<120 {
            steady.send("400\r\n\(String(repeating: "a", count: 1024))\r\n")
            steady.advance(seconds: 1)
        }
        #expect(steady.channel.isActive)
        steady.advance(seconds: 30)
        #expect(try steady.answer().hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `an answer without a body in it waits for the body, and gives way to the refusal of a malformed one`() throws {
        for (rest, expected) in [("a\r\n0\r\n\r\n", "HTTP/1.1 401 "), ("ab\r\n", "HTTP/1.1 400 ")] {
            let wire = try Wire()
            wire.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n")
            wire.reply(.unauthorized)
            #expect(try wire.answer() == "")
            wire.send(rest)
            #expect(try wire.answer().hasPrefix(expected))
        }
    }

    @Test func `an answer to a long body goes out at once and ends the connection`() throws {
        let wire = try Wire()
        wire.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n")
        wire.reply(.contentTooLarge)
        let answer = try wire.answer()
        #expect(answer.hasPrefix("HTTP/1.1 413 "))
        #expect(answer.contains("\r\nConnection: close\r\n"))
        #expect(!wire.channel.isActive)
    }

    @Test func `at the bound the connection that has waited longest gives way, and none that is at work`() throws {
        let table = HTTPConnectionTable(maximum: 2)
        let (first, second, third, fourth) = (EmbeddedChannel(), EmbeddedChannel(), EmbeddedChannel(), EmbeddedChannel())
        for channel in [first, second, third, fourth] { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }
        let (a, b) = (try #require(table.admit(first)), try #require(table.admit(second)))
        a.isAnswering()
        b.isWaiting(since: .uptimeNanoseconds(5))
        let c = try #require(table.admit(third))
        #expect(first.isActive && !second.isActive && third.isActive)
        c.isAnswering()
        #expect(table.admit(fourth) == nil)
        #expect(table.count == 2)
        _ = try third.finish()
        #expect(table.count == 1)
        #expect(table.admit(fourth) != nil)
    }

    @Test func `at the bound a body that is owed gives way, after whoever sends no request`() throws {
        let table = HTTPConnectionTable(maximum: 3)
        let channels = (0..<6).map { _ in EmbeddedChannel() }
        for channel in channels { try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait() }
        let first = try channels[..<3].map { try #require(table.admit($0)) }
        first[0].isReceiving(since: .uptimeNanoseconds(6))
        first[1].isReceiving(since: .uptimeNanoseconds(5))
        first[2].isWaiting(since: .uptimeNanoseconds(7))
        try #require(table.admit(channels[3])).isAnswering()
        #expect(channels.map(\.isActive) == [true, true, false, true, true, true])
        try #require(table.admit(channels[4])).isAnswering()
        #expect(channels.map(\.isActive) == [true, false, false, true, true, true])
        try #require(table.admit(channels[5])).isAnswering()
        #expect(channels.map(\.isActive) == [false, false, false, true, true, true])
    }
}
