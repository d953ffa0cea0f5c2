import Foundation
import IntegrationRuntime
import OpenSSL
import Spec
import TestSupport
import Testing

/// Project Wycheproof's signatures, where the vectors lie beside the repository.
struct WycheproofTests {
    private static let path = "\(packageRoot)/../shared/vectors/json_web_signature_test.json"
    static var isPresent: Bool { FileManager.default.fileExists(atPath: path) }

    /// Where we refuse what the vectors call valid, by the comment of the group: algorithms that are not offered.
    private static let unsupported: Set<String> = ["RS384", "RS512", "PS256", "PS384", "PS512", "ES521"]

    @Test(.enabled(if: isPresent))
    func `our decision is Wycheproof's, but for algorithms that we do not offer`() throws {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: Self.path)))
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
                if isAccepted != isValid, !(isValid && Self.unsupported.contains(algorithm)) {
                    disagreements.append(
                        "\(test["tcId"]?.integer ?? 0) \(algorithm) \(test["comment"]?.string ?? ""): \(isAccepted ? "accepted" : "refused")")
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
