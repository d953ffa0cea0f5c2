package import Curl
internal import HTTPTypes
internal import Spec
package import Store

/// `/api/integrations`: the registry of third parties, its marketplace and its activity log.
package struct IntegrationEndpoints: EndpointGroup {
    private let store: Store
    private let revoker: Revoker
    private let addresses: AddressPolicy

    package init(store: Store, revoker: Revoker, addresses: AddressPolicy) {
        self.store = store
        self.revoker = revoker
        self.addresses = addresses
    }

    package var endpoints: [Endpoint] {
        let override = Endpoint.Parameter(
            "override", "true lets an admin change what a manifest declares; recorded, and drift until the next apply",
            schema: ["type": "boolean"])
        return [
            Endpoint(
                .get, "/api/integrations", name: "listIntegrations", summary: "Integrations, newest first", access: .management(.member),
                parameters: Page.parameters + [
                    Endpoint.Parameter(
                        "includePublic", "true adds the public ones of other workspaces, with fewer fields", schema: ["type": "boolean"])
                ],
                answers: [.init(.ok, "A page of them", schema: .page(of: "Integration"))], handle: list),
            Endpoint(
                .post, "/api/integrations", name: "createIntegration", summary: "Adds an integration", access: .management(.member),
                body: .schema("IntegrationInput"), answers: [.init(.created, "The integration", schema: .schema("Integration"))],
                handle: create),
            Endpoint(
                .get, "/api/integrations/{id}", name: "getIntegration", summary: "One integration", access: .management(.member),
                answers: [
                    .init(.ok, "The integration; fewer fields for a public one of another workspace", schema: .schema("Integration"))
                ],
                handle: show),
            Endpoint(
                .put, "/api/integrations/{id}", name: "updateIntegration", summary: "Changes the given fields",
                access: .management(.member),
                parameters: [override], body: .schema("IntegrationInput"),
                answers: [.init(.ok, "The integration", schema: .schema("Integration"))], handle: update),
            Endpoint(
                .delete, "/api/integrations/{id}", name: "deleteIntegration",
                summary: "Revokes the integration's connections at the provider and removes it", access: .management(.member),
                parameters: [override], answers: [.init(.noContent, "It is gone")], handle: delete),
            Endpoint(
                .get, "/api/integrations/{id}/logs", name: "listIntegrationLogs", summary: "What happened to an integration, newest first",
                access: .management(.member), parameters: Page.parameters,
                answers: [.init(.ok, "A page of entries", schema: .page(of: "IntegrationLog"))], handle: logs),
        ]
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call)
        let workspace = call.workspaceFilter
        let includesPublic = call.query("includePublic") == "true"
        let records = try await store.read {
            try $0.integrations(workspace: workspace, includesPublic: includesPublic, after: page.after, limit: page.storeLimit)
        }
        return page.reply(
            records, id: { $0.id.text },
            json: { record in
                workspace == nil || record.workspace == workspace ? record.json : record.publicJSON
            })
    }

    private func create(_ call: Call) async throws -> Reply {
        let workspace = try call.workspace()
        let body = try IntegrationBody(try call.json(), base: nil, addresses: addresses)
        let (actor, now) = (call.actor, call.now)
        let proposal = StableName.proposal(for: body.spec.name)
        let name = proposal.isEmpty ? body.spec.provider : proposal
        let record = try await store.write { writing in
            let record = try writing.insertIntegration(
                id: IntegrationID(at: now), workspace: workspace, name: name, spec: body.spec, by: actor, at: now)
            if case .some(.some(let secret)) = body.clientSecret {
                try writing.setSecret(secret, of: record.id.text, field: "config.clientSecret", at: now)
            }
            try writing.insertLog(
                ActivityLog(
                    workspace: workspace, integrationID: record.id.text, action: "integration.created",
                    message: "the integration was added",
                    actor: actor, at: now))
            return record
        }
        return Reply(.created, record.json)
    }

    private func show(_ call: Call) async throws -> Reply {
        let record = try await store.visibleIntegration(call)
        return Reply(.ok, call.sees(record) ? record.json : record.publicJSON)
    }

    private func update(_ call: Call) async throws -> Reply {
        let old = try await store.ownIntegration(call)
        let isOverride = try Self.admitWrite(of: old, by: call)
        let (json, actor, now) = (try call.json(), call.actor, call.now)
        // Read once outside for the answer's sake, and again inside on the row as it is then.
        _ = try IntegrationBody(json, base: old.spec, addresses: addresses)
        let updated = try await store.write { [addresses] writing -> IntegrationRecord? in
            guard let current = try writing.integration(old.id) else { return nil }
            let body = try IntegrationBody(json, base: current.spec, addresses: addresses)
            if let change = body.clientSecret {
                if let secret = change {
                    try writing.setSecret(secret, of: old.id.text, field: "config.clientSecret", at: now)
                } else {
                    try writing.deleteSecret(of: old.id.text, field: "config.clientSecret")
                }
            }
            try writing.insertLog(
                ActivityLog(
                    workspace: old.workspace, integrationID: old.id.text, level: isOverride ? .warning : .info,
                    action: isOverride ? "integration.overridden" : "integration.updated",
                    message: isOverride ? "the integration was changed against its manifest" : "the integration was changed",
                    actor: actor, at: now))
            return try writing.updateIntegration(old.id, spec: body.spec, by: actor, at: now)
        }
        guard let updated else { throw Self.missing }
        return Reply(.ok, updated.json)
    }

    private func delete(_ call: Call) async throws -> Reply {
        let record = try await store.ownIntegration(call)
        _ = try Self.admitWrite(of: record, by: call)
        let now = call.now
        let revocations = try await store.write { writing -> [Revocation] in
            let connections = try writing.connections(workspace: nil, integration: record.id, after: nil, limit: 50)
            guard try writing.deleteIntegration(record.id, at: now) else { throw Self.missing }
            return try connections.flatMap { try writing.claimRevocations(of: $0.id, until: now + Revoker.lease) }
        }
        // The queue outlives a crash from here on; the provider hears before the answer all the same.
        try await revoker.settle(revocations)
        return Reply(.noContent)
    }

    private func logs(_ call: Call) async throws -> Reply {
        let page = try Page(call)
        let record = try await store.ownIntegration(call)
        guard page.after == nil || page.after.flatMap({ Int($0) }) != nil else {
            throw APIError.invalid("cursor", "is not one that a list answered as nextCursor")
        }
        let before = page.after.flatMap { Int($0) }
        let logs = try await store.read { try $0.logs(ofIntegration: record.id, before: before, limit: page.storeLimit) }
        return page.reply(logs, id: { "\($0.id)" }, json: \.json)
    }

    private static let missing = APIError.notFound("integration_not_found", "there is no such integration")

    /// Whether the write goes against a manifest; throws where it may not.
    private static func admitWrite(of record: IntegrationRecord, by call: Call) throws(APIError) -> Bool {
        let overrides = try call.overrides()
        guard let declaration = record.declaration else { return false }
        guard overrides else {
            throw .managedByManifest("the integration `\(record.name)`", file: declaration.file, line: declaration.line)
        }
        return true
    }
}

extension Call {
    /// Whether the whole record is shown, not only what the marketplace shows.
    func sees(_ record: IntegrationRecord) -> Bool { principal?.reaches(record.workspace) == true }
}

extension Store {
    /// The integration of the path, if it is the caller's workspace's.
    func ownIntegration(_ call: Call) async throws -> IntegrationRecord {
        let record = try await visibleIntegration(call)
        guard call.sees(record) else { throw APIError.notFound("integration_not_found", "there is no such integration") }
        return record
    }

    /// The integration of the path, if it is the caller's workspace's or public.
    func visibleIntegration(_ call: Call) async throws -> IntegrationRecord {
        let missing = APIError.notFound("integration_not_found", "there is no such integration")
        let id: IntegrationID = try call.id(orThrow: missing)
        guard let record = try await read({ try $0.integration(id) }), call.sees(record) || record.spec.isPublic else { throw missing }
        return record
    }
}
