package import Curl
internal import HTTPTypes
internal import Spec
package import Store
import Values

/// `/api/integrations`: the registry of third parties, its marketplace and its activity log.
package struct IntegrationEndpoints: EndpointGroup {
    let store: Store
    let revoker: Revoker
    let addresses: AddressPolicy

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
                answers: [.init(.ok, "The integration", schema: .schema("Integration")), Self.conflict], handle: update),
            Endpoint(
                .delete, "/api/integrations/{id}", name: "deleteIntegration",
                summary: "Revokes the integration's connections at the provider and removes it", access: .management(.member),
                parameters: [override], answers: [.init(.noContent, "It is gone"), Self.conflict], handle: delete),
            Endpoint(
                .get, "/api/integrations/{id}/logs", name: "listIntegrationLogs",
                summary: "What happened to an integration in the caller's workspace, newest first",
                access: .management(.member), parameters: Page.parameters,
                answers: [.init(.ok, "A page of entries", schema: .page(of: "IntegrationLog"))], handle: logs),
        ]
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call, of: IntegrationKind.self)
        let workspace = call.workspaceFilter
        let includesPublic = call.query("includePublic") == "true"
        let records = try await store.read {
            try $0.integrations(workspace: workspace, includesPublic: includesPublic, after: page.after, limit: page.storeLimit)
        }
        return page.reply(
            records, id: { $0.id.text },
            json: { record in
                workspace.map(record.workspace.isExactly) ?? true ? record.json : record.publicJSON
            })
    }

    private func create(_ call: Call) async throws -> Reply {
        let workspace = try call.workspace()
        let body = try IntegrationBody(try call.json(), base: nil, addresses: addresses)
        let (actor, now) = (call.actor, call.now)
        let proposal = StableName.proposal(for: body.spec.name)
        let name = proposal.isEmpty ? body.spec.provider : proposal
        let record = try await store.write { writing in
            try call.admitObject(in: workspace, writing)
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

    private func logs(_ call: Call) async throws -> Reply {
        let page = try Page(call)
        let before = page.after.flatMap { Int($0) }
        let workspace = call.workspaceFilter
        let id: IntegrationID = try call.id(orThrow: .integrationNotFound)
        // Everybody who sees the integration reads the entries of their own workspace, its owner too: what others connect through a
        // public one is theirs. What was written of one that is gone tells who removed it.
        let logs = try await store.read { reading in
            let record = try reading.integration(id)
            if let record, !call.sees(record), !record.spec.isPublic { throw APIError.integrationNotFound }
            let logs = try reading.logs(ofIntegration: id, workspace: workspace, before: before, limit: page.storeLimit)
            guard record != nil || !logs.isEmpty else { throw APIError.integrationNotFound }
            return logs
        }
        return page.reply(logs, id: { "\($0.id)" }, json: \.json)
    }
}

extension Call {
    /// Whether the whole record is shown, not only what the marketplace shows.
    func sees(_ record: IntegrationRecord) -> Bool { reaches(record.workspace) }
}

extension Statements {
    /// The integration of the path, if it is the caller's workspace's.
    func ownIntegration(_ call: Call) throws -> IntegrationRecord {
        let record = try visibleIntegration(call)
        guard call.sees(record) else { throw APIError.integrationNotFound }
        return record
    }

    /// The integration of the path, if it is the caller's workspace's or public.
    func visibleIntegration(_ call: Call) throws -> IntegrationRecord {
        let id: IntegrationID = try call.id(orThrow: .integrationNotFound)
        guard let record = try integration(id), call.sees(record) || record.spec.isPublic else { throw APIError.integrationNotFound }
        return record
    }
}

extension Store {
    /// The integration of the path, if it is the caller's workspace's or public.
    func visibleIntegration(_ call: Call) async throws -> IntegrationRecord {
        try await read { try $0.visibleIntegration(call) }
    }
}

extension APIError {
    static let integrationNotFound = APIError.notFound("integration_not_found", "there is no such integration")
}
