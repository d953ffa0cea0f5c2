package import Values

/// A JWS in compact form (RFC 7515 § 3.1), taken apart and not yet verified.
package struct JSONWebSignature: Sendable {
    package var algorithm: String
    package var keyID: String?
    package var header: JSONObject
    package var payload: [UInt8]
    package var signature: [UInt8]
    /// `BASE64URL(header) "." BASE64URL(payload)`, which is what was signed.
    package var signingInput: [UInt8]

    /// Longer tokens are refused unread.
    package static let maximumBytes = 8192

    /// Reads a token strictly.
    ///
    /// Refused besides what is no JWS: padding, white space and other spellings of base64url (RFC 7515 § 2), a member
    /// named twice (§ 4), any `crit` (§ 4.1.11) and `b64` (RFC 7797, which must be critical), five parts (an encrypted
    /// token), the JSON serialisations. Keys that the header brings (`jwk`, `jku`, `x5c`, `x5u`) are never looked at
    /// (RFC 8725 § 3.10).
    package init(compact text: String) throws(TokenError) {
        let bytes = Array(text.utf8)
        guard bytes.count <= Self.maximumBytes else {
            throw TokenError(.malformed, "the token is longer than \(Self.maximumBytes) bytes")
        }
        let parts = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[0].isEmpty else {
            throw TokenError(.malformed, "the token is not a signed JWT of three parts")
        }
        guard let header = Base64URL.decode(parts[0]), let payload = Base64URL.decode(parts[1]),
            let signature = Base64URL.decode(parts[2])
        else { throw TokenError(.malformed, "a part of the token is not base64url without padding") }
        guard let object = try? JSON(parsing: header, refusesDuplicateKeys: true).object else {
            throw TokenError(.malformed, "the token's header is not a JSON object with unique members")
        }
        guard let algorithm = object["alg"]?.string else {
            throw TokenError(.malformed, "the token's header has no alg")
        }
        guard object["crit"] == nil, object["b64"] == nil else {
            throw TokenError(.criticalExtension, "the token's header demands an extension that is not supported")
        }
        if let value = object["kid"] {
            guard let kid = value.string, kid.utf8.count <= 256 else {
                throw TokenError(.malformed, "the token's kid is not a string of at most 256 bytes")
            }
            keyID = kid
        }
        self.algorithm = algorithm
        self.header = object
        self.payload = payload
        self.signature = signature
        signingInput = Array(bytes[..<(parts[2].startIndex - 1)])
    }
}
