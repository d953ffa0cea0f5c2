import PostgreSQL

enum PostgresThings {
    static let lock = "SELECT pg_advisory_xact_lock(?)"
}
