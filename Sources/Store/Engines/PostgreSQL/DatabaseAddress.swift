import PostgreSQL

/// The address of a PostgreSQL database: a connection URI of libpq. Its password appears in no description.
package struct DatabaseAddress: Sendable, CustomStringConvertible {
    let settings: ConnectionSettings

    package init(_ text: String) throws(StoreError) {
        do {
            settings = try ConnectionSettings(text)
        } catch {
            throw StoreError(code: .inaccessible, message: "the address of the state's database cannot be used: \(error)")
        }
    }

    package var description: String { settings.description }
}
