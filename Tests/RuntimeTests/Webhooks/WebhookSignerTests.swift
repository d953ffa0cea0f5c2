import OpenSSL
import Reconciler
import Spec
import Testing
import Values

@testable import IntegrationRuntime

struct WebhookSignerTests {
    private func header(_ name: String, _ headers: [(name: String, value: String)]) -> String? {
        headers.first { $0.name == name }?.value
    }

    @Test(arguments: [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", Int64(1_614_265_330), #"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        ),
        (
            "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD", "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", Int64(1_649_367_553),
            #"{"email":"test@example.com","username":"test_user"}"#, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw="
        ),
    ])
    func `the published vectors of Standard Webhooks`(secret: String, id: String, timestamp: Int64, body: String, signature: String) {
        let headers = WebhookSigner(secret: Secret(secret)).headers(id: id, body: Array(body.utf8), at: Timestamp(seconds: timestamp))
        #expect(header("webhook-signature", headers) == signature)
        #expect(header("webhook-timestamp", headers) == String(timestamp))
        #expect(header("webhook-id", headers) == id)
    }

    @Test func `the plain signature is keyed with the whole text of the secret`() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let body = Array(#"{"a":1}"#.utf8)
        let headers = WebhookSigner(secret: Secret(secret)).headers(id: "evt_1", body: body, at: Timestamp(seconds: 1))
        #expect(header("X-Webhook-Signature", headers) == Hex.encode(HMACSHA256(key: Array(secret.utf8)).authenticate(body)))
    }

    @Test func `in a rotation both secrets sign, the plain header with the old one until the end`() throws {
        let (new, old) = (SigningSecret.generate(), SigningSecret.generate())
        let end = Timestamp(seconds: 100)
        let rotating = WebhookSigner(secret: new, previous: (old, end))
        let body = Array("{}".utf8)
        let during = rotating.headers(id: "evt_1", body: body, at: Timestamp(seconds: 99))
        let of = { (secret: Secret, moment: Timestamp) in WebhookSigner(secret: secret).headers(id: "evt_1", body: body, at: moment) }
        let newAlone = try #require(header("webhook-signature", of(new, Timestamp(seconds: 99))))
        let oldAlone = try #require(header("webhook-signature", of(old, Timestamp(seconds: 99))))
        #expect(header("webhook-signature", during) == "\(newAlone) \(oldAlone)")
        #expect(header("X-Webhook-Signature", during) == header("X-Webhook-Signature", of(old, end)))
        let after = rotating.headers(id: "evt_1", body: body, at: end)
        #expect(header("webhook-signature", after) == header("webhook-signature", of(new, end)))
        #expect(header("X-Webhook-Signature", after) == header("X-Webhook-Signature", of(new, end)))
    }

    @Test func `generated secrets are whsec_ and 32 bytes, and never the same`() throws {
        let secrets = (0..<100).map { _ in SigningSecret.generate().reveal() }
        #expect(Set(secrets).count == 100)
        for secret in secrets {
            #expect(secret.hasPrefix("whsec_"))
            #expect(SigningSecret.standardKey(Secret(secret)).count == 32)
        }
    }

    @Test func `keys with and without padding and prefix are one key, and free text is a key as it stands`() {
        let key = SigningSecret.standardKey(Secret("whsec_AAECAwQFBgcICQoLDA0ODw=="))
        #expect(key == Array(0..<16))
        #expect(SigningSecret.standardKey(Secret("whsec_AAECAwQFBgcICQoLDA0ODw")) == key)
        #expect(SigningSecret.standardKey(Secret("AAECAwQFBgcICQoLDA0ODw==")) == key)
        #expect(SigningSecret.standardKey(Secret("not base 64 at all!")) == Array("not base 64 at all!".utf8))
    }

    @Test func `a rotated secret is read back as it was written`() throws {
        let stored = PreviousSecret.write(Secret("whsec_x y"), until: Timestamp(milliseconds: 77))
        let read = try #require(PreviousSecret.read(stored))
        #expect(read.secret == Secret("whsec_x y"))
        #expect(read.until == Timestamp(milliseconds: 77))
    }
}
