/// A place where statements run: inside `Store.read`, `Store.write` or `Store.groupWrite`.
///
/// Each group of statements is an extension in a file of its own. Reads extend this protocol, writes extend
/// `Writing`, so that a read can be used inside a write and never the other way round.
package protocol Statements {
    var session: StatementSession { get }
}

/// What statements run with; they keep it to themselves.
package struct StatementSession {
    let connection: any Connection
    /// Opens and seals what is secret; nil where the caller came without a key.
    let keyring: Keyring?
    let sealing = Sealing()

    /// What is known of the right to seal in this transaction.
    final class Sealing {
        /// Whether the state's own key was looked at, and fits.
        var isChecked = false
    }
}

/// One consistent snapshot of the state.
package struct Reading: Statements {
    package let session: StatementSession

    init(_ connection: any Connection, keyring: Keyring?) {
        session = StatementSession(connection: connection, keyring: keyring)
    }
}

/// One transaction: it commits when the closure returns and leaves no trace when it throws.
package struct Writing: Statements {
    package let session: StatementSession

    init(_ connection: any Connection, keyring: Keyring?) {
        session = StatementSession(connection: connection, keyring: keyring)
    }
}

extension Statements {
    var db: any Connection { session.connection }

    /// Opens and seals what is secret; nil where the caller came without a key.
    package var keyring: Keyring? { session.keyring }

    /// The key for secrets, or the error that says how to give one.
    package func requireKeyring() throws(StoreError) -> Keyring { try keyring.required() }
}
