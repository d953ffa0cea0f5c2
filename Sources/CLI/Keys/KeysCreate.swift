package import ArgumentParser
import HTTPTypes
import IntegrationRuntime
import Values

/// `reconcile keys create`: the key is on standard output, once.
package struct KeysCreate: WorldCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key. It is shown once and stored as a hash.")

    @Option(help: "What the key is for, for people.")
    var name: String

    @Option(help: "A key policy of the manifest, whose limits and scopes the key follows.")
    var policy: String?

    @Option(
        name: .customLong("scope"),
        help: ArgumentHelp("A scope the key holds; repeatable (default under a policy: all of its).", valueName: "scope"))
    var scopes: [String] = []

    @Option(name: .customLong("rate-limit-per-hour"), help: "Calls an hour (UTC), instead of the policy's.")
    var rateLimitPerHour: Int?

    @Option(name: .customLong("rate-limit-per-day"), help: "Calls a day (UTC), instead of the policy's.")
    var rateLimitPerDay: Int?

    @Option(name: .customLong("expires-at"), help: "When it stops working: 2027-01-31T00:00:00Z.")
    var expiresAt: String?

    @Option(help: "Whose key it is, as you name your customers.")
    var owner: String?

    @OptionGroup var options: RuntimeOptions

    package init() {}

    package func run(in world: World) async throws {
        var body = JSONObject([("name", .string(name))])
        body["policy"] = policy.map(JSON.string)
        if !scopes.isEmpty { body["scopes"] = .strings(scopes) }
        body["rateLimitPerHour"] = rateLimitPerHour.map { .integer($0) }
        body["rateLimitPerDay"] = rateLimitPerDay.map { .integer($0) }
        body["expiresAt"] = expiresAt.map(JSON.string)
        body["owner"] = owner.map(JSON.string)
        let request = JSON.object(body)
        try await options.withAPI(in: world) { api, query in
            let key = try await api.json(ManagementRequest(.post, KeysCommand.path, query: query, body: request))
            let id = key["id"]?.string ?? ""
            world.output.line(options.format == .json ? key.prettyText : key["key"]?.string ?? "")
            try world.requireWritten(
                "the key \(id) was made and nobody has it; revoke it with `reconcile keys revoke \(id)`, and make another")
            if options.format == .text {
                world.errors.line("Made \(id). The key above is not shown again.")
            }
        }
    }
}
