import GRDB

/// The tables, as one append-only list of migrations; a released one is never edited.
///
/// Times are milliseconds since 1970, JSON is text, secrets are sealed blobs (`Keyring`), and every table is
/// `STRICT`. The five declared kinds share their first columns: `name` is the stable name of the manifest,
/// `spec` the canonical JSON of the declared fields, `origin` who may change it, `owner` which manifests may.
enum Schema {
    static let migrations: [(version: Int, sql: String)] = [
        (1, version1), (2, answersAndRuns), (3, logsOfWebhooks), (4, rollbacks), (5, keyCanary),
    ]

    /// The newest version that this program can read and write.
    static var currentVersion: Int { migrations.last?.version ?? 0 }

    private static let version1 = """
        CREATE TABLE state (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            lineage TEXT NOT NULL,
            serial INTEGER NOT NULL,
            key_serial INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE scopes (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
            file TEXT,
            line INTEGER,
            prevent_destroy INTEGER NOT NULL,
            spec TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL,
            UNIQUE (workspace, name)
        ) STRICT;

        CREATE TABLE event_types (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
            file TEXT,
            line INTEGER,
            prevent_destroy INTEGER NOT NULL,
            spec TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL,
            UNIQUE (workspace, name)
        ) STRICT;

        CREATE TABLE key_policies (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
            file TEXT,
            line INTEGER,
            prevent_destroy INTEGER NOT NULL,
            spec TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL,
            UNIQUE (workspace, name)
        ) STRICT;

        CREATE TABLE integrations (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
            file TEXT,
            line INTEGER,
            prevent_destroy INTEGER NOT NULL,
            spec TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL,
            error_at INTEGER,
            error TEXT,
            UNIQUE (workspace, name)
        ) STRICT;

        CREATE TABLE webhooks (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            owner TEXT NOT NULL,
            origin TEXT NOT NULL CHECK (origin IN ('manifest', 'api')),
            file TEXT,
            line INTEGER,
            prevent_destroy INTEGER NOT NULL,
            spec TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            updated_by TEXT NOT NULL,
            disabled_at INTEGER,
            disabled_reason TEXT,
            failing_since INTEGER,
            consecutive_failures INTEGER NOT NULL DEFAULT 0,
            UNIQUE (workspace, name)
        ) STRICT;

        CREATE TABLE secrets (
            resource_id TEXT NOT NULL,
            field TEXT NOT NULL,
            sealed BLOB NOT NULL,
            updated_at INTEGER NOT NULL,
            PRIMARY KEY (resource_id, field)
        ) STRICT;

        CREATE TABLE revisions (
            revision INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            actor TEXT NOT NULL,
            commit_id TEXT,
            commit_dirty INTEGER NOT NULL DEFAULT 0,
            plan_digest TEXT NOT NULL,
            serial INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE revision_changes (
            revision INTEGER NOT NULL REFERENCES revisions (revision),
            position INTEGER NOT NULL,
            workspace TEXT NOT NULL,
            owner TEXT NOT NULL,
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            previous_name TEXT,
            action TEXT NOT NULL CHECK (action IN ('create', 'update', 'delete')),
            before TEXT,
            after TEXT,
            PRIMARY KEY (revision, position)
        ) STRICT;
        CREATE INDEX revision_changes_by_workspace ON revision_changes (workspace, revision);

        CREATE TABLE events (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            type TEXT NOT NULL,
            idempotency_key TEXT,
            body TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            UNIQUE (workspace, idempotency_key)
        ) STRICT;
        CREATE INDEX events_by_age ON events (created_at);

        CREATE TABLE deliveries (
            id TEXT PRIMARY KEY,
            event_id TEXT NOT NULL REFERENCES events (id) ON DELETE CASCADE,
            webhook_id TEXT NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
            workspace TEXT NOT NULL,
            status TEXT NOT NULL CHECK (status IN ('PENDING', 'DELIVERED', 'EXHAUSTED')),
            attempts INTEGER NOT NULL DEFAULT 0,
            retries_left INTEGER NOT NULL,
            due_at INTEGER,
            claim TEXT,
            reason TEXT,
            created_at INTEGER NOT NULL,
            finished_at INTEGER
        ) STRICT;
        CREATE INDEX deliveries_waiting ON deliveries (webhook_id, due_at) WHERE status = 'PENDING' AND claim IS NULL;
        CREATE INDEX deliveries_claimed ON deliveries (claim) WHERE claim IS NOT NULL;
        CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
        CREATE INDEX deliveries_by_event ON deliveries (event_id);

        CREATE TABLE delivery_attempts (
            delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
            number INTEGER NOT NULL,
            at INTEGER NOT NULL,
            duration INTEGER NOT NULL,
            status_code INTEGER,
            error TEXT,
            response TEXT,
            PRIMARY KEY (delivery_id, number)
        ) STRICT;

        CREATE TABLE api_keys (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            name TEXT NOT NULL,
            hash BLOB NOT NULL UNIQUE,
            hint TEXT NOT NULL,
            subject TEXT NOT NULL,
            rotated_to TEXT,
            policy TEXT,
            scopes TEXT,
            rate_limit_per_hour INTEGER,
            rate_limit_per_day INTEGER,
            status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DISABLED', 'REVOKED')),
            expires_at INTEGER,
            revoked_at INTEGER,
            owner TEXT,
            metadata TEXT,
            created_at INTEGER NOT NULL,
            created_by TEXT NOT NULL,
            last_used_at INTEGER,
            change INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX api_keys_by_workspace ON api_keys (workspace, id);
        CREATE INDEX api_keys_by_policy ON api_keys (workspace, policy) WHERE policy IS NOT NULL;
        CREATE INDEX api_keys_by_change ON api_keys (change);

        CREATE TABLE limit_windows (
            subject TEXT NOT NULL,
            span TEXT NOT NULL CHECK (span IN ('hour', 'day')),
            start INTEGER NOT NULL,
            granted INTEGER NOT NULL,
            PRIMARY KEY (subject, span, start)
        ) STRICT;
        CREATE INDEX limit_windows_by_age ON limit_windows (start);

        CREATE TABLE oauth_states (
            hash BLOB PRIMARY KEY,
            workspace TEXT NOT NULL,
            integration_id TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
            connection_id TEXT,
            redirect_uri TEXT NOT NULL,
            return_url TEXT,
            scopes TEXT NOT NULL,
            verifier BLOB,
            browser_bound INTEGER NOT NULL,
            browser_hash BLOB,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX oauth_states_by_age ON oauth_states (expires_at);

        CREATE TABLE connections (
            id TEXT PRIMARY KEY,
            workspace TEXT NOT NULL,
            integration_id TEXT NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
            status TEXT NOT NULL CHECK (status IN ('ACTIVE', 'DEGRADED', 'NEEDS_REAUTH')),
            scopes TEXT NOT NULL,
            token_type TEXT NOT NULL,
            access_token BLOB NOT NULL,
            refresh_token BLOB,
            metadata TEXT,
            region TEXT,
            expires_at INTEGER,
            due_at INTEGER,
            generation INTEGER NOT NULL,
            lease TEXT,
            lease_expires_at INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            error_code TEXT,
            error TEXT,
            error_at INTEGER,
            created_by TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            updated_at INTEGER NOT NULL,
            refreshed_at INTEGER
        ) STRICT;
        CREATE INDEX connections_by_integration ON connections (integration_id, id);
        CREATE INDEX connections_by_workspace ON connections (workspace, id);
        CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;

        CREATE TABLE revocations (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            connection_id TEXT NOT NULL,
            url TEXT NOT NULL,
            request BLOB NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            due_at INTEGER NOT NULL
        ) STRICT;

        CREATE TABLE logs (
            id INTEGER PRIMARY KEY,
            workspace TEXT NOT NULL,
            integration_id TEXT,
            connection_id TEXT,
            level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
            action TEXT NOT NULL,
            message TEXT NOT NULL,
            actor TEXT,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX logs_by_integration ON logs (integration_id, id);
        CREATE INDEX logs_by_age ON logs (at);
        """
}
