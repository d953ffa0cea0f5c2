import Glibc

extension ConnectionSettings {
    /// What a connection URI begins with.
    private static let schemes = ["postgres://", "postgresql://"]

    /// The scheme with its slashes, as libpq knows it; nil for what is no connection URI.
    static func scheme(of text: String) -> String? { schemes.first { text.hasPrefix($0) } }

    /// Whether the text is a connection URI; it may be one that cannot be used.
    package static func isURI(_ text: String) -> Bool { scheme(of: text) != nil }

    /// Throws for a text in which a part of a password may be read as a host or a database, and so be printed.
    ///
    /// libpq takes what stands before the first `@`, if no `/` comes first, for user and password, and then takes an `@` or `/` as it
    /// comes: `postgres://u:p@ss@host` connects to `ss@host`.
    static func checkSpelling(_ text: String) throws(PostgresError) {
        if text.utf8.contains(0) { throw .settings("contains a NUL") }
        guard let scheme = scheme(of: text) else { return }
        let rest = Array(text.utf8.dropFirst(scheme.utf8.count))
        let at = UInt8(ascii: "@")
        let slash = UInt8(ascii: "/")
        let userEnd = rest.firstIndex { $0 == at || $0 == slash }.flatMap { rest[$0] == at ? $0 + 1 : nil } ?? 0
        let queryStart = rest[userEnd...].firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        if rest[userEnd..<queryStart].contains(at) {
            throw .settings("has an @ too many: in a user, password, host or database it is written %40, and / in a password %2F")
        }
        for (index, byte) in rest.enumerated() where byte == UInt8(ascii: "%") {
            guard index + 2 < rest.count, isxdigit(CInt(rest[index + 1])) != 0, isxdigit(CInt(rest[index + 2])) != 0 else {
                throw .settings("has a % that no two hexadecimal digits follow: the character itself is written %25")
            }
        }
    }

    /// Throws for what would change the meaning of the address unseen, or what the protocol of this module cannot serve.
    static func refuseOptions(_ given: GivenOptions) throws(PostgresError) {
        if given["service"] != nil { throw .settings("refers to a service file (\(given.label("service"))): write the address itself") }
        if given["options"] != nil {
            throw .settings(
                "has start-up options (\(given.label("options"))), which poolers refuse: use ALTER ROLE … SET or ALTER DATABASE … SET")
        }
        if given["replication"] != nil { throw .settings("asks for a replication connection: leave \(given.label("replication")) out") }
        if let encoding = given["client_encoding"], given.variables["client_encoding"] == nil,
            !["utf8", "utf-8", "unicode"].contains(encoding.lowercased())
        {
            throw .settings("sets client_encoding: leave it out, it is UTF8")
        }
        if let mode = given["gssencmode"], given.variables["gssencmode"] == nil, mode != "disable" {
            throw .settings("asks for GSSAPI encryption: leave gssencmode out and use sslmode=verify-full")
        }
        let kinds = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"]
        if let kind = given["target_session_attrs"], !kinds.contains(kind) {
            throw .settings("has an unknown \(given.label("target_session_attrs")): one of \(kinds.joined(separator: ", "))")
        }
    }

    /// The seconds of `connect_timeout`, where given; libpq's 0 for "for ever" is refused.
    static func connectTimeout(_ given: GivenOptions) throws(PostgresError) -> Duration? {
        guard let text = given["connect_timeout"] else { return nil }
        guard let seconds = Int(text), (1...600).contains(seconds) else {
            throw .settings("has a \(given.label("connect_timeout")) that is no number of seconds from 1 to 600")
        }
        return .seconds(seconds)
    }

    /// Settles how the server proves who it is.
    ///
    /// Only `verify-full` checks "that the server host name matches" the certificate; "sslmode=require … does not protect against
    /// man-in-the-middle attacks" (https://www.postgresql.org/docs/15/libpq-ssl.html).
    static func secure(_ parameters: inout [String: String], _ servers: [ServerAddress], _ given: GivenOptions) throws(PostgresError) {
        let modes = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"]
        if let mode = given["sslmode"], !modes.contains(mode) {
            throw .settings("has an unknown \(given.label("sslmode")): one of \(modes.joined(separator: ", "))")
        }
        let isLocal = servers.allSatisfy(\.isLocal)
        if !isLocal, let mode = given["sslmode"], mode != "verify-full" {
            throw .settings(
                """
                says \(given.label("sslmode"))=\(mode), with which another server could answer: write sslmode=verify-full, with \
                sslrootcert=FILE where its certificate is of an authority of your own, or reach it through 127.0.0.1 or a Unix socket
                """)
        }
        parameters["sslmode"] = given["sslmode"] ?? (isLocal ? "prefer" : "verify-full")
        if given["sslrootcert"] == nil, parameters["sslmode"]?.hasPrefix("verify") == true, unsafe access(systemCertificates, R_OK) == 0 {
            parameters["sslrootcert"] = systemCertificates
        }
    }

    /// The authorities that Debian and its kin trust (package ca-certificates).
    private static let systemCertificates = "/etc/ssl/certs/ca-certificates.crt"
}
