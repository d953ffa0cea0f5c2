package import Spec
package import Values

/// A webhook as the state has it: the declared fields, and what the runtime knows about its receiver.
package struct WebhookRecord: Sendable, Equatable {
    package var id: WebhookID
    package var workspace: String
    /// The stable name of a manifest; for webhooks made over HTTP one derived from the id.
    package var name: String
    package var isDeclared: Bool
    /// `lifecycle.preventDestroy` of the manifest.
    package var preventDestroy: Bool
    /// Where a manifest declares it.
    package var file: String?
    package var line: Int?
    package var spec: WebhookSpec
    package var createdAt: Timestamp
    package var updatedAt: Timestamp
    package var updatedBy: String
    /// When the runtime gave up on the receiver; nil while it is served.
    package var disabledAt: Timestamp?
    package var disabledReason: String?
    /// The first failure since the last success.
    package var failingSince: Timestamp?
    /// Attempts that failed since the last success.
    package var consecutiveFailures: Int

    package init(
        id: WebhookID, workspace: String, name: String, isDeclared: Bool = false, preventDestroy: Bool = false, file: String? = nil,
        line: Int? = nil, spec: WebhookSpec, createdAt: Timestamp, updatedAt: Timestamp, updatedBy: String, disabledAt: Timestamp? = nil,
        disabledReason: String? = nil, failingSince: Timestamp? = nil, consecutiveFailures: Int = 0
    ) {
        self.id = id
        self.workspace = workspace
        self.name = name
        self.isDeclared = isDeclared
        self.preventDestroy = preventDestroy
        self.file = file
        self.line = line
        self.spec = spec
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.updatedBy = updatedBy
        self.disabledAt = disabledAt
        self.disabledReason = disabledReason
        self.failingSince = failingSince
        self.consecutiveFailures = consecutiveFailures
    }
}
