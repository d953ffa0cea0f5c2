import HTTPTypes
import Store
import Values

/// What a load balancer, an orchestrator and an API client ask of the runtime itself.
struct SystemEndpoints: EndpointGroup {
    /// Whether the runtime has started and is not shutting down.
    let isReady: @Sendable () -> Bool
    let store: Store
    /// The document, which lists these endpoints too.
    let document: @Sendable () -> JSON

    var tag: (name: String, summary: String) { ("Runtime", "The server itself") }
    var schemas: [(name: String, schema: JSON)] {
        [("Health", ["type": "object", "required": ["status"], "properties": ["status": ["type": "string"]]])]
    }

    var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "/healthz", name: "health", summary: "Whether the process answers", access: .anyone,
                answers: [.init(.ok, "It does", schema: .schema("Health"))]
            ) { _ in Reply(.ok, ["status": "ok"]) },
            Endpoint(
                .get, "/readyz", name: "readiness",
                summary: "Whether the runtime can serve: started, not draining, state readable, its key the one that seals",
                access: .anyone,
                answers: [
                    .init(.ok, "It can", schema: .schema("Health")),
                    .init(.serviceUnavailable, "It cannot", schema: .schema("Error")),
                ]
            ) { _ in
                guard isReady() else {
                    throw APIError(.serviceUnavailable, code: "not_ready", message: "the runtime is starting or shutting down")
                }
                _ = try await store.read { try $0.stateSerial() }
                do {
                    try await store.checkKey()
                } catch let error as StoreError where error.code == .sealed {
                    throw APIError(
                        .serviceUnavailable, code: "not_ready",
                        message: "the runtime has another ENCRYPTION_KEY than the state; restart it with the right one")
                }
                return Reply(.ok, ["status": "ready"])
            },
            Endpoint(
                .get, "/openapi.json", name: "openapi", summary: "This document", access: .anyone,
                answers: [.init(.ok, "OpenAPI 3.1", schema: ["type": "object"])]
            ) { _ in Reply(.ok, document()) },
        ]
    }
}
