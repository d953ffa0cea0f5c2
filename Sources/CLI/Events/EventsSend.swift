package import ArgumentParser
import Foundation
import HTTPTypes
import IntegrationRuntime
import Spec

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

    private func json(in world: World) throws(CommandError) -> JSON {
        let text: String
        if data == "-" {
            text = try world.readInput()
        } else if data.hasPrefix("@") {
            guard let content = FileManager.default.contents(atPath: String(data.dropFirst())) else {
                throw CommandError(.failure, "the file \(data.dropFirst()) cannot be read")
            }
            text = String(decoding: content, as: UTF8.self)
        } else {
            text = data
        }
        do {
            return try JSON(parsing: text, refusesUnsafeIntegers: true)
        } catch {
            throw CommandError(.usage, "--data is not JSON: \(error)")
        }
    }
}
