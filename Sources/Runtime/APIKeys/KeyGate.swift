package import HTTPTypes
import Store
import Values

/// Admits calls of our own endpoints by API key, counting them like any other use of the key.
package struct KeyGate: Sendable {
    private let checker: KeyChecker

    package init(_ checker: KeyChecker) {
        self.checker = checker
    }

    /// The key's workspace as a principal, with the headers that tell how its limits stand; throws the refusal.
    package func admit(_ call: Call, scope: String?) async throws(APIError) -> (principal: Principal, headers: HTTPFields) {
        let presented = PresentedKey(call.headers)
        guard case .one(let key) = presented else { throw KeyAnswer.error(presented) }
        let scopes = scope.map { [$0] } ?? []
        let question = KeyChecker.Question(key: key, scopes: scopes, address: call.clientAddress)
        let verdict = try await checker.verdict(on: question, at: call.now)
        guard verdict.code == .valid, let live = verdict.key else { throw KeyAnswer.error(verdict, scopes: scopes) }
        let record = live.grant.record
        let principal = Principal(subject: record.id.text, workspace: .one(record.workspace), role: .member)
        return (principal, KeyAnswer.limitHeaders(verdict.limits))
    }
}
