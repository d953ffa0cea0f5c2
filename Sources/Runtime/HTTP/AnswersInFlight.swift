import HTTPTypes
import Hummingbird
import NIOCore
import Synchronization
import Values

/// Counts the bytes of answers that are made and not yet taken by their clients, so that clients who read slowly or not at all
/// cannot fill the memory.
///
/// Small answers are not counted: what a connection itself takes is of their size. A workspace has a share, so that one tenant
/// cannot use up what the others need.
///
/// Concurrency: callable from anywhere; the state is behind a mutex.
final class AnswersInFlight: Sendable {
    /// Answers up to here are always given.
    static let smallBytes = 64 << 10
    /// A client has so long to take an answer that is counted.
    static let longestWrite = TimeAmount.seconds(120)
    private static let chunkBytes = 64 << 10

    private struct State {
        var total = 0
        var byWorkspace: [ExactText: Int] = [:]
    }

    private let state = Mutex(State())
    private let limit: Int
    private let share: Int

    /// - Parameters:
    ///   - limit: bytes of all counted answers together.
    ///   - share: bytes of those that go to one workspace.
    init(limit: Int = 64 << 20, share: Int = 16 << 20) {
        self.limit = limit
        self.share = share
    }

    /// The bytes of one answer; they are free again when nobody holds this.
    private final class Hold: Sendable {
        let owner: AnswersInFlight
        let bytes: Int
        let workspace: ExactText

        init(owner: AnswersInFlight, bytes: Int, workspace: ExactText) {
            self.owner = owner
            self.bytes = bytes
            self.workspace = workspace
        }

        deinit { owner.release(bytes, of: workspace) }
    }

    /// The answer, to be written piece by piece as its client takes it; or, where too much waits for clients already, 503.
    ///
    /// - Parameters:
    ///   - principal: whose share it counts towards; nil for anybody.
    ///   - channel: closed where the client takes too long.
    func response(_ reply: Reply, to principal: Principal?, over channel: any Channel) -> Response {
        guard case .json(let json) = reply.content else { return Response(reply) }
        let buffer = ByteBuffer(bytes: json.utf8)
        var response = Response(reply, json: ResponseBody(byteBuffer: buffer))
        let bytes = buffer.readableBytes
        guard bytes > Self.smallBytes else { return response }
        guard let hold = take(bytes, for: Principal.share(of: principal)) else {
            return Response(APIError.busy("too many large answers wait to be read").reply)
        }
        response.body = ResponseBody(contentLength: bytes) { writer in
            let timeout = channel.eventLoop.scheduleTask(in: Self.longestWrite) { channel.close(promise: nil) }
            defer { timeout.cancel() }
            var rest = buffer
            while let chunk = rest.readSlice(length: min(Self.chunkBytes, rest.readableBytes)), chunk.readableBytes > 0 {
                try await writer.write(chunk)
            }
            try await writer.finish(nil)
            withExtendedLifetime(hold) {}
        }
        return response
    }

    private func take(_ bytes: Int, for workspace: ExactText) -> Hold? {
        let isTaken = state.withLock { state in
            let own = state.byWorkspace[workspace, default: 0]
            // The first answer of a workspace is given whatever its size, as long as there is room at all.
            guard state.total + bytes <= limit, own == 0 || own + bytes <= share else { return false }
            state.total += bytes
            state.byWorkspace[workspace] = own + bytes
            return true
        }
        return isTaken ? Hold(owner: self, bytes: bytes, workspace: workspace) : nil
    }

    private func release(_ bytes: Int, of workspace: ExactText) {
        state.withLock { state in
            state.total -= bytes
            let rest = state.byWorkspace[workspace, default: bytes] - bytes
            state.byWorkspace[workspace] = rest > 0 ? rest : nil
        }
    }
}

extension APIError {
    /// 503: for now there are too many requests of this kind.
    static func busy(_ message: String) -> APIError {
        APIError(.serviceUnavailable, code: "busy", message: "\(message): try again in a moment", headers: [.retryAfter: "1"])
    }
}
