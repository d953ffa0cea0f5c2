import GRDB
import Testing

@testable import Store

extension Store {
    /// SQLite's own view of a state that is a file.
    var pool: DatabasePool {
        get throws { try #require(engine as? SQLiteEngine).pool }
    }
}
