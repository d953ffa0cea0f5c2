import Curl
import Foundation
import Reconciler
import Spec
import Testing
import Values

@testable import IntegrationRuntime

/// One rule, wherever it is asked: what one layer takes, the next can use.
struct AgreementTests {
    @Test(arguments: ["203.0.113.0/024", "10.0.0.1/8", "1::2::3", "fe80::1%eth0", ""])
    func `a flag takes no network that a manifest may not name`(text: String) throws {
        #expect(throws: ConfigurationError.self) { try RuntimeConfiguration.networks([text]) }
    }

    @Test func `what the flow reserves, a manifest may not set`() throws {
        for name in IntegrationRules.reservedAuthorizationParameters {
            #expect(IntegrationRules.authorizationParameterProblem(name) != nil, "\(name)")
        }
        for name in ["request", "request_uri", "code", "code_verifier"] {
            #expect(IntegrationRules.reservedAuthorizationParameters.contains(name))
        }
        // Each is one that the token request refuses.
        for name in ["client_id", "client_secret", "client_assertion", "client_assertion_type", "code", "grant_type", "redirect_uri"] {
            #expect(IntegrationRules.tokenParameterProblem(name) != nil, "\(name)")
            let request = TokenRequest.exchange(
                code: Secret("c"), redirectURI: "https://app.example", verifier: nil, at: "https://as.example/token",
                client: .init(id: "c", secret: nil, method: .none), parameters: [.init(name: name, value: "x")])
            #expect(throws: OAuthError.self, "\(name)") { try request.request(timeout: .seconds(1)) }
        }
    }

    @Test(arguments: [(10, 9), (10, 10), (1, nil), (nil, 1), (nil, nil)] as [(Int?, Int?)])
    func `limits are judged the same in a manifest and over HTTP`(hour: Int?, day: Int?) {
        let manifest = KeyPolicyRules.limitProblem(hour: hour, day: day)
        #expect(manifest == RateLimits(perHour: hour, perDay: day).problem.map { "`rateLimitPerDay` \($0)" })
        #expect((manifest == nil) == !(hour == 10 && day == 9))
        #expect(RateLimits.range.upperBound == RateLimits.maximum)
    }

    @Test(arguments: [
        ("https://runtime.example", true), ("http://127.0.0.1:8080", true), ("http://127.0.0.2", true), ("http://[::1]:8080", true),
        ("http://localhost", true), ("http://localhost:8080/", true), ("http://127.0.0.1.example", false), ("http://10.0.0.1", false),
        ("http://127.0.0.1@elsewhere.example", false), ("http://[::2]", false), ("https://", false), ("ftp://localhost", false),
    ])
    func `what counts as loopback is the same for tokens, key sets and manifests`(address: String, isTaken: Bool) async throws {
        #expect((URLRules.endpoint.problem(address) == nil) == isTaken)
        #expect(((try? RemoteAPI(server: address, token: Secret("t"))) != nil) == isTaken)
    }
}
