import Values

/// Scopes in a column: a JSON list, since a scope may hold any visible character.
enum ScopeList {
    static func encode(_ scopes: [String]) -> String { JSON.strings(scopes).text }

    static func decode(_ text: String) -> [String] { (try? JSON(parsing: text))?.strings ?? [] }
}
