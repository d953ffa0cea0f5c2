import HTTPTypes
import Spec
package import Store
package import Values

/// Management of API keys: `/api/integrations/api-keys…`.
package struct KeyEndpoints: EndpointGroup {
    let store: Store
    let checker: KeyChecker
    var table: KeyTable { checker.table }

    package init(store: Store, checker: KeyChecker) {
        self.store = store
        self.checker = checker
    }

    package var tag: (name: String, summary: String) { ("API keys", "The keys of a workspace, their scopes and limits") }
    package var schemas: [(name: String, schema: JSON)] {
        [("APIKey", KeyView.schema), ("RotatedAPIKey", KeyView.rotatedSchema), ("KeyVerification", KeyVerification.schema)]
    }

    package var endpoints: [Endpoint] { [create, list, get, update, revoke, rotate, verify] }

    static let path = "/api/integrations/api-keys"
    static let missing = APIError.notFound("api_key_not_found", "there is no such API key in this workspace")

    private var create: Endpoint {
        Endpoint(
            .post, Self.path, name: "createAPIKey", summary: "Create an API key; the answer alone shows it",
            access: .management(.member), body: Self.creationSchema,
            answers: [.init(.created, "The key, with `key` in clear this once", schema: .schema("APIKey"))]
        ) { call in
            let workspace = try call.workspace()
            let issue = try Self.issue(from: try call.json())
            let isAdmin = call.principal?.role == .admin
            let (actor, now) = (call.actor, call.now)
            let (key, record, catalogue) = try await store.write { writing in
                try call.admitObject(in: workspace, writing)
                let catalogue = try writing.keyCatalogue()
                if issue.policy == nil, !isAdmin, catalogue.declaresPolicies(workspace) {
                    throw APIError(
                        .forbidden, code: "admin_required",
                        message: "this workspace declares key policies: name one as `policy`, or use a token with role admin")
                }
                let problems = issue.problems(in: workspace, of: catalogue, at: now)
                guard problems.isEmpty else { throw APIError.invalid(problems) }
                let spec = catalogue.policy(issue.policy, of: workspace)
                let (key, record) = issue.issue(in: workspace, under: spec, by: actor, at: now)
                return (key, try writing.insertAPIKey(record), catalogue)
            }
            try await takeOver([record])
            return Reply(.created, Self.json(record, catalogue, now, key: key), headers: [.location: "\(Self.path)/\(record.id)"])
        }
    }

    private var list: Endpoint {
        Endpoint(
            .get, Self.path, name: "listAPIKeys", summary: "List API keys, the newest first", access: .management(.member),
            parameters: Page.parameters, answers: [.init(.ok, "A page of keys", schema: .page(of: "APIKey"))]
        ) { call in
            let page = try Page(call, of: APIKeyKind.self)
            let workspace = call.workspaceFilter
            let (records, catalogue) = try await store.read { reading in
                (try reading.apiKeys(in: workspace, after: page.after, limit: page.storeLimit), try reading.keyCatalogue())
            }
            return page.reply(records, id: { $0.id.text }, json: { Self.json(table.withLatestUse($0), catalogue, call.now) })
        }
    }

    private var get: Endpoint {
        Endpoint(
            .get, Self.path + "/{id}", name: "getAPIKey", summary: "One API key", access: .management(.member),
            answers: [.init(.ok, "The key", schema: .schema("APIKey"))]
        ) { call in
            let id = try call.id(as: APIKeyKind.self, orThrow: Self.missing)
            let workspace = call.workspaceFilter
            let (record, catalogue) = try await store.read { reading in
                (try reading.apiKey(id, in: workspace), try reading.keyCatalogue())
            }
            guard let record else { throw Self.missing }
            return Reply(.ok, Self.json(table.withLatestUse(record), catalogue, call.now))
        }
    }

    private var update: Endpoint {
        Endpoint(
            .put, Self.path + "/{id}", name: "updateAPIKey", summary: "Rename, enable or disable an API key",
            access: .management(.member),
            body: [
                "type": "object", "additionalProperties": false,
                "properties": [
                    "name": ["type": "string", "minLength": 1, "maxLength": .integer(KeyIssue.maximumNameLength)],
                    "status": ["type": "string", "enum": ["ACTIVE", "DISABLED"]],
                ],
            ],
            answers: [
                .init(.ok, "The key as it is now", schema: .schema("APIKey")),
                .init(.conflict, "The key is revoked", schema: .schema("Error")),
            ]
        ) { call in
            let id = try call.id(as: APIKeyKind.self, orThrow: Self.missing)
            var fields = try Fields(try call.json())
            let name = fields.string("name", check: KeyIssue.nameProblem)
            let status = fields.choice("status", of: SettableStatus.self)
            try fields.finish()
            let (workspace, now) = (call.workspaceFilter, call.now)
            let (record, catalogue) = try await store.write { writing in
                guard let record = try writing.updateAPIKey(id, in: workspace, name: name, status: status?.stored) else {
                    guard try writing.apiKey(id, in: workspace) == nil else {
                        throw APIError(.conflict, code: "api_key_revoked", message: "a revoked key stays revoked: create another")
                    }
                    throw Self.missing
                }
                return (record, try writing.keyCatalogue())
            }
            try await takeOver([record])
            return Reply(.ok, Self.json(record, catalogue, now))
        }
    }

    private var revoke: Endpoint {
        Endpoint(
            .delete, Self.path + "/{id}", name: "revokeAPIKey",
            summary: "Revoke an API key; it is refused from the moment of the answer", access: .management(.member),
            answers: [.init(.noContent, "Revoked")]
        ) { call in
            let id = try call.id(as: APIKeyKind.self, orThrow: Self.missing)
            let (workspace, now) = (call.workspaceFilter, call.now)
            let record = try await store.write { writing in
                guard let record = try writing.revokeAPIKey(id, in: workspace, at: now) else { throw Self.missing }
                return record
            }
            try await takeOver([record])
            return Reply(.noContent)
        }
    }

    /// Brings memory up to date with what was just committed, before anybody is answered.
    func takeOver(_ records: [APIKeyRecord]) async throws {
        for record in records { table.apply(record) }
        // What is declared may have moved by another process's apply that nobody noticed yet.
        let serial = try await store.read { try $0.stateSerial() }
        if serial.serial != table.catalogue.serial { try await table.stateChanged(serial) }
    }

    static func json(_ record: APIKeyRecord, _ catalogue: KeyCatalogue, _ now: Timestamp, key: Secret? = nil) -> JSON {
        let json = KeyView.json(record, in: catalogue, at: now)
        guard let key, var object = json.object else { return json }
        object["key"] = .string(key.reveal())
        return .object(object)
    }

    /// What a person may set; revoking is an act of its own.
    private enum SettableStatus: String, CaseIterable {
        case active = "ACTIVE"
        case disabled = "DISABLED"

        var stored: APIKeyRecord.Status {
            switch self {
            case .active: .active
            case .disabled: .disabled
            }
        }
    }
}
