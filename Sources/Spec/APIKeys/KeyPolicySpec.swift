package import Values

/// What a key issued under the policy may do.
package struct KeyPolicySpec: Sendable, Equatable {
    package var description: String?
    package var prefix: String
    /// The most a key can hold; `posts:*` covers every scope below `posts:`.
    package var scopes: [String]
    package var rateLimitPerHour: Int?
    package var rateLimitPerDay: Int?
    package var expiresAfter: Duration?
    package var rotation: Rotation?
    /// Nil lets every address in.
    package var allowedCIDRs: [String]?

    package struct Rotation: Sendable, Equatable {
        package var every: Duration
        package var overlap: Duration

        package init(every: Duration, overlap: Duration) {
            self.every = every
            self.overlap = overlap
        }
    }

    package static let defaultPrefix = "sk_live"

    package init(
        description: String? = nil, prefix: String = Self.defaultPrefix, scopes: [String] = [],
        rateLimitPerHour: Int? = nil, rateLimitPerDay: Int? = nil, expiresAfter: Duration? = nil,
        rotation: Rotation? = nil, allowedCIDRs: [String]? = nil
    ) {
        self.description = description
        self.prefix = prefix
        self.scopes = scopes
        self.rateLimitPerHour = rateLimitPerHour
        self.rateLimitPerDay = rateLimitPerDay
        self.expiresAfter = expiresAfter
        self.rotation = rotation
        self.allowedCIDRs = allowedCIDRs
    }

    package var json: JSON {
        var object = JSONObject()
        object["description"] = description.map(JSON.string)
        object["prefix"] = .string(prefix)
        object["scopes"] = .strings(scopes)
        object["rateLimitPerHour"] = rateLimitPerHour.map { .integer($0) }
        object["rateLimitPerDay"] = rateLimitPerDay.map { .integer($0) }
        object["expiresAfter"] = expiresAfter.map { .string($0.manifestText) }
        object["rotation"] = rotation.map {
            ["every": .string($0.every.manifestText), "overlap": .string($0.overlap.manifestText)]
        }
        object["allowedCIDRs"] = allowedCIDRs.map { .strings($0) }
        return .object(object)
    }

    package init?(json: JSON) {
        guard let prefix = json["prefix"]?.string, let scopes = json["scopes"]?.strings else { return nil }
        var rotation: Rotation?
        if let value = json["rotation"] {
            guard let every = value["every"]?.duration, let overlap = value["overlap"]?.duration else { return nil }
            rotation = Rotation(every: every, overlap: overlap)
        }
        self.init(
            description: json["description"]?.string, prefix: prefix, scopes: scopes,
            rateLimitPerHour: json["rateLimitPerHour"]?.integer, rateLimitPerDay: json["rateLimitPerDay"]?.integer,
            expiresAfter: json["expiresAfter"]?.duration, rotation: rotation,
            allowedCIDRs: json["allowedCIDRs"]?.strings)
    }
}

extension JSON {
    /// A span in the manifest's text form.
    package var duration: Duration? {
        string.flatMap { Duration(manifestText: $0) }
    }
}
