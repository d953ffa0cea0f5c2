/// The signing secret of a webhook: `whsec_` and base 64, as Standard Webhooks 1.0 writes it.
package enum SigningSecret {
    package static let prefix = "whsec_"

    /// - Parameter key: random, 24 to 64 bytes (Standard Webhooks 1.0).
    package static func secret(key: [UInt8]) -> Secret { Secret(prefix + Base64.encode(key)) }

    /// The key of Standard Webhooks signatures: what stands behind the prefix, decoded.
    ///
    /// Padding may be missing. A secret of another form, chosen by a user, is a key as it stands.
    package static func standardKey(_ secret: Secret) -> [UInt8] {
        let text = secret.reveal()
        let encoded = text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : text
        let padded = encoded + String(repeating: "=", count: (4 - encoded.utf8.count % 4) % 4)
        if let key = Base64.decode(padded), !key.isEmpty { return key }
        return Array(text.utf8)
    }

    /// What is wrong with a secret that a user sets, or nil.
    package static func problem(_ secret: Secret) -> String? {
        let text = secret.reveal()
        guard text.utf8.count >= 16 else { return "must have at least 16 characters; leave it out to have one generated" }
        guard text.utf8.count <= 512 else { return "must have at most 512 characters" }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return "must be printable ASCII without spaces" }
        return nil
    }
}
