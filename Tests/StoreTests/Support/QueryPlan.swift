@testable import Store

/// How the engine would run a statement, in its own words, a step a line.
func plan(of sql: SQL, _ arguments: SQLArguments, on db: any Connection) throws -> String {
    let steps: [String] =
        switch db.dialect {
        case .sqlite: try db.rows(SQL(stringLiteral: "EXPLAIN QUERY PLAN \(sql.text)"), arguments) { try $0[3] }
        case .postgres: try db.values(SQL(stringLiteral: "EXPLAIN \(sql.text)"), arguments)
        }
    return steps.joined(separator: "\n")
}
