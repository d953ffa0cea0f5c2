import Foundation
import GRDB

/// Brings a file to the current schema, in one immediate transaction.
///
/// The version is `PRAGMA user_version`; `application_id` says that the file is ours.
enum SQLiteMigration {
    /// "RCNC".
    static let applicationID: Int32 = 0x5243_4E43

    static func run(on pool: DatabasePool, mode: Store.Mode, path: String) throws {
        let (version, application) = try pool.read { db in (try userVersion(db), try applicationIDOf(db)) }
        if version == Schema.currentVersion, application == applicationID { return }
        try pool.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                // Asked again inside the transaction: another process may have migrated meanwhile.
                let version = try userVersion(db)
                try check(version: version, application: try applicationIDOf(db), isEmpty: try isEmpty(db), path: path)
                if mode == .copyTarget, version > 0, version < Schema.currentVersion { throw StoreError.earlierTarget(path) }
                for migration in Schema.migrations where migration.version > version {
                    try db.execute(sql: migration.sql.rendered(for: .sqlite))
                }
                if version == 0 {
                    _ = try SQLiteConnection(db, path: path).run(Schema.firstRow, [UUID().uuidString.lowercased()])
                }
                try db.execute(sql: "PRAGMA application_id = \(applicationID)")
                try db.execute(sql: "PRAGMA user_version = \(Schema.currentVersion)")
                return .commit
            }
        }
    }

    private static func check(version: Int, application: Int32, isEmpty: Bool, path: String) throws(StoreError) {
        if application != applicationID, !isEmpty {
            throw StoreError(code: .notAState, message: "\(path) is a database of another program; name another file with --state")
        }
        if version > Schema.currentVersion { throw .newerVersion(version, of: path) }
    }

    private static func userVersion(_ db: GRDB.Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    private static func applicationIDOf(_ db: GRDB.Database) throws -> Int32 {
        try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
    }

    private static func isEmpty(_ db: GRDB.Database) throws -> Bool {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master") == 0
    }
}
