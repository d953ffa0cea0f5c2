import HTTPTypes
import Spec
package import Values

/// The check that a proxy asks about every request: nginx's `auth_request`, `forward_auth`, Envoy's `ext_authz`.
package struct KeyCheckEndpoints: EndpointGroup {
    private let checker: KeyChecker

    package init(checker: KeyChecker) {
        self.checker = checker
    }

    package var tag: (name: String, summary: String) { ("Key checks", "What a proxy asks about each request") }
    package var schemas: [(name: String, schema: JSON)] { [] }

    package var endpoints: [Endpoint] {
        let required = Endpoint.Parameter(
            "X-Required-Scope", in: .header, "Scopes that the key must hold besides, separated by spaces or commas")
        let answers = [
            Endpoint.Answer(
                .ok, "The key may pass; X-Key-Id, X-Key-Policy, X-Key-Scopes and X-Workspace-Id say whose it is",
                headers: [HTTPField.Name.xKeyID, .xKeyPolicy, .xKeyScopes, .xWorkspaceID].map { (name: $0, schema: ["type": "string"]) }),
            Endpoint.Answer(.unauthorized, "No key, two different keys, or one that is not in force", schema: .schema("Error")),
            Endpoint.Answer(.forbidden, "The key lacks a scope, or comes from an address outside its networks", schema: .schema("Error")),
            Endpoint.Answer(.tooManyRequests, "A limit is reached", schema: .schema("Error")),
        ]
        return [
            Endpoint(
                nil, "/auth/check", name: "checkKey", summary: "Check and count an API key, for a proxy in front of your API",
                access: .ownKeyCheck,
                parameters: [
                    Endpoint.Parameter("scope", "A scope that the key must hold; may stand more than once"),
                    Endpoint.Parameter(
                        "deny_status", "What a reached limit answers, for proxies that take no 429",
                        schema: ["type": "string", "enum": ["403", "429"]]),
                    required,
                ],
                answers: answers
            ) { [self] call in
                guard let status = Self.deniedStatus(call.query("deny_status")) else {
                    throw APIError.invalid("deny_status", "must be 403 or 429")
                }
                let asked = call.query.filter { $0.name == "scope" }.map(\.value)
                return try await reply(to: call, scopes: asked + Self.requiredScopes(call.headers), deniedStatus: status)
            },
            // The path and the query behind the prefix are the client's own, so nothing is read from them.
            Endpoint(
                nil, "/auth/check/{rest...}", name: "checkKeyForPath",
                summary: "Check and count an API key, for a proxy that appends the client's path",
                access: .ownKeyCheck, parameters: [required], answers: answers
            ) { [self] call in
                try await reply(to: call, scopes: Self.requiredScopes(call.headers), deniedStatus: .tooManyRequests)
            },
        ]
    }

    private func reply(to call: Call, scopes: [String], deniedStatus: HTTPResponse.Status) async throws -> Reply {
        let presented = PresentedKey(call.headers)
        guard case .one(let key) = presented else { return KeyAnswer.refusal(KeyAnswer.error(presented)) }
        let question = KeyChecker.Question(
            key: key, scopes: scopes, address: call.clientAddress)
        return KeyAnswer.reply(try await checker.verdict(on: question, at: call.now), scopes: scopes, deniedStatus: deniedStatus)
    }

    /// Nil for a value that means nothing.
    static func deniedStatus(_ text: String?) -> HTTPResponse.Status? {
        switch text {
        case nil, "429": .tooManyRequests
        case "403": .forbidden
        default: nil
        }
    }

    static func requiredScopes(_ headers: HTTPFields) -> [String] {
        headers[values: .xRequiredScope].flatMap(requiredScopes)
    }

    /// The scopes of one field value.
    static func requiredScopes(_ value: String) -> [String] {
        value.split { $0 == " " || $0 == "," || $0 == "\t" }.map(String.init)
    }
}
