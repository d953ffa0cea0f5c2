import NIOCore
import NIOPosix

/// A client that asks and leaves the answer where it is.
package struct SilentReader: Sendable {
    private let channel: any Channel

    /// Connects to 127.0.0.1 and sends the request.
    package init(port: Int, _ target: String, headers: [String] = []) async throws {
        channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: "127.0.0.1", port: port).get()
        let lines = ["GET \(target) HTTP/1.1", "Host: test"] + headers
        try await channel.writeAndFlush(ByteBuffer(string: lines.joined(separator: "\r\n") + "\r\n\r\n"))
    }

    /// Goes away.
    package func close() async throws { try await channel.close() }
}
