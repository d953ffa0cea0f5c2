import Foundation
import IntegrationRuntime
import TestSupport
import Testing
import Values

/// Project Wycheproof's signatures, where the vectors lie beside the repository.
struct WycheproofTests {
    /// Where we refuse what the vectors call valid, by the comment of the group: algorithms that are not offered.
    private static let unsupported: Set<String> = ["RS384", "RS512", "PS256", "PS384", "PS512", "ES521"]

    /// Single vectors on which we decide otherwise, and why.
    private static let exceptions: [Int: String] = [
        367: "the same bytes as the valid vector 357: the padding that its comment speaks of is not there",
        370: "the same bytes as the valid vector 357, like 367",
        372: "called valid with a `?` in the header part, which is no base64url (RFC 7515 § 2)",
        373: "called valid with a `?` in the payload part, like 372",
    ]

    @Test(.enabled(if: Vectors.wycheproof.isExpected, "\(Vectors.wycheproof.absence)"))
    func `our decision is Wycheproof's, but for algorithms that we do not offer`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Vectors.wycheproof.path)))
        let groups = try #require(try JSON(parsing: bytes)["testGroups"]?.array)
        var counted = 0
        var disagreements: [String] = []
        for group in groups {
            let key = try #require((group["public"] ?? group["private"])?.object)
            let algorithm = key["alg"]?.string ?? ""
            let verifier = verifier(key)
            for test in group["tests"]?.array ?? [] {
                counted += 1
                let isValid = test["result"]?.string == "valid"
                var isAccepted = false
                if let verifier, let text = test["jws"]?.string, let token = try? JSONWebSignature(compact: text) {
                    isAccepted = (try? verifier.verify(token)) != nil
                }
                let number = test["tcId"]?.integer ?? 0
                if Self.exceptions[number] != nil {
                    #expect(isAccepted != isValid, "\(number) is no exception any more")
                } else if isAccepted != isValid, !(isValid && Self.unsupported.contains(algorithm)) {
                    disagreements.append(
                        "\(number) \(algorithm) \(test["comment"]?.string ?? ""): \(isAccepted ? "accepted" : "refused")")
                }
            }
        }
        #expect(counted == 401)
        #expect(disagreements == [])
    }

    /// Nil for a key that we do not take.
    private func verifier(_ key: JSONObject) -> TokenVerifier? {
        if key["kty"]?.string == "oct" {
            guard let secret = key["k"]?.string.flatMap({ Base64URL.decode($0) }) else { return nil }
            return TokenVerifier(keys: [VerificationKey(sharedSecret: secret, id: key["kid"]?.string)])
        }
        return (try? JSONWebKeySet.key(key)).map { TokenVerifier(keys: [$0]) }
    }
}
