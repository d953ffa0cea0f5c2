import IntegrationRuntime
import Values

/// The one place that writes a list in the format asked for: a table, or the object that a list is over HTTP.
struct ListOutput {
    let world: World
    let format: ListFormat

    /// - Parameters:
    ///   - none: what the text says of an empty list.
    ///   - row: the cells of an item, in the order of the heading.
    func write(_ listing: Listing, none: String, heading: [String], row: (JSON) -> [String]) {
        switch format {
        case .json: world.output.line(listing.json.prettyText)
        case .text where listing.items.isEmpty: world.output.line(none)
        case .text:
            world.output.write(TextTable(heading, listing.items.map(row)).text)
            if listing.nextCursor != nil { world.errors.line("The newest \(listing.items.count) are shown; there are more.") }
        }
    }
}
