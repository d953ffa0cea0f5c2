/// A place in the events by age: behind the one with this time and id.
package struct EventPosition: Sendable, Equatable {
    var createdAt: Int64
    var id: String

    /// Before every event.
    package static let start = EventPosition(createdAt: .min, id: "")
}

/// What one look at old events has done.
package struct EventPruning: Sendable, Equatable {
    /// How many events were deleted.
    package var deleted: Int
    /// Where the next look goes on; nil where no older event is behind.
    package var next: EventPosition?
}
