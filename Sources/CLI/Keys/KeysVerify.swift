package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Values

/// `reconcile keys verify`: the same check, and the same counting, as a proxy's.
package struct KeysVerify: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Check a key as a proxy would; the check counts against its limits.",
        discussion: "Ends with 1 where the key is not valid. The key `-` is read from standard input.")

    @Argument(help: "The key, or - to read it from standard input, which keeps it out of the shell's history.")
    var key: String

    @Option(name: .customLong("scope"), help: "A scope it must hold; repeatable.")
    var scopes: [String] = []

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        let key = key == "-" ? world.readLine() ?? "" : key
        var body = JSONObject([("key", .string(key))])
        if !scopes.isEmpty { body["scopes"] = .strings(scopes) }
        let request = JSON.object(body)
        try await options.withAPI(in: world) { api, query in
            let answer = try await api.json(ManagementRequest(.post, "\(KeysCommand.path)/verify", query: query, body: request))
            let code = answer["code"]?.string ?? ""
            world.output.line(options.format == .json ? answer.prettyText : code)
            guard answer["valid"]?.bool == true else { throw CommandError(.failure, nil) }
        }
    }
}
