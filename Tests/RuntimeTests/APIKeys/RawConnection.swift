import Foundation
import NIOCore
import NIOPosix

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
