package import HTTPTypes
import Spec
import Store
import Values

/// How a verdict looks on the wire, the same from the fast path, the router and the gate.
package enum KeyAnswer {
    /// 200 without a body for a pass, else the refusal.
    ///
    /// - Parameter deniedStatus: what a denial by limits answers: 429, or 403 for a proxy that takes no other status.
    package static func reply(
        _ verdict: KeyVerdict, scopes: [String], deniedStatus: HTTPResponse.Status = .tooManyRequests
    ) -> Reply {
        guard verdict.code == .valid, let key = verdict.key else {
            return refusal(error(verdict, scopes: scopes, deniedStatus: deniedStatus))
        }
        var headers = limitHeaders(verdict.limits)
        let record = key.grant.record
        // All four always, so that a proxy which copies them overwrites whatever a client sent under these names.
        headers.append(HTTPField(name: .xKeyID, value: record.id.text))
        headers.append(HTTPField(name: .xKeyPolicy, value: record.policy ?? ""))
        headers.append(HTTPField(name: .xKeyScopes, value: key.scopesText))
        headers.append(HTTPField(name: .xWorkspaceID, value: record.workspace))
        return Reply(.ok, headers: headers)
    }

    /// A refusal with its code and message in headers too: a proxy that cannot pass the body on writes the same one from them.
    package static func refusal(_ error: APIError) -> Reply {
        var reply = error.reply
        reply.headers[.xErrorCode] = error.code
        // As it stands between the quotes of a JSON string, in ASCII.
        reply.headers[.xErrorMessage] = String(JSON.string(error.message).text.dropFirst().dropLast())
        return reply
    }

    /// What refuses the call. Malformed and unknown keys look the same; the others are told apart for the key's holder.
    package static func error(
        _ verdict: KeyVerdict, scopes: [String], deniedStatus: HTTPResponse.Status = .tooManyRequests
    ) -> APIError {
        switch verdict.code {
        case .valid: preconditionFailure("a valid key is no error")
        case .malformed, .notFound: .refusedKey("api_key_invalid", "the API key is not known here")
        case .revoked: .refusedKey("api_key_revoked", "the API key has been revoked")
        case .disabled: .refusedKey("api_key_disabled", "the API key is disabled")
        case .expired: .refusedKey("api_key_expired", "the API key has expired")
        case .rotated: .refusedKey("api_key_rotated", "the API key has been replaced by a newer one")
        case .addressForbidden:
            APIError(.forbidden, code: "address_forbidden", message: "the API key may not be used from this address")
        case .insufficientScope: insufficientScope(verdict, scopes)
        case .rateLimited: rateLimited(verdict.limits, deniedStatus)
        }
    }

    /// A request that brings no key, or more than one.
    package static func error(_ presented: PresentedKey) -> APIError {
        switch presented {
        case .conflicting: .refusedKey("api_key_conflict", "the request carries two different API keys: send one")
        default:
            APIError(
                .unauthorized, code: "api_key_missing",
                message: "send an API key as Authorization: Bearer KEY or X-API-Key: KEY",
                headers: [.wwwAuthenticate: #"Bearer realm="reconcile""#])
        }
    }

    /// The headers of a counted answer; none where nothing is counted.
    ///
    /// `X-RateLimit-*` show the first of the report's windows, the IETF pair lists them in the same order
    /// (draft-ietf-httpapi-ratelimit-headers: an Item is a String, `q` and `w` of the policy, `r` and `t` of the state).
    package static func limitHeaders(_ report: LimitReport?) -> HTTPFields {
        var headers = HTTPFields()
        guard let report, let shown = report.shown else { return headers }
        headers.append(HTTPField(name: .xRateLimitLimit, value: String(shown.limit)))
        headers.append(HTTPField(name: .xRateLimitRemaining, value: String(shown.remaining)))
        headers.append(HTTPField(name: .xRateLimitReset, value: shown.resetsAt.description))
        var policy = ""
        var state = ""
        for use in report.windows {
            if !policy.isEmpty {
                policy += ", "
                state += ", "
            }
            policy += "\"\(use.window.name)\";q=\(use.limit);w=\(use.window.seconds)"
            state += "\"\(use.window.name)\";r=\(use.remaining);t=\(report.seconds(until: use))"
        }
        headers.append(HTTPField(name: .rateLimitPolicy, value: policy))
        headers.append(HTTPField(name: .rateLimit, value: state))
        return headers
    }

    private static func rateLimited(_ report: LimitReport?, _ status: HTTPResponse.Status) -> APIError {
        var headers = limitHeaders(report)
        if let seconds = report?.retryAfterSeconds { headers[.retryAfter] = String(seconds) }
        // Tells a proxy's configuration what a 403 in place of 429 was about.
        if status != .tooManyRequests { headers[.xCheckStatus] = "429" }
        let moment = report?.shown?.resetsAt.description ?? "a later time"
        return APIError(
            status, code: "rate_limit_exceeded", message: "Rate limit exceeded. Try again at \(moment)", headers: headers)
    }

    /// Names what is missing, never what the key holds.
    private static func insufficientScope(_ verdict: KeyVerdict, _ scopes: [String]) -> APIError {
        let held = verdict.key?.grant.scopes ?? []
        let missing = scopes.filter { !held.containsExactly($0) }
        var challenge = #"Bearer realm="reconcile", error="insufficient_scope""#
        // Only what RFC 6749 § 3.3 allows in a scope can stand between the quotes.
        let isToken = missing.allSatisfy { scope in
            !scope.isEmpty && scope.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        }
        if isToken { challenge += ", scope=\"\(missing.joined(separator: " "))\"" }
        return APIError(
            .forbidden, code: "insufficient_scope",
            message: isToken ? "the API key lacks \(missing.joined(separator: ", "))" : "the API key lacks a scope that is asked for",
            headers: [.wwwAuthenticate: challenge])
    }
}

extension APIError {
    fileprivate static func refusedKey(_ code: String, _ message: String) -> APIError { .unauthorized(code, message) }
}

extension HTTPField.Name {
    package static let xKeyID = literal("X-Key-Id")
    package static let xKeyPolicy = literal("X-Key-Policy")
    package static let xKeyScopes = literal("X-Key-Scopes")
    package static let xWorkspaceID = literal("X-Workspace-Id")
    package static let xRateLimitLimit = literal("X-RateLimit-Limit")
    package static let xRateLimitRemaining = literal("X-RateLimit-Remaining")
    package static let xRateLimitReset = literal("X-RateLimit-Reset")
    package static let rateLimitPolicy = literal("RateLimit-Policy")
    package static let rateLimit = literal("RateLimit")
    package static let xCheckStatus = literal("X-Check-Status")
    package static let xErrorCode = literal("X-Error-Code")
    package static let xErrorMessage = literal("X-Error-Message")
    package static let xRequiredScope = literal("X-Required-Scope")
}
