package import ArgumentParser
import Foundation
import IntegrationRuntime
import NIOCore
import Values

/// How long and how much connections may take of `serve`.
package struct ConnectionOptions: ParsableArguments {
    @Option(
        name: .customLong("header-timeout"),
        help: ArgumentHelp("How long the head of a request may take from its first byte (408).", valueName: "duration"))
    package var headerTimeout: String = "10s"

    @Option(
        name: .customLong("body-timeout"),
        help: ArgumentHelp("How long a body may take; each KiB that came adds a second (408).", valueName: "duration"))
    package var bodyTimeout: String = "30s"

    @Option(
        name: .customLong("idle-timeout"),
        help: ArgumentHelp("When a connection on which nothing moves is closed.", valueName: "duration"))
    package var idleTimeout: String = "2m"

    @Option(
        name: .customLong("max-connections"),
        help: ArgumentHelp(
            "Connections at once; one more closes the one that waited longest, or gets 503 (default: 10000, or as the open files allow).",
            valueName: "count"))
    package var maximumConnections: Int?

    package init() {}

    func limits() throws(CommandError) -> HTTPConnectionLimits {
        if let maximumConnections, maximumConnections < 1 { throw CommandError(.usage, "--max-connections takes a number from 1") }
        return HTTPConnectionLimits(
            headerTimeout: .milliseconds(try Self.milliseconds(headerTimeout, "--header-timeout")),
            bodyTimeout: .milliseconds(try Self.milliseconds(bodyTimeout, "--body-timeout")),
            idleTimeout: .milliseconds(try Self.milliseconds(idleTimeout, "--idle-timeout")),
            maximumConnections: maximumConnections ?? Self.defaultMaximum)
    }

    private static func milliseconds(_ text: String, _ option: String) throws(CommandError) -> Int64 {
        guard let duration = Duration(manifestText: text), duration >= .milliseconds(100), duration <= .seconds(86_400) else {
            throw CommandError(.usage, "\(option) takes a duration from 100ms to 1d, such as 10s")
        }
        return duration.milliseconds
    }

    /// Leaves descriptors for the state, deliveries and token calls.
    private static var defaultMaximum: Int {
        guard let files = openFilesLimit else { return HTTPConnectionLimits.defaultMaximumConnections }
        return min(HTTPConnectionLimits.defaultMaximumConnections, max(64, files - 512, files / 2))
    }

    /// The soft limit of the process, as Linux shows it; nil where it is not shown or there is none.
    private static var openFilesLimit: Int? {
        guard let text = try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("Max open files") })
        else { return nil }
        return line.dropFirst("Max open files".count).split(separator: " ").first.flatMap { Int($0) }
    }
}
