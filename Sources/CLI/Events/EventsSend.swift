package import ArgumentParser
import Foundation
import HTTPTypes
import IntegrationRuntime
import Values

/// `reconcile events send`
package struct EventsSend: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "send", abstract: "Accept an event; the runtime delivers it to every webhook that asks for it.",
        discussion: "The answer comes once the event and its deliveries are durable.")

    @Argument(help: "The type of event, such as POST_PUBLISHED.")
    var event: String

    @Option(help: ArgumentHelp("The data: JSON, @FILE, or - for standard input.", valueName: "json"))
    var data: String = "{}"

    @Option(help: "An id of your own: the same one again sends nothing and gives the first answer.")
    var id: String?

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        var body = JSONObject([("event", .string(event)), ("data", try json(in: world))])
        body["id"] = id.map(JSON.string)
        let request = JSON.object(body)
        try await options.withAPI(in: world) { api, query in
            let answer = try await api.json(ManagementRequest(.post, "/api/events", query: query, body: request))
            switch options.format {
            case .json: world.output.line(answer.prettyText)
            case .text:
                let count = answer["deliveries"]?.array?.count ?? 0
                world.output.line("\(answer["id"]?.string ?? "") \(count) \(count == 1 ? "delivery" : "deliveries")")
            }
            try world.requireWritten("the event was accepted as \(answer["id"]?.string ?? "")")
        }
    }

    /// Bytes of `--data` that are read; more than any runtime takes.
    private static let longestData = 1 << 20

    private func json(in world: World) throws(CommandError) -> JSON {
        let bytes: [UInt8]
        if data == "-" {
            bytes = try world.readInput(Self.longestData)
        } else if data.hasPrefix("@") {
            bytes = try Self.content(of: String(data.dropFirst()))
        } else {
            bytes = Array(data.utf8)
        }
        guard bytes.count <= Self.longestData else { throw CommandError(.usage, "--data is longer than 1 MiB, and an event is not") }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw CommandError(.usage, "--data is no text in UTF-8") }
        do {
            return try JSON(parsing: text, refusesUnsafeIntegers: true)
        } catch {
            throw CommandError(.usage, "--data is not JSON: \(error)")
        }
    }

    /// A file or a pipe, up to one byte beyond `longestData`.
    private static func content(of path: String) throws(CommandError) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? file.close() }
            while bytes.count <= longestData, let part = try file.read(upToCount: longestData + 1 - bytes.count), !part.isEmpty {
                bytes += part
            }
        } catch {
            throw CommandError(.failure, "the file \(path) cannot be read: check the path and its permissions")
        }
        return bytes
    }
}
