import Foundation
import HTTPTypes
import Logging
import NIOCore
import NIOEmbedded
import Spec
import Testing
import Values

@testable import IntegrationRuntime

struct KeyCheckFrontTests {
    private static func request(
        _ target: String = "/auth/check", key: String? = nil, fields: [String] = [], closing: Bool = false
    ) -> String {
        var lines = ["GET \(target) HTTP/1.1", "Host: test"]
        if let key { lines.append("Authorization: Bearer \(key)") }
        lines += fields
        if closing { lines.append("Connection: close") }
        return lines.joined(separator: "\r\n") + "\r\n\r\n"
    }

    @Test(arguments: [
        "/auth/check", "/auth/check?scope=posts:read", "/auth/check?scope=posts:write&scope=posts:read", "/auth/check?deny_status=403",
        "/auth/check/api/posts?scope=admin", "/auth/check?scope=a%20b",
    ])
    func `the fast path answers as the router does`(target: String) async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "policy": "production", "scopes": ["posts:read"]]).key
        let other = try await world.create(["name": "b", "scopes": ["posts:read"]]).key
        let requests = [
            Self.request(target), Self.request(target, key: "nonsense"), Self.request(target, key: other),
            Self.request(target, key: key, fields: ["X-API-Key: \(other)"]), Self.request(target, key: key),
            Self.request(target, key: key, fields: ["X-Required-Scope: posts:write"]), Self.request(target, key: other, closing: true),
        ]
        let fast = try await world.serving { try await RawConnection.exchange([requests.joined()], port: $0) }
        let next = try await KeyWorld(restarting: world)
        let routed = try await next.serving(withFront: false) { try await RawConnection.exchange([requests.joined()], port: $0) }
        #expect(RawConnection.answers(in: fast).count == requests.count)
        #expect(RawConnection.answers(in: fast) == RawConnection.answers(in: routed))
    }

    @Test func `answers come in the order of the requests, whoever gives them`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"]).key
        let text = [
            Self.request(key: key), Self.request(key: "x"), Self.request("/slow"), Self.request(key: key), Self.request("/slow"),
            Self.request(key: "x", closing: true),
        ].joined()
        let answer = try await world.serving { try await RawConnection.exchange([text], port: $0) }
        #expect(RawConnection.answers(in: answer).map { $0.status.split(separator: " ")[1] } == ["200", "401", "200", "200", "200", "401"])
        #expect(RawConnection.answers(in: answer).map { $0.body.contains("slow") } == [false, false, true, false, true, false])
    }

    @Test func `a burst that needs allowance on the way is answered whole, in order and exactly`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "rateLimitPerHour": 250]).key
        let text = String(repeating: Self.request(key: key), count: 299) + Self.request(key: key, closing: true)
        let answer = try await world.serving { try await RawConnection.exchange([text], port: $0) }
        let statuses = RawConnection.answers(in: answer).map { String($0.status.split(separator: " ")[1]) }
        #expect(statuses == Array(repeating: "200", count: 250) + Array(repeating: "429", count: 50))
        let remaining = answer.split(separator: "\r\n").filter { $0.hasPrefix("X-RateLimit-Remaining: ") }.compactMap {
            Int($0.dropFirst(23))
        }
        #expect(remaining == Array((0..<250).reversed()) + Array(repeating: 0, count: 50))
    }

    @Test func `many connections at once pass exactly as often as the limit says`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a", "rateLimitPerHour": 500]).key
        let text = String(repeating: Self.request(key: key), count: 99) + Self.request(key: key, closing: true)
        let passed = try await world.serving { port in
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        RawConnection.answers(in: try await RawConnection.exchange([text], port: port))
                            .count { $0.status.hasPrefix("HTTP/1.1 200") }
                    }
                }
                return try await group.reduce(0, +)
            }
        }
        #expect(passed == 500)
    }

    @Test func `a request that arrives byte by byte is answered`() async throws {
        let world = try await KeyWorld()
        let key = try await world.create(["name": "a"]).key
        let answer = try await world.serving { port in
            try await RawConnection.exchange(Self.request(key: key, closing: true).map(String.init), port: port)
        }
        #expect(RawConnection.answers(in: answer).map(\.status) == ["HTTP/1.1 200 OK"])
    }

    @Test(arguments: [
        "GET /auth/check HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /auth/check HTTP/1.1\r\nHost: a\r\nContent-Length: 31\r\nConnection: close\r\n\r\nGET /slow HTTP/1.1\r\nHost: a\r\n\r\n",
    ])
    func `what lies in a body is never taken for a request`(text: String) async throws {
        let world = try await KeyWorld()
        let answer = try await world.serving { try await RawConnection.exchange([text], port: $0) }
        #expect(!answer.contains("slow"))
    }

    @Test func `answers in front say the date`() async throws {
        let world = try await KeyWorld()
        let answer = try await world.serving {
            try await RawConnection.exchange([Self.request(key: "x") + Self.request("/slow", closing: true)], port: $0)
        }
        #expect(answer.hasPrefix("HTTP/1.1 401 Unauthorized\r\nDate: Sun, 01 Mar 2026 12:00:00 GMT\r\n"))
    }

    @Test func `pipelined checks of a client that never reads are held back, and their memory stays bounded`() async throws {
        let world = try await KeyWorld()
        let front = KeyCheckFront(checker: world.checker, forwarding: .none, clock: { world.clock.now })
        try Self.checkBackpressure(front)
    }

    /// 20,000 checks offered in pieces to a socket that takes nothing: without a bound they would be some 8 MB of answers.
    private static func checkBackpressure(_ front: KeyCheckFront) throws {
        let channel = EmbeddedChannel()
        let handler = KeyCheckHandler(front: front, connection: HTTPConnection(channel))
        let (reads, socket) = (ReadCounter(), StalledSocket())
        try channel.pipeline.syncOperations.addHandlers([socket, reads, handler])
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        let piece = String(repeating: request(key: "x"), count: 200)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        var pieces = 0
        for _ in 0..<100 {
            let before = reads.count
            channel.read()
            guard reads.count > before else { break }
            try channel.writeInbound(ByteBuffer(string: piece))
            pieces += 1
        }
        #expect(pieces == 1, "reading goes on although nothing is taken")
        #expect(socket.bytes <= 96 * 1024, "\(socket.bytes) bytes of answers wait")
        // Once the answers are taken, the rest of the piece is answered and reading goes on.
        channel.isWritable = true
        channel.pipeline.fireChannelWritabilityChanged()
        #expect(socket.answers == 200)
        #expect(reads.count == 2)
    }

    private final class ReadCounter: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var count = 0
        func read(context: ChannelHandlerContext) {
            count += 1
            context.read()
        }
    }

    /// Counts what is written and keeps none of it.
    private final class StalledSocket: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        var bytes = 0
        var answers = 0
        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            let text = String(buffer: unwrapOutboundIn(data))
            bytes += text.utf8.count
            answers += text.components(separatedBy: "HTTP/1.1 ").count - 1
            promise?.succeed()
        }
    }

    @Test func `a client that never reads costs no more than the socket's buffers`() async throws {
        let world = try await KeyWorld()
        let sent = try await world.serving { port in
            try await RawConnection.floodWithoutReading(Self.request(key: "x"), port: port, limit: 64 << 20, for: .seconds(2))
        }
        // What the kernel's buffers on both sides and one read hold; the server took no more.
        #expect(sent < 32 << 20, "the server took \(sent) bytes of requests whose answers nobody reads")
    }

    @Test func `a connection on which nothing moves is closed`() async throws {
        let world = try await KeyWorld()
        let front = KeyCheckFront(
            checker: world.checker, forwarding: .none, limits: HTTPConnectionLimits(idleTimeout: .seconds(30)), clock: { world.clock.now })
        try Self.checkIdleTimeout(front)
    }

    /// In the loop's own time, which is why it is not asynchronous.
    private static func checkIdleTimeout(_ front: KeyCheckFront) throws {
        let channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandler(KeyCheckHandler(front: front, connection: HTTPConnection(channel)))
        try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        try channel.writeInbound(ByteBuffer(string: request(key: "x")))
        #expect(try channel.readOutbound(as: ByteBuffer.self) != nil)
        channel.embeddedEventLoop.advanceTime(by: .seconds(29))
        #expect(channel.isActive)
        channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(!channel.isActive)
    }
}
