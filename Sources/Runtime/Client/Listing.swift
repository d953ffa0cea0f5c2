package import Values

/// A list as far as it was read.
package struct Listing: Sendable {
    package var items: [JSON]
    /// Where the list goes on; nil at its end.
    package var nextCursor: String?

    package init(items: [JSON], nextCursor: String? = nil) {
        self.items = items
        self.nextCursor = nextCursor
    }

    /// The shape of a list over HTTP.
    package var json: JSON { ["data": .array(items), "nextCursor": nextCursor.map(JSON.string) ?? .null] }
}
