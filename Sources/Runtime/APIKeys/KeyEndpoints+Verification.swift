import HTTPTypes
import Values

extension KeyEndpoints {
    /// Checks a key that somebody presented to the caller; counts like any other use. Answers 200 whatever the outcome.
    var verify: Endpoint {
        Endpoint(
            .post, Self.path + "/verify", name: "verifyAPIKey", summary: "Check and count an API key, with the reason for a refusal",
            access: .management(.member),
            body: [
                "type": "object", "required": ["key"], "additionalProperties": false,
                "properties": [
                    "key": ["type": "string", "maxLength": 512],
                    "scopes": ["type": "array", "items": ["type": "string"], "maxItems": 100],
                    "cost": [
                        "type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 1,
                        "description": "How many calls it counts as; 0 looks and counts nothing",
                    ],
                    "ipAddress": ["type": "string", "description": "Where the key was used from; else the caller's address"],
                ],
            ],
            answers: [.init(.ok, "The outcome", schema: .schema("KeyVerification"))]
        ) { call in
            var fields = try Fields(try call.json())
            let key = fields.requiredString("key", isKept: false) { $0.utf8.count > 512 ? "is longer than 512 bytes" : nil }
            let scopes = fields.strings("scopes", isKept: false) { _ in nil } ?? []
            let cost = fields.integer("cost", in: 0...1_000_000) ?? 1
            let given = fields.string("ipAddress") { IPAddress($0) == nil ? "is no IP address" : nil }
            try fields.finish()
            let question = KeyChecker.Question(
                key: Array(key.utf8), scopes: scopes, address: given.flatMap { IPAddress($0) } ?? call.clientAddress,
                cost: cost, workspace: call.workspaceFilter)
            let verdict = try await checker.verdict(on: question, at: call.now)
            return Reply(.ok, KeyVerification.json(verdict), headers: KeyAnswer.limitHeaders(verdict.limits))
        }
    }
}
