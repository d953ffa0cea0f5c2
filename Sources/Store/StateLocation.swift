/// Where a state is: a file, or a PostgreSQL database.
package enum StateLocation: Sendable, CustomStringConvertible {
    case file(path: String)
    case database(DatabaseAddress)

    /// `postgres://…` and `postgresql://…` name a database; everything else is the path of a file.
    package init(_ text: String) throws(StoreError) {
        self = Self.isDatabase(text) ? .database(try DatabaseAddress(text)) : .file(path: text)
    }

    package static func isDatabase(_ text: String) -> Bool {
        text.hasPrefix("postgres://") || text.hasPrefix("postgresql://")
    }

    /// Fit to be shown: an address comes without its password.
    package var description: String {
        switch self {
        case .file(let path): path
        case .database(let address): address.description
        }
    }
}
