package import Values

/// Something that happened, complete and ready to be stored.
package struct NewEvent: Sendable {
    package var id: EventID
    package var workspace: String
    package var type: String
    /// The sender's own id: a second event with it is the same event.
    package var idempotencyKey: String?
    /// The payload that receivers get.
    package var body: String
    package var createdAt: Timestamp

    package init(id: EventID, workspace: String, type: String, idempotencyKey: String?, body: String, createdAt: Timestamp) {
        self.id = id
        self.workspace = workspace
        self.type = type
        self.idempotencyKey = idempotencyKey
        self.body = body
        self.createdAt = createdAt
    }
}
