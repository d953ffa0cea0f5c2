import NIOCore
import NIOPosix

/// A port of 127.0.0.1 that nobody listened on a moment ago, for programs that cannot choose one themselves.
package func freePort() async throws -> Int {
    let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .bind(host: "127.0.0.1", port: 0).get()
    let port = channel.localAddress?.port
    try await channel.close()
    guard let port else { throw EndToEndError("the system gave no port") }
    return port
}

/// Returns once somebody accepts connections on that port of 127.0.0.1.
package func waitForPort(_ port: Int, within limit: Duration = .seconds(10)) async throws {
    _ = try await eventually("a listener on port \(port)", within: limit) {
        let channel = try? await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port).get()
        try? await channel?.close()
        return channel == nil ? nil : true
    }
}
