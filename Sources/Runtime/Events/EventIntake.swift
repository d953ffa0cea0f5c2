import Spec
package import Store
package import Values

/// Takes events in: checks what is handed in against the workspace's event types, then stores it.
package struct EventIntake: Sendable {
    private let engine: DeliveryEngine

    package init(engine: DeliveryEngine) {
        self.engine = engine
    }

    /// Returns once the event and all its deliveries are durable.
    ///
    /// - Parameters:
    ///   - only: the one webhook that gets it, whatever it listens to; nil for all that listen to the type.
    package func accept(
        workspace: String, type: String, data: JSON, idempotencyKey: String?, only: WebhookID? = nil,
        at moment: Timestamp
    ) async throws -> StoredEvent {
        let routes = try await engine.loadedRoutes()
        if let problem = routes.problem(ofType: type, workspace: workspace) { throw APIError.invalid("event", problem) }
        if let schema = routes.schema(ofType: type, workspace: workspace) {
            let violations = EventSchema.violations(of: data, by: schema)
            if !violations.isEmpty {
                throw APIError.invalid(violations.map { .init(field: $0.path.isEmpty ? "data" : "data.\($0.path)", message: $0.message) })
            }
        }
        return try await engine.accept(
            workspace: workspace, type: type, data: data, idempotencyKey: idempotencyKey, only: only, by: routes, at: moment)
    }

    /// The answer to who handed it in; the same for a repeated key.
    static func json(_ event: StoredEvent) -> JSON {
        ["id": .string(event.id.text), "deliveries": json(event.deliveries)]
    }

    static func json(_ deliveries: [StoredEvent.Delivery]) -> JSON {
        .array(deliveries.map { ["id": .string($0.id.text), "webhookId": .string($0.webhookID.text)] })
    }
}
