import OpenSSL
package import Spec
package import Store
package import Values

/// What is asked for when a key is made, as read from a body or a command line and not yet checked against what is declared.
package struct KeyIssue: Sendable {
    package var name: String
    package var policy: String?
    package var scopes: [String]?
    package var limits: RateLimits
    package var expiresAt: Timestamp?
    package var owner: String?
    package var metadata: JSON?

    package init(
        name: String, policy: String? = nil, scopes: [String]? = nil, limits: RateLimits = RateLimits(),
        expiresAt: Timestamp? = nil, owner: String? = nil, metadata: JSON? = nil
    ) {
        self.name = name
        self.policy = policy
        self.scopes = scopes
        self.limits = limits
        self.expiresAt = expiresAt
        self.owner = owner
        self.metadata = metadata
    }

    package static let maximumNameLength = 100
    /// Of the metadata as compact JSON.
    package static let maximumMetadataBytes = 4096

    /// What is wrong with a key's name; nil where nothing is.
    package static func nameProblem(_ name: String) -> String? {
        if name.allSatisfy(\.isWhitespace) { return "must not be empty" }
        if name.unicodeScalars.count > maximumNameLength { return "is longer than \(maximumNameLength) characters" }
        return name.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F } ? "must not hold control characters" : nil
    }

    /// Everything that is wrong with it in this workspace at this moment. A policy can only be narrowed.
    package func problems(in workspace: String, of catalogue: KeyCatalogue, at now: Timestamp) -> [APIError.Detail] {
        var problems: [APIError.Detail] = []
        func report(_ field: String, _ message: String) { problems.append(APIError.Detail(field: field, message: message)) }
        if let problem = Self.nameProblem(name) { report("name", problem) }
        if let owner, let problem = KeyOwnerRules.problem(owner) { report("owner", problem) }
        if let metadata {
            if metadata.object == nil { report("metadata", "must be an object") }
            if metadata.text.utf8.count > Self.maximumMetadataBytes {
                report("metadata", "is larger than \(Self.maximumMetadataBytes) bytes of JSON")
            }
        }
        if let problem = limits.problem { report("rateLimitPerDay", problem) }
        if let expiresAt, expiresAt <= now { report("expiresAt", "is in the past") }

        let declared = catalogue.scopes(of: workspace)
        let spec = catalogue.policy(policy, of: workspace)
        if let policy, spec == nil {
            let names = catalogue.policyNames(of: workspace)
            let remedy = Nearest.remedy(
                for: policy, among: names,
                otherwise: names.isEmpty ? "it declares none" : "it has \(names.joined(separator: ", "))")
            report("policy", "names no key policy of the workspace, \(quoted(policy)): \(remedy)")
        }
        var unknown = 0
        for (position, scope) in (scopes ?? []).enumerated() {
            if !declared.contains(where: { ScopePattern.covers(scope, $0) }) {
                let near = unknown < Nearest.perList ? Nearest.match(for: scope, among: declared) : nil
                let remedy = near.map { "; did you mean `\($0)`?" } ?? ""
                unknown += 1
                report("scopes.\(position)", "is not a scope that the workspace declares: \(quoted(scope))\(remedy)")
            } else if let spec, !ScopePattern.covers(spec.scopes, scope) {
                report("scopes.\(position)", "is beyond the policy `\(policy ?? "")`, which does not allow `\(scope)`")
            }
        }
        if let spec { problems += Self.widenings(limits, expiresAt, beyond: spec, at: now) }
        return problems
    }

    private static func widenings(
        _ limits: RateLimits, _ expiresAt: Timestamp?, beyond policy: KeyPolicySpec, at now: Timestamp
    ) -> [APIError.Detail] {
        var problems: [APIError.Detail] = []
        if let own = limits.perHour, let most = policy.rateLimitPerHour, own > most {
            problems.append(APIError.Detail(field: "rateLimitPerHour", message: "is above the policy's \(most)"))
        }
        if let own = limits.perDay, let most = policy.rateLimitPerDay, own > most {
            problems.append(APIError.Detail(field: "rateLimitPerDay", message: "is above the policy's \(most)"))
        }
        if let expiresAt, let life = policy.expiresAfter, expiresAt > now + life {
            problems.append(
                APIError.Detail(field: "expiresAt", message: "is later than the policy's expiresAfter of \(life.manifestText) allows"))
        }
        return problems
    }

    /// Makes the key. The caller has checked `problems`; the expiry of the policy is fixed here, all else of it stays live.
    package func issue(
        in workspace: String, under spec: KeyPolicySpec?, by actor: String, at now: Timestamp
    ) -> (key: Secret, record: APIKeyRecord) {
        let key = KeyFormat.generate(prefix: spec?.prefix ?? KeyPolicySpec.defaultPrefix)
        let record = APIKeyRecord(
            id: APIKeyID(at: now), workspace: workspace, name: name, hash: SHA256.hash(Array(key.reveal().utf8)),
            hint: KeyFormat.hint(of: key), policy: policy,
            // Under a policy nil means all that it allows, then and later; a free key holds what it was given.
            scopes: policy == nil ? scopes ?? [] : scopes, limits: limits,
            expiresAt: expiresAt ?? spec?.expiresAfter.map { now + $0 }, owner: owner, metadata: metadata,
            createdAt: now, createdBy: actor)
        return (key, record)
    }
}
