import Spec
import Values

extension KeyEndpoints {
    /// Reads the body of a creation; what only the declared policies and scopes can tell is checked later.
    static func issue(from json: JSON) throws(APIError) -> KeyIssue {
        var fields = try Fields(json)
        let name = fields.requiredString("name", check: KeyIssue.nameProblem)
        var issue = KeyIssue(name: name)
        issue.policy = fields.string("policy")
        issue.scopes = fields.strings("scopes") { $0.isEmpty ? "must not be empty" : nil }
        if let count = issue.scopes?.count, count > 100 { fields.report("scopes", "has more than 100 entries") }
        issue.limits = RateLimits(
            perHour: fields.integer("rateLimitPerHour", in: RateLimits.range),
            perDay: fields.integer("rateLimitPerDay", in: RateLimits.range))
        issue.expiresAt = fields.timestamp("expiresAt")
        issue.owner = fields.string("owner")
        issue.metadata = fields.value("metadata")
        try fields.finish()
        return issue
    }

    static let creationSchema: JSON = [
        "type": "object", "required": ["name"], "additionalProperties": false,
        "properties": [
            "name": ["type": "string", "minLength": 1, "maxLength": .integer(KeyIssue.maximumNameLength)],
            "policy": ["type": "string", "description": "A key policy of the manifest; the key can only narrow it"],
            "scopes": [
                "type": "array", "items": ["type": "string", "minLength": 1], "maxItems": 100,
                "description": "Left out, all that the policy allows; without a policy, none",
            ],
            "rateLimitPerHour": [
                "type": "integer", "minimum": .integer(RateLimits.range.lowerBound), "maximum": .integer(RateLimits.range.upperBound),
            ],
            "rateLimitPerDay": [
                "type": "integer", "minimum": .integer(RateLimits.range.lowerBound), "maximum": .integer(RateLimits.range.upperBound),
            ],
            "expiresAt": ["type": "string", "format": "date-time"],
            "owner": ["type": "string", "pattern": .string(KeyOwnerRules.pattern)],
            "metadata": ["type": "object"],
        ],
    ]
}
