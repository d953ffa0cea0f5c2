package import Spec
import Store
package import Values

/// A webhook as the engine needs it: opened secrets, keyed signers, nothing left to look up.
package struct WebhookRoute: Sendable, CustomStringConvertible, CustomReflectable {
    package let id: WebhookID
    package let workspace: String
    package let name: String
    package let url: String
    package let events: [String]
    /// In the order written; any value may be a credential, so each is revealed where it is sent and nowhere else.
    package let headers: [(name: String, value: Secret)]
    package let retryConfig: WebhookSpec.RetryConfig
    package let signer: WebhookSigner?
    /// Why it takes no deliveries at present; nil for one that does.
    package let parkedReason: String?
    /// Moves when the row or a secret of it does.
    let mark: String

    package var description: String { "the route of \(id)" }
    package var customMirror: Mirror { Mirror(self, children: []) }

    init(_ record: WebhookRecord, secrets: Result<[String: Secret], StoreError>, mark: String) {
        id = record.id
        workspace = record.workspace
        name = record.name
        url = record.spec.url
        events = record.spec.events
        retryConfig = record.spec.retryConfig
        self.mark = mark
        var opened: [String: Secret] = [:]
        var problem: String?
        switch secrets {
        case .success(let values): opened = values
        case .failure: problem = "its secrets cannot be opened with the present ENCRYPTION_KEY"
        }
        headers = record.spec.headers.compactMap { header in
            switch header.value {
            case .text(let text): return (header.name, Secret(text))
            case .secret:
                guard let secret = opened["headers.\(header.name)"] else {
                    problem = problem ?? "the secret of its header \(header.name) is not in the state"
                    return nil
                }
                return (header.name, secret)
            }
        }
        if let secret = opened["secret"] {
            signer = WebhookSigner(secret: secret, previous: opened["secret.previous"].flatMap { PreviousSecret.read($0) })
        } else {
            signer = nil
            problem = problem ?? "its signing secret is not in the state"
        }
        if let problem {
            parkedReason = "the webhook cannot be served: \(problem)"
        } else if record.disabledAt != nil {
            parkedReason = "the webhook is disabled" + (record.disabledReason.map { ": \($0)" } ?? "")
        } else {
            parkedReason = record.spec.status == .paused ? "the webhook is paused" : nil
        }
    }
}
