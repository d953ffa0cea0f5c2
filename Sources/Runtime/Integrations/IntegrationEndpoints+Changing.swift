internal import HTTPTypes
import Spec
import Store
import Values

/// Updates and deletions: each reads, judges and writes the row in one transaction.
extension IntegrationEndpoints {
    static let conflict = Endpoint.Answer(.conflict, "A manifest declares it, or protects it", schema: .schema("Error"))

    func update(_ call: Call) async throws -> Reply {
        let overrides = try call.overrides()
        let (json, actor, now) = (try call.json(), call.actor, call.now)
        let (updated, revocations) = try await store.write { [addresses] writing -> (IntegrationRecord, [Revocation]) in
            let current = try writing.ownIntegration(call)
            let isOverride = try current.admitChange(overriding: overrides)
            let body = try IntegrationBody(json, base: current.spec, addresses: addresses)
            let connections = try Self.demandReauthorization(of: current, becoming: body.spec, by: call, writing)
            if let change = body.clientSecret {
                if let secret = change {
                    try writing.setSecret(secret, of: current.id.text, field: "config.clientSecret", at: now)
                } else {
                    try writing.deleteSecret(of: current.id.text, field: "config.clientSecret")
                }
            }
            try writing.insertLog(
                ActivityLog(
                    workspace: current.workspace, integrationID: current.id.text, level: isOverride ? .warning : .info,
                    action: isOverride ? "integration.overridden" : "integration.updated",
                    message: isOverride ? "the integration was changed against its manifest" : "the integration was changed",
                    actor: actor, at: now))
            guard let updated = try writing.updateIntegration(current.id, spec: body.spec, by: actor, at: now) else {
                throw APIError.integrationNotFound
            }
            let revocations = try writing.claimRevocations(of: Array(connections.prefix(Revoker.settledAtOnce)), until: now + Revoker.lease)
            return (updated, revocations)
        }
        // The queue outlives a crash from here on; the provider hears before the answer all the same.
        try await revoker.settle(revocations)
        return Reply(.ok, updated.json)
    }

    /// Before the endpoints change: asks for an admin where accounts are connected, and takes the tokens from those whose
    /// provider would be another.
    private static func demandReauthorization(
        of current: IntegrationRecord, becoming spec: IntegrationSpec, by call: Call, _ writing: Writing
    ) throws -> [ConnectionID] {
        let sendsElsewhere = !CredentialDestinations(spec).areWithin(CredentialDestinations(current.spec))
        guard sendsElsewhere || !CredentialDestinations.authorizeAlike(current.spec, spec) else { return [] }
        let count = try writing.connectionCount(integrationID: current.id.text)
        guard count == 0 || call.principal?.role == .admin else {
            let connected = count == 1 ? "1 account is connected" : "\(count) accounts are connected"
            throw APIError(
                .forbidden, code: "admin_required",
                message: "\(connected) through this integration: sending them to another host takes a token with role admin")
        }
        return sendsElsewhere ? try writing.demandReauthorization(ofIntegration: current.id, by: call.actor, at: call.now) : []
    }

    func delete(_ call: Call) async throws -> Reply {
        let (overrides, actor, now) = (try call.overrides(), call.actor, call.now)
        let revocations = try await store.write { writing -> [Revocation] in
            let record = try writing.ownIntegration(call)
            let isOverride = try record.admitDeletion(overriding: overrides)
            let connections = try writing.connections(
                workspace: nil, integration: record.id, after: nil, limit: PageLimit(items: Revoker.settledAtOnce))
            guard try writing.deleteIntegration(record.id, at: now) else { throw APIError.integrationNotFound }
            if isOverride {
                try writing.insertLog(
                    ActivityLog(
                        workspace: record.workspace, integrationID: record.id.text, level: .warning, action: "integration.overridden",
                        message: "the integration \(record.name) was removed against its manifest", actor: actor, at: now))
            }
            return try writing.claimRevocations(of: connections.map(\.id), until: now + Revoker.lease)
        }
        // The queue outlives a crash from here on; the provider hears before the answer all the same.
        try await revoker.settle(revocations)
        return Reply(.noContent)
    }
}
