/// The text of one statement, a literal in the words that both engines understand, with `?` for each parameter.
///
/// What the dialects spell differently stands in braces and is put in by `rendered(for:)`:
///
/// | token | SQLite | PostgreSQL |
/// | --- | --- | --- |
/// | `?` | `?` | `$1`, `$2` … |
/// | `{for update}` | | `FOR UPDATE` |
/// | `{skip locked}` | | `SKIP LOCKED` |
/// | `{for key share of TABLE}` | | `FOR KEY SHARE OF TABLE` |
/// | `{least}`, `{greatest}` | `min`, `max` | `LEAST`, `GREATEST` |
/// | `{now_ms}` | milliseconds since 1970 | the same, by the server's clock |
/// | `{member NAME of COLUMN}` | the text of a member of a JSON object | the same |
/// | `{bytes of COLUMN}` | the bytes of a text as they are stored | the same |
/// | `{rows NAME TYPE COLUMN, …}` | a table of one row of parameters | a table of arrays that are parameters |
/// | `{from NAME TYPE COLUMN, …}` with `{NAME.COLUMN}` | a parameter for each column | `FROM` such a table |
/// | `{int}`, `{text}`, `{blob}`, `{identity}`, `{strict}` | column types and endings of a schema | |
///
/// Never made from other text: it is `ExpressibleByStringLiteral` and cannot be interpolated.
struct SQL: Sendable, Hashable, ExpressibleByStringLiteral {
    let text: String

    init(stringLiteral text: String) { self.text = text }
}
