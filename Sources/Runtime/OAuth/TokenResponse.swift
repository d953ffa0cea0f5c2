package import Spec
package import Values

/// What a token endpoint grants (RFC 6749 § 5.1), read strictly; only a quirk that the catalogue names relaxes a rule.
package struct TokenResponse: Sendable, Equatable {
    package var accessToken: Secret
    /// As the provider spells it; it means Bearer.
    package var tokenType: String
    /// Nil where the response does not say.
    package var expiresIn: Duration?
    /// Nil where the response has none: the one in hand stays valid (§ 6).
    package var refreshToken: Secret?
    /// Nil where the response does not say: as requested (§ 5.1).
    package var scopes: [String]?
    /// Members that the catalogue asks to keep, such as `instance_url`.
    package var metadata: [String: String]

    /// No token lives longer; a larger number is a mistake of the provider's and is cut.
    static let longestLife: Duration = .seconds(10 * 366 * 86_400)

    /// Reads a response or says of which class the failure is.
    package init(_ response: ProviderResponse, config: EffectiveConfig) throws(TokenFailure) {
        guard response.status == 200 else { throw TokenFailure(response, config: config) }
        guard response.header("Content-Type").map(MediaType.isJSON) == true else {
            throw TokenFailure(.malformed, "the token response is not JSON by its Content-Type")
        }
        let json: JSON
        do throws(JSONSyntaxError) { json = try JSON(parsing: response.body) } catch {
            throw TokenFailure(.malformed, "the token response is not valid JSON")
        }
        guard json.object != nil else { throw TokenFailure(.malformed, "the token response is not a JSON object") }
        if config.errors.withStatus200, json["error"] != nil { throw TokenFailure(response, config: config) }
        accessToken = try Self.token(json, "access_token", isRequired: true) ?? Secret("")
        tokenType = try Self.type(json, mayBeMissing: config.acceptsMissingTokenType)
        expiresIn = try Self.life(json["expires_in"])
        refreshToken = try Self.token(json, "refresh_token", isRequired: false)
        switch json["scope"] {
        case nil: scopes = nil
        case .string(let text)?: scopes = ScopeSeparator.scopes(inResponse: text)
        default: throw TokenFailure(.malformed, "`scope` of the token response is not a string")
        }
        metadata = Self.metadata(json, config: config)
    }

    private static func token(_ json: JSON, _ name: String, isRequired: Bool) throws(TokenFailure) -> Secret? {
        guard let value = json[name] else {
            if isRequired { throw TokenFailure(.malformed, "the token response has no `\(name)`") }
            return nil
        }
        guard let text = value.string, !text.isEmpty else {
            throw TokenFailure(.malformed, "`\(name)` of the token response is not a string with something in it")
        }
        // It is to stand in a header (RFC 6750 § 2.1) or a form; a line break would be somebody's attack.
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw TokenFailure(.malformed, "`\(name)` of the token response has characters that no token has")
        }
        return Secret(text)
    }

    /// § 7.1: a client must not use a token of a type that it does not understand; types compare without case.
    private static func type(_ json: JSON, mayBeMissing: Bool) throws(TokenFailure) -> String {
        guard let value = json["token_type"] else {
            if mayBeMissing { return "Bearer" }
            throw TokenFailure(.malformed, "the token response has no `token_type`")
        }
        guard let text = value.string else { throw TokenFailure(.malformed, "`token_type` of the token response is not a string") }
        guard text.isCaselesslyEqual(to: "bearer") else {
            throw TokenFailure(.malformed, "the token response has a `token_type` other than Bearer")
        }
        return text
    }

    /// A number or a numeric string, as providers send both; 0 is a token that has ended already.
    private static func life(_ value: JSON?) throws(TokenFailure) -> Duration? {
        let number: Double?
        switch value {
        case nil, .null?: return nil
        case .number(let seconds)?: number = seconds
        case .string(let text)? where !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }:
            number = Double(text)
        default: number = nil
        }
        guard let number, number >= 0, number.isFinite else {
            throw TokenFailure(.malformed, "`expires_in` of the token response is not a number of seconds")
        }
        return min(.seconds(Int64(min(number, 1e10))), longestLife)
    }

    /// An address among the metadata is kept only where its host may be sent a token (RFC 9700 § 4.9).
    private static func metadata(_ json: JSON, config: EffectiveConfig) -> [String: String] {
        var kept: [String: String] = [:]
        for name in config.metadataFields {
            guard let text = json[name]?.string, text.utf8.count <= 1024 else { continue }
            if text.contains("://") {
                guard let url = try? WebURL(text), url.isSecure, !url.hasUserInfo, config.provider.allows(host: url.host) else { continue }
            }
            kept[name] = text
        }
        return kept
    }
}
