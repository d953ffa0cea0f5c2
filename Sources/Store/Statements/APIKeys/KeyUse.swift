package import Values

/// When a key was used last, as far as one process knows.
package struct KeyUse: Sendable, Hashable {
    package var id: APIKeyID
    package var moment: Timestamp

    package init(id: APIKeyID, moment: Timestamp) {
        self.id = id
        self.moment = moment
    }
}
