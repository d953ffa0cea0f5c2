import HTTPTypes
package import Store
package import Values

/// Events over HTTP: handed in, and looked up later.
package struct EventEndpoints: EndpointGroup {
    private let store: Store
    private let intake: EventIntake

    package init(store: Store, engine: DeliveryEngine) {
        self.store = store
        intake = EventIntake(engine: engine)
    }

    package var tag: (name: String, summary: String) { ("Events", "What happened on the platform, and is delivered to webhooks") }

    private static let deliveries: JSON = [
        "type": "array",
        "items": [
            "type": "object", "required": ["id", "webhookId"],
            "properties": ["id": ["type": "string"], "webhookId": ["type": "string"]],
        ],
    ]

    package var schemas: [(name: String, schema: JSON)] {
        [
            (
                "AcceptedEvent",
                [
                    "type": "object", "required": ["id", "deliveries"],
                    "properties": ["id": ["type": "string"], "deliveries": Self.deliveries],
                ]
            ),
            ("Event", Self.schema(required: ["id", "event", "workspaceId", "timestamp", "data"])),
            ("ListedEvent", Self.schema(required: ["id", "event", "workspaceId", "timestamp"])),
        ]
    }

    private static func schema(required: [String]) -> JSON {
        [
            "type": "object", "required": .strings(required),
            "properties": [
                "id": ["type": "string"], "event": ["type": "string"], "workspaceId": ["type": "string"],
                "timestamp": ["type": "string"], "idempotencyKey": ["type": ["string", "null"]], "data": ["type": "object"],
                "deliveries": deliveries,
            ],
        ]
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .post, "/api/events", name: "sendEvent",
                summary: "Hand in an event; answered once it and its deliveries are durable, the same for a repeated id",
                access: .managementOrKey(scope: "events:write"), parameters: [WebhookEndpoints.workspace],
                body: [
                    "type": "object", "required": ["event", "data"], "additionalProperties": false,
                    "examples": [["event": "POST_PUBLISHED", "data": ["postId": "post_1"], "id": "post_1-published"]],
                    "properties": [
                        "event": ["type": "string"], "data": ["type": "object"],
                        "id": [
                            "type": "string", "minLength": 1, "maxLength": 200, "description": "Idempotency: one event an id and workspace",
                        ],
                    ],
                ],
                answers: [.init(.accepted, "Durable", schema: .schema("AcceptedEvent"))], handle: send),
            Endpoint(
                .get, "/api/events", name: "listEvents",
                summary: "The events of the workspace, newest first; without data, unless asked for",
                access: .management(.member), parameters: [WebhookEndpoints.workspace, Page.include] + Page.parameters,
                answers: [.init(.ok, "A page of events", schema: .page(of: "ListedEvent"))], handle: list),
            Endpoint(
                .get, "/api/events/{id}", name: "getEvent", summary: "One event with its deliveries", access: .management(.member),
                answers: [
                    .init(.ok, "The event", schema: .schema("Event")),
                    .init(.notFound, "No such event in the workspace", schema: .schema("Error")),
                ], handle: get),
        ]
    }

    private func send(_ call: Call) async throws -> Reply {
        let workspace = try call.workspace()
        var fields = try Fields(try call.json(refusesUnsafeIntegers: true))
        let type = fields.requiredString("event")
        let key = fields.string("id") { (1...200).contains($0.utf8.count) ? nil : "must have 1 to 200 characters" }
        let data = fields.value("data")
        if data == nil { fields.report("data", "is required") } else if data?.object == nil { fields.report("data", "must be an object") }
        try fields.finish()
        try await call.admitObject(in: workspace, store)
        let stored = try await intake.accept(workspace: workspace, type: type, data: data ?? [:], idempotencyKey: key, at: call.now)
        return Reply(.accepted, EventIntake.json(stored))
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call, of: EventKind.self)
        let workspace = call.workspaceFilter
        let records = try await store.read {
            try $0.events(workspace: workspace, after: page.after, limit: page.storeLimit, includesBody: page.includesBody)
        }
        return page.reply(records, id: \.id.text) { page.includesBody ? Self.json($0) : Self.summary(of: $0) }
    }

    private func get(_ call: Call) async throws -> Reply {
        let missing = APIError.notFound("event_not_found", "there is no such event in this workspace")
        let id = try call.id(as: EventKind.self, orThrow: missing)
        let found = try await store.read { tx in try tx.event(id).map { ($0, try tx.deliveries(of: id)) } }
        guard let (record, deliveries) = found, call.reaches(record.workspace) else { throw missing }
        return Reply(.ok, Self.json(record).with("deliveries", EventIntake.json(deliveries)))
    }

    private static func json(_ record: EventRecord) -> JSON {
        summary(of: record).with("data", (try? JSON(parsing: record.body))?["data"] ?? JSON.null)
    }

    /// All but the data.
    private static func summary(of record: EventRecord) -> JSON {
        [
            "id": .string(record.id.text), "event": .string(record.type), "workspaceId": .string(record.workspace),
            "timestamp": .string(record.createdAt.description), "idempotencyKey": .text(record.idempotencyKey),
        ]
    }
}
