import OpenSSL
package import Values

/// The public keys of an issuer (RFC 7517 § 5).
package struct JSONWebKeySet: Sendable {
    package let keys: [VerificationKey]

    /// More keys than these are refused: a token without `kid` is tried against all of its algorithm.
    package static let maximumKeys = 64

    /// Reads the document of a file or an issuer's address.
    ///
    /// Keys of other types, curves, algorithms or uses are skipped (RFC 7517 § 5: "ignore JWKs … not understood"). A
    /// secret or private key is an error: a document that holds one is not the public one. No usable key is an error too.
    package init(parsing document: [UInt8]) throws(TokenError) {
        guard document.count <= 1 << 20, let json = try? JSON(parsing: document, refusesDuplicateKeys: true),
            let members = json["keys"]?.array
        else { throw TokenError(.malformed, "the key set is not a JSON object with a list `keys`") }
        guard members.count <= Self.maximumKeys else {
            throw TokenError(.malformed, "the key set has more than \(Self.maximumKeys) keys")
        }
        var keys: [VerificationKey] = []
        var skipped: [String] = []
        for (position, member) in members.enumerated() {
            guard let object = member.object else { throw TokenError(.malformed, "keys.\(position) is not an object") }
            if object["k"] != nil || object["d"] != nil {
                throw TokenError(.malformed, "keys.\(position) holds a secret or private key: publish the public set only")
            }
            do {
                keys.append(try Self.key(object))
            } catch {
                skipped.append("keys.\(position): \(error.message)")
            }
        }
        guard !keys.isEmpty else {
            throw TokenError(.unknownKey, "the key set has no key for RS256, ES256 or EdDSA" + (skipped.first.map { " (\($0))" } ?? ""))
        }
        self.keys = keys
    }

    /// One key; its type alone decides the algorithm, and an `alg` that says otherwise disqualifies it.
    package static func key(_ object: JSONObject) throws(TokenError) -> VerificationKey {
        func refuse(_ message: String) -> TokenError { TokenError(.unknownKey, message) }
        if let use = object["use"], use.string != "sig" { throw refuse("its use is not sig") }
        if let operations = object["key_ops"] {
            guard let names = operations.strings, names.contains("verify") else { throw refuse("its key_ops lack verify") }
        }
        func bytes(_ name: String) throws(TokenError) -> [UInt8] {
            guard let text = object[name]?.string, let bytes = Base64URL.decode(text), !bytes.isEmpty else {
                throw refuse("`\(name)` is not base64url")
            }
            return bytes
        }
        let key: PublicKey
        do {
            switch (object["kty"]?.string, object["crv"]?.string) {
            case ("RSA", _): key = try PublicKey(rsaModulus: try bytes("n"), exponent: try bytes("e"))
            case ("EC", "P-256"): key = try PublicKey(p256X: try bytes("x"), y: try bytes("y"))
            case ("OKP", "Ed25519"): key = try PublicKey(ed25519: try bytes("x"))
            default: throw refuse("its type or curve is not supported")
            }
        } catch let error as TokenError {
            throw error
        } catch let error as CryptoError {
            throw refuse(error.message)
        } catch {
            throw refuse("it cannot be read")
        }
        if let algorithm = object["alg"] {
            // RFC 9864 renames EdDSA with this curve; the tokens that we take say EdDSA.
            guard algorithm.string == key.algorithm.rawValue || (key.algorithm == .edDSA && algorithm.string == "Ed25519") else {
                throw refuse("its alg is not \(key.algorithm.rawValue)")
            }
        }
        if let id = object["kid"], id.string == nil { throw refuse("its kid is not a string") }
        return VerificationKey(publicKey: key, id: object["kid"]?.string)
    }
}
