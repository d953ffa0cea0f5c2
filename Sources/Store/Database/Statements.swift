package import GRDB

/// A place where statements run: inside `Store.read`, `Store.write` or `Store.groupWrite`.
///
/// Each group of statements is an extension in a file of its own. Reads extend this protocol, writes extend
/// `Writing`, so that a read can be used inside a write and never the other way round.
package protocol Statements {
    /// The connection; statements keep it to themselves.
    var db: GRDB.Database { get }
    /// Opens and seals what is secret; nil where the caller came without a key.
    var keyring: Keyring? { get }
}

/// One consistent snapshot of the state.
package struct Reading: Statements {
    package let db: GRDB.Database
    package let keyring: Keyring?
}

/// One immediate transaction: it commits when the closure returns and leaves no trace when it throws.
package struct Writing: Statements {
    package let db: GRDB.Database
    package let keyring: Keyring?
}

extension Statements {
    /// The key for secrets, or the error that says how to give one.
    package func requireKeyring() throws(StoreError) -> Keyring {
        guard let keyring else {
            throw StoreError(
                code: .sealed,
                message: "this needs ENCRYPTION_KEY, which is not set; make one with: openssl rand -base64 32")
        }
        return keyring
    }
}
