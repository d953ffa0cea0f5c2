import Spec
package import Store
package import Values

/// Who gets which events, in memory: a value that is replaced whole when the state has changed.
package struct RoutingTable: Sendable {
    package private(set) var routes: [WebhookID: WebhookRoute] = [:]
    private var subscriptions: [ExactText: Subscriptions] = [:]
    private var eventTypes: [ExactText: [ExactText: EventTypeSpec]] = [:]

    private struct Subscriptions: Sendable {
        var byType: [ExactText: [WebhookID]] = [:]
        var toAll: [WebhookID] = []
    }

    package init() {}

    private init(routes: [WebhookRoute], eventTypes: [(workspace: String, name: String, spec: EventTypeSpec)]) {
        for route in routes {
            self.routes[route.id] = route
            let workspace = ExactText(route.workspace)
            if route.events.contains("*") {
                subscriptions[workspace, default: Subscriptions()].toAll.append(route.id)
            } else {
                for type in Set(route.events.map { ExactText($0) }) {
                    subscriptions[workspace, default: Subscriptions()].byType[type, default: []].append(route.id)
                }
            }
        }
        for (workspace, name, spec) in eventTypes {
            self.eventTypes[ExactText(workspace), default: [:]][ExactText(name)] = spec
        }
    }

    /// Reads the state, reusing the routes whose webhook and secrets have not changed.
    package static func load(from store: Store, reusing old: RoutingTable) async throws -> RoutingTable {
        try await store.read { tx in
            let found = try tx.webhooksForRouting { old.routes[$0]?.mark == $1 }
            let secrets = try tx.openableSecrets(ofResources: Set(found.filter { $0.record != nil }.map(\.id.text)))
            let routes = found.compactMap { id, mark, record -> WebhookRoute? in
                guard let record else { return old.routes[id] }
                return WebhookRoute(record, secrets: secrets[id.text] ?? .success([:]), mark: mark)
            }
            return RoutingTable(routes: routes, eventTypes: try tx.eventTypes())
        }
    }

    /// The webhooks that an event of that type goes to, by id.
    package func targets(workspace: String, type: String) -> [WebhookRoute] {
        guard let subscriptions = subscriptions[ExactText(workspace)] else { return [] }
        return (subscriptions.toAll + (subscriptions.byType[ExactText(type)] ?? [])).compactMap { routes[$0] }
    }

    /// Whether the workspace has that event type, built in or declared.
    package func knows(type: String, workspace: String) -> Bool {
        BuiltInEvent(rawValue: type) != nil || eventTypes[ExactText(workspace)]?[ExactText(type)] != nil
    }

    /// What to say of a type that the workspace does not have; nil for one that it has.
    package func problem(ofType type: String, workspace: String) -> String? {
        knows(type: type, workspace: workspace) ? nil : Self.problem(ofUnknown: type, among: declaredTypes(workspace: workspace))
    }

    /// The same of a type that is known to be none of the built-in and the declared ones.
    static func problem(ofUnknown type: String, among declared: [String]) -> String {
        let types = BuiltInEvent.allCases.map(\.rawValue) + declared
        let remedy = Nearest.remedy(for: type, among: types, otherwise: "it has \(types.joined(separator: ", "))")
        return "\(quoted(type)) is no event type of this workspace: \(remedy)"
    }

    /// The schema that the data of such events must satisfy.
    package func schema(ofType type: String, workspace: String) -> JSON? {
        eventTypes[ExactText(workspace)]?[ExactText(type)]?.schema
    }

    private func declaredTypes(workspace: String) -> [String] {
        (eventTypes[ExactText(workspace)] ?? [:]).keys.sorted().map(\.text)
    }
}
