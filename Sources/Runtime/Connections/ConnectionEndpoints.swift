internal import HTTPTypes
import Spec
package import Store
package import Values

/// `/api/integrations/connections`: the accounts that were connected. Tokens are never shown.
package struct ConnectionEndpoints: EndpointGroup {
    private let store: Store
    private let refresher: ConnectionRefresher
    private let revoker: Revoker

    package init(store: Store, refresher: ConnectionRefresher, revoker: Revoker) {
        self.store = store
        self.refresher = refresher
        self.revoker = revoker
    }

    package var endpoints: [Endpoint] {
        [
            Endpoint(
                .get, "/api/integrations/connections", name: "listConnections", summary: "Connected accounts, newest first",
                access: .management(.member),
                parameters: Page.parameters + [Endpoint.Parameter("integrationId", "Only those of one integration")],
                answers: [.init(.ok, "A page of them", schema: .page(of: "Connection"))], handle: list),
            Endpoint(
                .get, "/api/integrations/connections/{id}", name: "getConnection", summary: "One connected account",
                access: .management(.member), answers: [.init(.ok, "The connection", schema: .schema("Connection"))], handle: show),
            Endpoint(
                .post, "/api/integrations/connections/{id}/refresh", name: "refreshConnection",
                summary: "Renews the tokens of one connection now",
                access: .management(.member),
                answers: [.init(.ok, "The connection", schema: .schema("Connection"))] + Endpoint.Answer.refreshFailures, handle: refresh),
            Endpoint(
                .delete, "/api/integrations/connections/{id}", name: "deleteConnection",
                summary: "Revokes the tokens at the provider and forgets the account", access: .management(.member),
                answers: [.init(.noContent, "It is gone")], handle: delete),
            Endpoint(
                .post, "/api/integrations/{id}/oauth/refresh", name: "refreshIntegration",
                summary: "Renews the tokens of an integration's connection; connectionId says which where there are several",
                access: .management(.member),
                body: [
                    "type": "object", "additionalProperties": false,
                    "properties": ["connectionId": ["type": "string", "pattern": "^conn_"]],
                ],
                isBodyOptional: true,
                answers: [.init(.ok, "The connection", schema: .schema("Connection"))] + Endpoint.Answer.refreshFailures,
                handle: refreshOfIntegration),
        ]
    }

    private func list(_ call: Call) async throws -> Reply {
        let page = try Page(call, of: ConnectionKind.self)
        let workspace = call.workspaceFilter
        var integration: IntegrationID?
        if let text = call.query("integrationId") {
            guard let id = IntegrationID(text) else { throw APIError.invalid("integrationId", "is not the id of an integration") }
            integration = id
        }
        let (records, scopes) = try await store.read { [integration] reading in
            let records = try reading.connections(workspace: workspace, integration: integration, after: page.after, limit: page.storeLimit)
            return (records, try Self.declaredScopes(of: records, reading))
        }
        return page.reply(records, id: { $0.id.text }, json: { $0.json(declaredScopes: scopes[$0.integrationID] ?? []) })
    }

    private func show(_ call: Call) async throws -> Reply {
        try await reply(try await own(call))
    }

    private func refresh(_ call: Call) async throws -> Reply {
        let record = try await own(call)
        return try await translatingOAuthErrors { try await reply(try await refresher.refresh(record.id)) }
    }

    private func delete(_ call: Call) async throws -> Reply {
        let (record, now, actor) = (try await own(call), call.now, call.actor)
        let revocations = try await store.write { writing -> [Revocation] in
            guard try writing.deleteConnection(record.id, at: now) else { throw Self.missing }
            try writing.insertLog(
                ActivityLog(
                    workspace: record.workspace, integrationID: record.integrationID.text, connectionID: record.id.text,
                    action: "connection.revoked", message: "the connection was removed and its tokens are revoked", actor: actor, at: now))
            return try writing.claimRevocations(of: record.id, until: now + Revoker.lease)
        }
        try await revoker.settle(revocations)
        return Reply(.noContent)
    }

    private func refreshOfIntegration(_ call: Call) async throws -> Reply {
        let integration = try await store.visibleIntegration(call)
        var fields = try Fields(try call.json())
        let wanted = fields.string("connectionId")
        try fields.finish()
        let workspace = call.workspaceFilter
        let record: ConnectionRecord
        if let wanted {
            guard let id = ConnectionID(wanted), let found = try await store.read({ try $0.connection(id) }),
                found.integrationID == integration.id, call.reaches(found.workspace)
            else { throw Self.missing }
            record = found
        } else {
            let found = try await store.read {
                try $0.connections(workspace: workspace, integration: integration.id, after: nil, limit: 2)
            }
            guard let first = found.first else {
                throw APIError.notFound("connection_not_found", "no account is connected through this integration: initiate OAuth first")
            }
            guard found.count == 1 else {
                throw APIError.invalid("connectionId", "is needed: several accounts are connected through this integration")
            }
            record = first
        }
        return try await translatingOAuthErrors { try await reply(try await refresher.refresh(record.id)) }
    }

    private func reply(_ record: ConnectionRecord) async throws -> Reply {
        let scopes = try await store.read { try Self.declaredScopes(of: [record], $0) }
        return Reply(.ok, record.json(declaredScopes: scopes[record.integrationID] ?? []))
    }

    private func own(_ call: Call) async throws -> ConnectionRecord {
        let id: ConnectionID = try call.id(orThrow: Self.missing)
        guard let record = try await store.read({ try $0.connection(id) }), call.reaches(record.workspace) else {
            throw Self.missing
        }
        return record
    }

    private static func declaredScopes(of records: some Sequence<ConnectionRecord>, _ reading: Reading) throws -> [IntegrationID: [String]]
    {
        try reading.integrations(Set(records.map(\.integrationID))).mapValues(\.spec.scopes)
    }

    static let missing = APIError.notFound("connection_not_found", "there is no such connection")

    package var tag: (name: String, summary: String) { ("Connections", "Accounts that have been connected") }
    package var schemas: [(name: String, schema: JSON)] { [("Connection", ConnectionRecord.schema)] }
}
