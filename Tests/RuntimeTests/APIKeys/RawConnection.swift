import Foundation
import NIOCore
import NIOPosix
import Synchronization
import Values

/// A socket on which tests write what they like.
enum RawConnection {
    /// Sends the chunks one after the other and gives everything that comes until the server closes.
    static func exchange(_ chunks: [String], port: Int) async throws -> String {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            for chunk in chunks { try await outbound.write(ByteBuffer(string: chunk)) }
            var answer = ""
            for try await var part in inbound { answer += part.readString(length: part.readableBytes) ?? "" }
            return answer
        }
    }

    /// Writes and reads in steps, as a peer that waits for something does.
    struct Conversation {
        fileprivate let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
        fileprivate var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
        fileprivate let channel: any Channel
        private(set) var received = ""

        func send(_ text: String) async throws { try await outbound.write(ByteBuffer(string: text)) }

        /// Says that nothing more will be sent.
        func finishSending() async throws { try await channel.close(mode: .output).get() }

        /// Everything up to and with the text, from where the last call ended; nil where the server closes before.
        mutating func receive(through text: String) async throws -> String? {
            while true {
                if let end = received.range(of: text) {
                    let part = String(received[..<end.upperBound])
                    received.removeSubrange(..<end.upperBound)
                    return part
                }
                guard var bytes = try await inbound.next(isolation: #isolation) else { return nil }
                received += bytes.readString(length: bytes.readableBytes) ?? ""
            }
        }

        /// Everything until the server closes.
        mutating func receiveRest() async throws -> String {
            while var bytes = try await inbound.next(isolation: #isolation) {
                received += bytes.readString(length: bytes.readableBytes) ?? ""
            }
            defer { received = "" }
            return received
        }
    }

    static func conversation<Value: Sendable>(
        port: Int, _ body: (inout Conversation) async throws -> Value
    ) async throws -> Value {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel, configuration: .init(isOutboundHalfClosureEnabled: true))
                }
            }
        return try await channel.executeThenClose { inbound, outbound in
            var conversation = Conversation(outbound: outbound, inbound: inbound.makeAsyncIterator(), channel: channel.channel)
            return try await body(&conversation)
        }
    }

    /// Sends the text again and again and reads nothing, for so long or until that many bytes are sent; gives how many went out.
    static func floodWithoutReading(_ text: String, port: Int, limit: Int, for duration: Duration) async throws -> Int {
        let channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
        let piece = ByteBuffer(string: String(repeating: text, count: 1000))
        let sent = Mutex(0)
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end, sent.withLock({ $0 }) < limit {
            guard channel.isWritable else {
                try await Task.sleep(for: .milliseconds(20))
                continue
            }
            channel.writeAndFlush(piece).whenSuccess { sent.withLock { $0 += piece.readableBytes } }
        }
        try? await channel.close()
        return sent.withLock { $0 }
    }

    /// One answer, as far as tests compare it.
    struct Answer: Equatable {
        var status: String
        /// Lines in lower-case names, sorted, without those that differ from one answer to the next.
        var fields: [String]
        var body: String

        func value(_ name: String) -> String? {
            fields.first { $0.hasPrefix("\(name): ") }.map { String($0.dropFirst(name.count + 2)) }
        }
    }

    /// Splits what `exchange` gave; every answer is expected to say its length.
    static func answers(in text: String) -> [Answer] {
        var rest = Substring(text)
        var answers: [Answer] = []
        while let end = rest.range(of: "\r\n\r\n") {
            let lines = rest[..<end.lowerBound].split(separator: "\r\n")
            var fields = lines.dropFirst().map { line in
                let name = line.prefix { $0 != ":" }
                return name.lowercased() + line.dropFirst(name.count)
            }
            let length = fields.first { $0.hasPrefix("content-length: ") }.flatMap { Int($0.dropFirst(16)) } ?? 0
            fields.removeAll { line in
                ["date: ", "x-request-id: ", "x-ratelimit-remaining: ", "ratelimit: ", "connection: "].contains { line.hasPrefix($0) }
            }
            let body = rest[end.upperBound...].prefix(length)
            answers.append(Answer(status: String(lines.first ?? ""), fields: fields.sorted(), body: String(body)))
            rest = rest[end.upperBound...].dropFirst(length)
        }
        return answers
    }
}
