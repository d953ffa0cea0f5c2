import OpenSSL
package import Values

/// Signs the deliveries of one webhook in both families of the contract.
///
/// `X-Webhook-Signature` is over the body alone and keyed with the text of the secret; Standard Webhooks 1.0 is over
/// `id.timestamp.body` and keyed with the decoded secret. While a secret is being rotated the first keeps the old one, for
/// it can carry only one, and the second carries both.
package struct WebhookSigner: Sendable {
    private let plain: HMACSHA256
    private let standard: HMACSHA256
    private let previous: Previous?

    private struct Previous: Sendable {
        let plain: HMACSHA256
        let standard: HMACSHA256
        let until: Timestamp
    }

    /// - Parameter previous: the secret before this one, and the end of the overlap.
    package init(secret: Secret, previous: (secret: Secret, until: Timestamp)? = nil) {
        plain = HMACSHA256(key: Array(secret.reveal().utf8))
        standard = HMACSHA256(key: SigningSecret.standardKey(secret))
        self.previous = previous.map {
            Previous(
                plain: HMACSHA256(key: Array($0.secret.reveal().utf8)), standard: HMACSHA256(key: SigningSecret.standardKey($0.secret)),
                until: $0.until)
        }
    }

    /// The four signature headers of an attempt at `now`.
    ///
    /// - Parameter id: the same on every retry; without a full stop.
    package func headers(id: String, body: [UInt8], at now: Timestamp) -> [(name: String, value: String)] {
        let seconds = now.seconds
        let signed = Array("\(id).\(seconds).".utf8) + body
        let old = previous.flatMap { now < $0.until ? $0 : nil }
        var signatures = "v1,\(Base64.encode(standard.authenticate(signed)))"
        if let old { signatures += " v1,\(Base64.encode(old.standard.authenticate(signed)))" }
        return [
            ("X-Webhook-Signature", Hex.encode((old?.plain ?? plain).authenticate(body))),
            ("webhook-id", id),
            ("webhook-timestamp", String(seconds)),
            ("webhook-signature", signatures),
        ]
    }
}
