import Values

/// Writes resources as manifests that read back identically: what `export` gives.
///
/// Documents by workspace and owner, sections and fields in the order of the language, fields at their default left out. A
/// secret whose value is in the state alone becomes a reference to a variable with a name made up for it, and a comment.
package enum ManifestWriter {
    /// One document for each workspace and owner, in order.
    package static func yaml(for resources: [Resource]) -> String {
        var domains: [Manifest.Domain: [Resource]] = [:]
        for resource in resources {
            domains[Manifest.Domain(workspace: resource.address.workspace, owner: resource.owner), default: []].append(resource)
        }
        return domains.sorted { $0.key < $1.key }.map { document($0.key, $0.value.sorted { $0.address < $1.address }) }
            .joined(separator: "---\n")
    }

    private static func document(_ domain: Manifest.Domain, _ resources: [Resource]) -> String {
        var writer = BlockWriter()
        writer.field("version", "1")
        writer.field("workspace", YAMLText.scalar(domain.workspace))
        if !domain.owner.isEmpty { writer.field("owner", YAMLText.scalar(domain.owner)) }
        let sections: [(String, ResourceKind)] = [
            ("scopes", .scope), ("events", .event), ("keyPolicies", .keyPolicy), ("integrations", .integration), ("webhooks", .webhook),
        ]
        for (name, kind) in sections {
            let own = resources.filter { $0.address.kind == kind }
            guard !own.isEmpty else { continue }
            writer.blankLine()
            writer.block(name) { writer in
                for resource in own { write(resource, to: &writer) }
            }
        }
        return writer.text
    }

    private static func write(_ resource: Resource, to writer: inout BlockWriter) {
        let key = YAMLText.scalar(resource.address.name)
        if case .scope(let spec) = resource.spec {
            writer.field(key, YAMLText.scalar(spec.description))
            return
        }
        writer.block(key) { writer in
            switch resource.spec {
            case .scope: break
            case .event(let spec): write(spec, to: &writer)
            case .keyPolicy(let spec): write(spec, to: &writer)
            case .integration(let spec): write(spec, resource.address, to: &writer)
            case .webhook(let spec): writer.fields(of: spec, at: resource.address)
            }
            if resource.preventDestroy { writer.field("lifecycle", "{ preventDestroy: true }") }
        }
    }

    private static func write(_ spec: EventTypeSpec, to writer: inout BlockWriter) {
        writer.text("description", spec.description)
        if let schema = spec.schema { writer.json("schema", schema) }
    }

    private static func write(_ spec: KeyPolicySpec, to writer: inout BlockWriter) {
        writer.text("description", spec.description)
        if spec.prefix != KeyPolicySpec.defaultPrefix { writer.text("prefix", spec.prefix) }
        writer.list("scopes", spec.scopes)
        writer.number("rateLimitPerHour", spec.rateLimitPerHour)
        writer.number("rateLimitPerDay", spec.rateLimitPerDay)
        if let expiry = spec.expiresAfter { writer.field("expiresAfter", expiry.manifestText) }
        if let rotation = spec.rotation {
            writer.field("rotation", "{ every: \(rotation.every.manifestText), overlap: \(rotation.overlap.manifestText) }")
        }
        if let networks = spec.allowedCIDRs { writer.list("allowedCIDRs", networks) }
    }

    private static func write(_ spec: IntegrationSpec, _ address: Address, to writer: inout BlockWriter) {
        writer.text("name", spec.name)
        writer.text("type", spec.type.rawValue)
        writer.text("provider", spec.provider)
        writer.text("description", spec.description)
        if spec.isPublic { writer.field("public", "true") }
        if spec.status != .active { writer.text("status", spec.status.rawValue) }
        if !spec.scopes.isEmpty { writer.list("scopes", spec.scopes) }
        if !spec.redirectUris.isEmpty { writer.list("redirectUris", spec.redirectUris) }
        if !spec.returnUrls.isEmpty { writer.list("returnUrls", spec.returnUrls) }
        writer.number("rateLimitPerHour", spec.rateLimitPerHour)
        writer.number("rateLimitPerDay", spec.rateLimitPerDay)
        let config = spec.config
        guard config != IntegrationSpec.Config() else { return }
        writer.block("config") { writer in
            writer.text("authorizationUrl", config.authorizationUrl)
            writer.text("tokenUrl", config.tokenUrl)
            writer.text("revocationUrl", config.revocationUrl)
            writer.text("introspectionUrl", config.introspectionUrl)
            writer.text("issuer", config.issuer)
            if let pkce = config.pkce { writer.field("pkce", pkce ? "true" : "false") }
            writer.text("tokenAuthMethod", config.tokenAuthMethod?.rawValue)
            writer.text("scopeSeparator", config.scopeSeparator)
            writer.parameters("authorizationParams", config.authorizationParams)
            writer.parameters("tokenParams", config.tokenParams)
            writer.value("clientId", config.clientId, of: address, path: "config.clientId")
            writer.secret("clientSecret", config.clientSecret, of: address, path: "config.clientSecret")
        }
    }
}
