package import HTTPTypes
package import Values

/// Turns the credentials of a request into a principal, or into the answer that refuses it.
package struct Gate: Sendable {
    /// Checks a bearer JWT at a moment.
    package var token: @Sendable (_ token: String, _ now: Timestamp) throws(APIError) -> Principal
    /// Checks and counts an API key that must hold the scope; the headers tell what is left of its limits.
    package var key: @Sendable (_ call: Call, _ scope: String?) async throws -> (principal: Principal, headers: HTTPFields)

    package init(
        token: @escaping @Sendable (_ token: String, _ now: Timestamp) throws(APIError) -> Principal,
        key: @escaping @Sendable (_ call: Call, _ scope: String?) async throws -> (principal: Principal, headers: HTTPFields)
    ) {
        self.token = token
        self.key = key
    }

    /// Who makes this call, as its endpoint asks; the headers go with the answer.
    func admit(_ call: Call, to access: Endpoint.Access) async throws -> (principal: Principal?, headers: HTTPFields) {
        switch access {
        case .anyone, .ownKeyCheck:
            return (nil, [:])
        case .management(let role):
            return (try manager(call, role), [:])
        case .managementOrKey(let scope):
            if call.headers[.xAPIKey] == nil, let bearer = Self.bearer(call.headers), bearer.contains(".") {
                return (try manager(call, .member), [:])
            }
            let (principal, headers) = try await key(call, scope)
            return (principal, headers)
        }
    }

    private func manager(_ call: Call, _ role: Principal.Role) throws(APIError) -> Principal {
        guard let bearer = Self.bearer(call.headers) else {
            throw .unauthorized("token_missing", "send a management token as Authorization: Bearer TOKEN")
        }
        let principal = try token(bearer, call.now)
        guard principal.role >= role else {
            throw APIError(.forbidden, code: "admin_required", message: "this takes a token with role admin")
        }
        return principal
    }

    /// The credential behind `Authorization: Bearer` (RFC 6750 § 2.1; the scheme is case-insensitive).
    package static func bearer(_ headers: HTTPFields) -> String? {
        headers[.authorization].flatMap { AuthorizationField.bearer($0) }.map(String.init)
    }
}

extension APIError {
    /// 401 with the challenge that RFC 9110 § 15.5.2 demands.
    package static func unauthorized(_ code: String, _ message: String) -> APIError {
        APIError(
            .unauthorized, code: code, message: message,
            headers: [.wwwAuthenticate: #"Bearer realm="reconcile", error="invalid_token""#])
    }
}
