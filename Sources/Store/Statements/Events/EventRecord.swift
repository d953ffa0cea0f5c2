package import Values

/// An event as it was stored.
package struct EventRecord: Sendable, Equatable {
    package var id: EventID
    package var workspace: String
    package var type: String
    package var idempotencyKey: String?
    package var body: String
    package var createdAt: Timestamp
}
