import PostgreSQL

/// The address of a PostgreSQL database: a connection URI of libpq. Its password appears in no description.
package struct DatabaseAddress: Sendable, CustomStringConvertible {
    let settings: ConnectionSettings

    /// Whether the text is meant as an address; it may be one that cannot be used.
    static func isAddress(_ text: String) -> Bool { ConnectionSettings.isURI(text) }

    /// Throws for an address that cannot be read, or that a standby would do for: what is read there may be older than what was answered,
    /// such as a key that was revoked.
    package init(_ text: String) throws(StoreError) {
        do {
            settings = try ConnectionSettings(text)
        } catch {
            throw StoreError(code: .inaccessible, message: "the address of the state's database cannot be used: \(error)")
        }
        guard ["read-write", "primary"].contains(settings.sessionKind) else {
            throw StoreError(
                code: .inaccessible,
                message: """
                    the address of the state's database cannot be used: it has a target_session_attrs (or PGTARGETSESSIONATTRS) that a \
                    standby may meet, where older rows are read: leave it out, or write read-write or primary
                    """)
        }
    }

    package var description: String { settings.description }
}
