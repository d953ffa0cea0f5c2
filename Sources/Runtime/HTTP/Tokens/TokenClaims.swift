import Spec
import Values

/// The claims that a management token carries, read and checked.
struct TokenClaims: Sendable {
    let principal: Principal

    /// - Parameter payload: of a token whose signature has been verified.
    init(_ payload: [UInt8], at now: Timestamp, audience: String?, issuer: String?) throws(TokenError) {
        guard let claims = try? JSON(parsing: payload, refusesDuplicateKeys: true).object else {
            throw TokenError(.malformed, "the token's claims are not a JSON object with unique members")
        }
        try Self.checkTimes(claims, at: now)
        if let issuer {
            guard claims["iss"]?.string?.isExactly(issuer) == true else {
                throw TokenError(.wrongIssuer, "the token's iss is not the expected issuer")
            }
        }
        if let audience {
            let named = claims["aud"].flatMap { $0.strings ?? $0.string.map { [$0] } } ?? []
            guard named.containsExactly(audience) else { throw TokenError(.wrongAudience, "the token's aud does not name this service") }
        }
        guard let subject = claims["sub"]?.string, Self.isName(subject) else {
            throw TokenError(.invalidClaim, "the token needs a claim sub with the user's name")
        }
        guard let workspace = claims["workspaceId"]?.string else {
            throw TokenError(.invalidClaim, "the token needs a claim workspaceId with the workspace's name")
        }
        // Names beyond the rule could look like each other; what an old state holds under one is reached with `*`.
        guard workspace == "*" || WorkspaceName.problem(workspace) == nil else {
            throw TokenError(
                .invalidClaim,
                "the token's workspaceId is no workspace's name, which is 1 to 63 lower-case letters, digits and inner hyphens")
        }
        var role = Principal.Role.member
        if let value = claims["role"] {
            guard let known = value.string.flatMap(Principal.Role.init(rawValue:)) else {
                throw TokenError(.invalidClaim, "the token's role is neither member nor admin")
            }
            role = known
        }
        guard workspace != "*" || role == .admin else {
            throw TokenError(.invalidClaim, "a token for all workspaces needs role admin")
        }
        principal = Principal(subject: subject, workspace: workspace == "*" ? .all : .one(workspace), role: role)
    }

    private static func checkTimes(_ claims: JSONObject, at now: Timestamp) throws(TokenError) {
        guard let expiry = try moment("exp", in: claims) else {
            throw TokenError(.invalidClaim, "the token needs a claim exp")
        }
        // "MUST NOT be accepted on or after" (RFC 7519 § 4.1.4).
        guard now < expiry else { throw TokenError(.expired, "the token has expired") }
        for name in ["nbf", "iat"] {
            if let start = try moment(name, in: claims), now + TokenVerifier.leeway < start {
                throw TokenError(.notYetValid, "the token is not valid yet (\(name))")
            }
        }
    }

    /// A NumericDate (RFC 7519 § 2): seconds, perhaps with a fraction.
    private static func moment(_ name: String, in claims: JSONObject) throws(TokenError) -> Timestamp? {
        guard let value = claims[name] else { return nil }
        guard let seconds = value.number, seconds.isFinite, abs(seconds) < 1e12 else {
            throw TokenError(.invalidClaim, "the token's \(name) is not a number of seconds")
        }
        return Timestamp(milliseconds: Int64(seconds * 1000))
    }

    private static func isName(_ text: String) -> Bool {
        (1...255).contains(text.utf8.count) && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
    }
}
