package import ArgumentParser
import Foundation
package import IntegrationRuntime
import Logging
import Spec
import Store
import Values

/// Where runtime objects are reached: in the state file, or at a running server.
package struct RuntimeOptions: ParsableArguments {
    @OptionGroup package var state: StateOptions

    @Option(help: ArgumentHelp("A running server instead of the state file (default: $RECONCILE_SERVER).", valueName: "url"))
    package var server: String?

    @Option(help: ArgumentHelp("The management token for --server (default: $RECONCILE_TOKEN).", valueName: "jwt"))
    package var token: String?

    @Option(help: ArgumentHelp("The workspace; not needed where there is only one.", valueName: "name"))
    package var workspace: String?

    @Option(help: "text or json.")
    package var format: ListFormat = .text

    package init() {}

    /// Runs a command's work with the API that the options name, and with the query that names the workspace.
    package func withAPI<Value: Sendable>(
        in world: World, _ body: @Sendable (_ api: any ManagementAPI, _ query: [(name: String, value: String)]) async throws -> Value
    ) async throws -> Value {
        do {
            if server != nil, state.path != nil {
                throw CommandError(.usage, "--server and --state name two places: keep the one that is meant")
            }
            // A flag says more than a variable: `--state` means the file, whatever RECONCILE_SERVER says.
            if let server = server ?? (state.path == nil ? world.variable("RECONCILE_SERVER") : nil) {
                guard let token = token ?? world.variable("RECONCILE_TOKEN") else {
                    throw CommandError(.usage, "--server needs a management token: give --token or set RECONCILE_TOKEN")
                }
                let query = workspace.map { [(name: "workspaceId", value: $0)] } ?? []
                return try await body(try RemoteAPI(server: server, token: Secret(token)), query)
            } else {
                let store = try state.open(in: world)
                defer { store.close() }
                let workspace = try await localWorkspace(store)
                let components = try await RuntimeComponents(
                    store: store, configuration: RuntimeConfiguration.local(environment: world.environment), clock: world.now,
                    logger: Logger(label: "reconcile", factory: { _ in SwiftLogNoOpLogHandler() }))
                let principal = Principal(subject: Self.actor(in: world), workspace: .one(workspace), role: .admin)
                return try await components.withAPI(as: principal) { try await body($0, []) }
            }
        } catch let failure as ManagementFailure {
            throw CommandError(.failure, failure.message)
        }
    }

    private func localWorkspace(_ store: Store) async throws -> String {
        let all = try await store.read { try $0.workspaces() }
        if let workspace {
            guard try await store.read({ try $0.isUsed(workspace: workspace) }) else {
                throw CommandError(.failure, "--workspace \(WorkspaceName.unusedProblem(workspace, among: all))")
            }
            return workspace
        }
        switch all.count {
        case 1: return all[0]
        case 0: throw CommandError(.failure, "the state has no workspace yet; apply a manifest first, or name one with --workspace")
        default: throw CommandError(.usage, "the state has several workspaces: name one with --workspace (\(all.joined(separator: ", ")))")
        }
    }

    /// `user@host`, as records name who used the command line.
    package static func actor(in world: World) -> String {
        let user = world.variable("USER") ?? world.variable("LOGNAME") ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}

/// How a list or an object is shown.
package enum ListFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text
    case json
}
