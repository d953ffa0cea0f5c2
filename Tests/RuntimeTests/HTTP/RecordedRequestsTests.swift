import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import Values

@testable import IntegrationRuntime

/// A thousand connections' worth of requests: what is answered depends on the bytes alone, not on how they were cut nor on who answers.
///
/// `Tests/Fixtures/http/answers.txt` holds the statuses; RECORD=1 writes them anew and fails.
struct RecordedRequestsTests {
    private static let set = RecordedRequests(count: 1000, seed: 6)

    /// The keys of one run; runs have keys of their own, so that each counts from the start.
    private struct Keys: Sendable {
        var free: (id: String, key: String)
        var limited: (id: String, key: String)
        var policy: (id: String, key: String)

        init(_ world: KeyWorld) async throws {
            free = try await world.create(["name": "free", "scopes": ["posts:read"]])
            limited = try await world.create(["name": "limited", "scopes": ["posts:read", "analytics:read"], "rateLimitPerHour": 100])
            policy = try await world.create(["name": "policy", "policy": "production"])
        }

        func filled(_ text: String) -> String {
            text.replacingOccurrences(of: "{free}", with: free.key).replacingOccurrences(of: "{limited}", with: limited.key)
                .replacingOccurrences(of: "{policy}", with: policy.key)
        }

        func blanked(_ text: String) -> String {
            text.replacingOccurrences(of: free.id, with: "{free}").replacingOccurrences(of: limited.id, with: "{limited}")
                .replacingOccurrences(of: policy.id, with: "{policy}")
        }
    }

    private enum Cut: Sendable {
        case nowhere
        case everywhere
    }

    // Alone it takes a quarter of a minute; others may share the processors.
    @Test(.timeLimit(.minutes(5)))
    func `the front and the router answer a thousand connections alike, whole and cut at every byte`() async throws {
        let world = try await KeyWorld()
        let (whole, cut, routed) = try await world.running {
            async let whole = Self.answers(world, withFront: true, cut: .nowhere)
            async let cut = Self.answers(world, withFront: true, cut: .everywhere)
            async let routed = Self.answers(world, withFront: false, cut: .nowhere)
            return try await (whole, cut, routed)
        }
        for (index, text) in Self.set.texts.enumerated() {
            #expect(cut[index] == whole[index], "cut, number \(index + 1):\n\(text)")
            #expect(routed[index] == whole[index], "without the front, number \(index + 1):\n\(text)")
        }
        try Self.compareWithFixture(whole)
    }

    private static func compareWithFixture(_ answers: [[String]]) throws {
        let path = "\(packageRoot)/Tests/Fixtures/http/answers.txt"
        let lines = zip(set.texts, answers).map { text, answers in
            let line = text.prefix { $0 != "\r\n" && $0 != "\n" }
            return "\(line) => \(answers.map { $0.split(separator: " ")[1] }.joined(separator: " "))\n"
        }
        if ProcessInfo.processInfo.environment["RECORD"] == "1" {
            try FileManager.default.createDirectory(atPath: "\(packageRoot)/Tests/Fixtures/http", withIntermediateDirectories: true)
            try Data(lines.joined().utf8).write(to: URL(fileURLWithPath: path))
            Issue.record("recorded \(path)")
        }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == lines.joined())
    }

    /// The answers to each item: status, fields in order of their names, body; without Date, and without ids that the server made up.
    private static func answers(_ world: KeyWorld, withFront: Bool, cut: Cut) async throws -> [[String]] {
        let keys = try await Keys(world)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let clock: @Sendable () -> Timestamp = { [clock = world.clock] in clock.now }
        let responder = APIResponder(endpoints: world.endpoints(), gate: world.gate, forwarding: .none, clock: clock)
        let api = APIChannel(
            responder: { request, writer, channel in
                let context = APIContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
                let response = try await responder.respond(to: request, context: context)
                try await writer.write(response: response.head, body: response.body)
            },
            front: KeyCheckFront(checker: withFront ? world.checker : nil, forwarding: .none, clock: clock),
            connections: HTTPConnectionTable(maximum: 100))
        var found: [[String]] = []
        for text in set.texts {
            let bytes = Array(keys.filled(text).utf8)
            let pieces = cut == .everywhere ? bytes.map { [$0] } : [bytes]
            let answer = try await exchange(pieces, api, logger)
            found.append(normalised(keys.blanked(answer), given: text))
        }
        return found
    }

    /// One connection in a channel that delivers each piece by itself.
    private static func exchange(_ pieces: [[UInt8]], _ api: APIChannel, _ logger: Logger) async throws -> String {
        let channel = NIOAsyncTestingChannel()
        let value = try await channel.testingEventLoop.executeInContext { api.setup(channel: channel, logger: logger) }.get()
        try await channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).get()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await api.handle(value: value, logger: logger) }
            for piece in pieces {
                // What is refused is closed before its last byte.
                guard channel.isActive else { break }
                _ = try? await channel.writeInbound(ByteBuffer(bytes: piece))
            }
            try await channel.closeFuture.get()
            var text = ""
            while let bytes = try await channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
            return text
        }
    }

    private static func normalised(_ text: String, given: String) -> [String] {
        var rest = Substring(text)
        var answers: [String] = []
        while let end = rest.range(of: "\r\n\r\n") {
            var lines = rest[..<end.lowerBound].components(separatedBy: "\r\n")
            let status = lines.removeFirst()
            lines = lines.compactMap { line in
                let parts = line.split(separator: ":", maxSplits: 1)
                let name = parts[0].lowercased()
                if name == "date" || name == "x-request-id" && !given.contains(line) { return nil }
                return "\(name):\(parts.count > 1 ? String(parts[1]) : "")"
            }
            rest = rest[end.upperBound...]
            // An answer to HEAD has a length and no body; bodies here are objects.
            let length = lines.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            let body = rest.hasPrefix("{") ? rest.prefix(length) : ""
            answers.append(([status] + lines.sorted()).joined(separator: "\n") + "\n\n" + body)
            rest = rest.dropFirst(body.count)
        }
        return rest.isEmpty ? answers : answers + ["rest \(rest)"]
    }
}
