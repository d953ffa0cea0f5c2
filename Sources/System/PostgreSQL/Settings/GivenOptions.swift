import CPostgreSQL
import Glibc

/// The options of libpq that a text and the environment give, as libpq itself reads them: the text first, an empty value is none.
struct GivenOptions {
    /// Keyword and value of all that is given; not what libpq has compiled in.
    private(set) var values: [String: String] = [:]
    /// The variable of the environment that an option was taken from.
    private(set) var variables: [String: String] = [:]

    /// The value of an option that is given.
    subscript(_ keyword: String) -> String? { values[keyword] }

    /// How a message calls the option: by its variable where that gave it.
    func label(_ keyword: String) -> String { variables[keyword].map { "environment variable \($0)" } ?? keyword }

    init(_ text: String, environment: (String) -> String?) throws(PostgresError) {
        var message: UnsafeMutablePointer<CChar>?
        let options = unsafe text.withCString { unsafe PQconninfoParse($0, &message) }
        // Its message repeats what it could not read, which may be the password.
        unsafe PQfreemem(message)
        guard let options = unsafe options else {
            throw .settings(
                """
                is none that libpq can read: write postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETER=VALUE with special characters \
                percent-encoded and parameters that PostgreSQL 15 knows, or KEYWORD=VALUE pairs with single quotes around values with spaces
                """)
        }
        defer { unsafe PQconninfoFree(options) }
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            let name = unsafe String(cString: keyword)
            let given = unsafe next.pointee.val.map { unsafe String(cString: $0) } ?? ""
            let variable = unsafe next.pointee.envvar.map { unsafe String(cString: $0) }
            if !given.isEmpty {
                values[name] = given
            } else if let variable, let value = environment(variable), !value.isEmpty {
                values[name] = value
                variables[name] = variable
            }
            unsafe next += 1
        }
    }

    /// The name of the user that the process runs as, which libpq takes for the user of the database.
    static var systemUser: String? {
        guard let options = unsafe PQconndefaults() else { return nil }
        defer { unsafe PQconninfoFree(options) }
        var next = unsafe options
        while let keyword = unsafe next.pointee.keyword {
            if unsafe strcmp(keyword, "user") == 0 { return unsafe next.pointee.val.map { unsafe String(cString: $0) } }
            unsafe next += 1
        }
        return nil
    }
}
