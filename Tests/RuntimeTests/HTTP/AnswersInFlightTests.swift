import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import Synchronization
import Testing
import Values

@testable import IntegrationRuntime

struct AnswersInFlightTests {
    private let channel = NIOAsyncTestingChannel()
    private func large(_ bytes: Int) -> Reply { Reply(.ok, ["data": .string(String(repeating: "x", count: bytes))]) }
    private func member(_ workspace: String) -> Principal { Principal(subject: "ann", workspace: .one(workspace), role: .member) }

    /// Takes everything, like a client that reads.
    private struct Reader: ResponseBodyWriter {
        let chunks: Box
        func write(_ buffer: ByteBuffer) async throws { chunks.sizes.withLock { $0.append(buffer.readableBytes) } }
        consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
    }

    private final class Box: Sendable {
        let sizes = Mutex<[Int]>([])
    }

    @Test func `an answer counts until it is written or dropped, and what exceeds the share is 503`() async throws {
        let answers = AnswersInFlight(limit: 1 << 20, share: 400_000)
        var first: Response? = answers.response(large(300_000), to: member("a"), over: channel)
        #expect(first?.status == .ok)
        #expect(first?.headers[.contentLength] == "300011")
        let second = answers.response(large(300_000), to: member("a"), over: channel)
        #expect(second.status == .serviceUnavailable)
        #expect(second.headers[.retryAfter] == "1")
        // Another workspace has a share of its own, and small answers are always given.
        #expect(answers.response(large(300_000), to: member("b"), over: channel).status == .ok)
        #expect(answers.response(large(1000), to: member("a"), over: channel).status == .ok)
        first = nil
        let third = answers.response(large(300_000), to: member("a"), over: channel)
        #expect(third.status == .ok)
        let box = Box()
        try await third.body.write(Reader(chunks: box))
        #expect(box.sizes.withLock { $0.reduce(0, +) } == 300_011)
        #expect(box.sizes.withLock { $0.allSatisfy { $0 <= 64 << 10 } })
    }

    @Test func `what anybody may ask for takes nothing from the share of those with a token for all`() {
        let answers = AnswersInFlight(limit: 1 << 20, share: 400_000)
        let anybody = answers.response(large(300_000), to: nil, over: channel)
        #expect(anybody.status == .ok)
        #expect(answers.response(large(300_000), to: nil, over: channel).status == .serviceUnavailable)
        let admin = Principal(subject: "root", workspace: .all, role: .admin)
        #expect(answers.response(large(300_000), to: admin, over: channel).status == .ok)
        withExtendedLifetime(anybody) {}
    }

    @Test func `all workspaces together have a limit too`() {
        let answers = AnswersInFlight(limit: 500_000, share: 400_000)
        let first = answers.response(large(300_000), to: member("a"), over: channel)
        #expect(first.status == .ok)
        #expect(answers.response(large(300_000), to: member("b"), over: channel).status == .serviceUnavailable)
        withExtendedLifetime(first) {}
    }
}
