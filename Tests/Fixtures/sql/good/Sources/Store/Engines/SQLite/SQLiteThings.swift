import GRDB

enum SQLiteThings {
    static let tables = "SELECT name FROM sqlite_master"
}
