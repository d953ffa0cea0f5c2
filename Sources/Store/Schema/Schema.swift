/// The tables, as one append-only list of migrations; a released one is never edited.
///
/// Times are milliseconds since 1970, JSON is text, secrets are sealed blobs (`Keyring`), truths are 0 and 1, and an id that is
/// `{identity}` is the engine's to give. Both engines read one text, by the tokens of `SQL`: SQLite's tables are `STRICT`, and text is
/// ordered and compared by its bytes. The five declared kinds share their first columns: `name` is the stable name of the manifest,
/// `spec` the canonical JSON of the declared fields, `origin` who may change it, `owner` which manifests may.
enum Schema {
    /// `postgres` is what PostgreSQL alone is told besides, after `sql`.
    static let migrations: [(version: Int, sql: SQL, postgres: SQL?)] = [
        (1, version1, version1Storage), (2, answersAndRuns, nil), (3, logsOfWebhooks, nil), (4, rollbacks, nil), (5, keyCanary, nil),
        (6, limitGrants, nil), (7, writers, writersStorage), (8, copies, nil), (9, exhaustedDeliveries, nil),
    ]

    /// The newest version that this program can read and write.
    static var currentVersion: Int { migrations.last?.version ?? 0 }

    /// The oldest program, by the newest version that it knows, that gets on with a state of the current version.
    static let oldestProgram = 8

    private static let version1: SQL = """
        CREATE TABLE state (
            id {int} PRIMARY KEY CHECK (id = 1),
            lineage {text} NOT NULL,
            serial {int} NOT NULL,
            key_serial {int} NOT NULL
        ) {strict};

        CREATE TABLE scopes (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            owner {text} NOT NULL,
            origin {text} NOT NULL CHECK (origin IN ('manifest', 'api')),
            file {text},
            line {int},
            prevent_destroy {int} NOT NULL,
            spec {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            updated_by {text} NOT NULL,
            UNIQUE (workspace, name)
        ) {strict};

        CREATE TABLE event_types (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            owner {text} NOT NULL,
            origin {text} NOT NULL CHECK (origin IN ('manifest', 'api')),
            file {text},
            line {int},
            prevent_destroy {int} NOT NULL,
            spec {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            updated_by {text} NOT NULL,
            UNIQUE (workspace, name)
        ) {strict};

        CREATE TABLE key_policies (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            owner {text} NOT NULL,
            origin {text} NOT NULL CHECK (origin IN ('manifest', 'api')),
            file {text},
            line {int},
            prevent_destroy {int} NOT NULL,
            spec {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            updated_by {text} NOT NULL,
            UNIQUE (workspace, name)
        ) {strict};

        CREATE TABLE integrations (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            owner {text} NOT NULL,
            origin {text} NOT NULL CHECK (origin IN ('manifest', 'api')),
            file {text},
            line {int},
            prevent_destroy {int} NOT NULL,
            spec {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            updated_by {text} NOT NULL,
            error_at {int},
            error {text},
            UNIQUE (workspace, name)
        ) {strict};

        CREATE TABLE webhooks (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            owner {text} NOT NULL,
            origin {text} NOT NULL CHECK (origin IN ('manifest', 'api')),
            file {text},
            line {int},
            prevent_destroy {int} NOT NULL,
            spec {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            updated_by {text} NOT NULL,
            disabled_at {int},
            disabled_reason {text},
            failing_since {int},
            consecutive_failures {int} NOT NULL DEFAULT 0,
            UNIQUE (workspace, name)
        ) {strict};

        CREATE TABLE secrets (
            resource_id {text} NOT NULL,
            field {text} NOT NULL,
            sealed {blob} NOT NULL,
            updated_at {int} NOT NULL,
            PRIMARY KEY (resource_id, field)
        ) {strict};

        CREATE TABLE revisions (
            revision {int} PRIMARY KEY,
            at {int} NOT NULL,
            actor {text} NOT NULL,
            commit_id {text},
            commit_dirty {int} NOT NULL DEFAULT 0,
            plan_digest {text} NOT NULL,
            serial {int} NOT NULL
        ) {strict};

        CREATE TABLE revision_changes (
            revision {int} NOT NULL REFERENCES revisions (revision),
            position {int} NOT NULL,
            workspace {text} NOT NULL,
            owner {text} NOT NULL,
            kind {text} NOT NULL,
            name {text} NOT NULL,
            previous_name {text},
            action {text} NOT NULL CHECK (action IN ('create', 'update', 'delete')),
            before {text},
            after {text},
            PRIMARY KEY (revision, position)
        ) {strict};
        CREATE INDEX revision_changes_by_workspace ON revision_changes (workspace, revision);

        CREATE TABLE events (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            type {text} NOT NULL,
            idempotency_key {text},
            body {text} NOT NULL,
            created_at {int} NOT NULL,
            UNIQUE (workspace, idempotency_key)
        ) {strict};
        CREATE INDEX events_by_age ON events (created_at);

        CREATE TABLE deliveries (
            id {text} PRIMARY KEY,
            event_id {text} NOT NULL REFERENCES events (id) ON DELETE CASCADE,
            webhook_id {text} NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
            workspace {text} NOT NULL,
            status {text} NOT NULL CHECK (status IN ('PENDING', 'DELIVERED', 'EXHAUSTED')),
            attempts {int} NOT NULL DEFAULT 0,
            retries_left {int} NOT NULL,
            due_at {int},
            claim {text},
            reason {text},
            created_at {int} NOT NULL,
            finished_at {int}
        ) {strict};
        CREATE INDEX deliveries_waiting ON deliveries (webhook_id, due_at) WHERE status = 'PENDING' AND claim IS NULL;
        CREATE INDEX deliveries_claimed ON deliveries (claim) WHERE claim IS NOT NULL;
        CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
        CREATE INDEX deliveries_by_event ON deliveries (event_id);

        CREATE TABLE delivery_attempts (
            delivery_id {text} NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
            number {int} NOT NULL,
            at {int} NOT NULL,
            duration {int} NOT NULL,
            status_code {int},
            error {text},
            response {text},
            PRIMARY KEY (delivery_id, number)
        ) {strict};

        CREATE TABLE api_keys (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            name {text} NOT NULL,
            hash {blob} NOT NULL UNIQUE,
            hint {text} NOT NULL,
            subject {text} NOT NULL,
            rotated_to {text},
            policy {text},
            scopes {text},
            rate_limit_per_hour {int},
            rate_limit_per_day {int},
            status {text} NOT NULL CHECK (status IN ('ACTIVE', 'DISABLED', 'REVOKED')),
            expires_at {int},
            revoked_at {int},
            owner {text},
            metadata {text},
            created_at {int} NOT NULL,
            created_by {text} NOT NULL,
            last_used_at {int},
            change {int} NOT NULL
        ) {strict};
        CREATE INDEX api_keys_by_workspace ON api_keys (workspace, id);
        CREATE INDEX api_keys_by_policy ON api_keys (workspace, policy) WHERE policy IS NOT NULL;
        CREATE INDEX api_keys_by_change ON api_keys (change);

        CREATE TABLE limit_windows (
            subject {text} NOT NULL,
            span {text} NOT NULL CHECK (span IN ('hour', 'day')),
            start {int} NOT NULL,
            granted {int} NOT NULL,
            PRIMARY KEY (subject, span, start)
        ) {strict};
        CREATE INDEX limit_windows_by_age ON limit_windows (start);

        CREATE TABLE oauth_states (
            hash {blob} PRIMARY KEY,
            workspace {text} NOT NULL,
            integration_id {text} NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
            connection_id {text},
            redirect_uri {text} NOT NULL,
            return_url {text},
            scopes {text} NOT NULL,
            verifier {blob},
            browser_bound {int} NOT NULL,
            browser_hash {blob},
            created_by {text} NOT NULL,
            created_at {int} NOT NULL,
            expires_at {int} NOT NULL
        ) {strict};
        CREATE INDEX oauth_states_by_age ON oauth_states (expires_at);

        CREATE TABLE connections (
            id {text} PRIMARY KEY,
            workspace {text} NOT NULL,
            integration_id {text} NOT NULL REFERENCES integrations (id) ON DELETE CASCADE,
            status {text} NOT NULL CHECK (status IN ('ACTIVE', 'DEGRADED', 'NEEDS_REAUTH')),
            scopes {text} NOT NULL,
            token_type {text} NOT NULL,
            access_token {blob} NOT NULL,
            refresh_token {blob},
            metadata {text},
            region {text},
            expires_at {int},
            due_at {int},
            generation {int} NOT NULL,
            lease {text},
            lease_expires_at {int},
            failures {int} NOT NULL DEFAULT 0,
            error_code {text},
            error {text},
            error_at {int},
            created_by {text} NOT NULL,
            created_at {int} NOT NULL,
            updated_at {int} NOT NULL,
            refreshed_at {int}
        ) {strict};
        CREATE INDEX connections_by_integration ON connections (integration_id, id);
        CREATE INDEX connections_by_workspace ON connections (workspace, id);
        CREATE INDEX connections_due ON connections (due_at) WHERE due_at IS NOT NULL;

        CREATE TABLE revocations (
            id {identity},
            workspace {text} NOT NULL,
            connection_id {text} NOT NULL,
            url {text} NOT NULL,
            request {blob} NOT NULL,
            attempts {int} NOT NULL DEFAULT 0,
            due_at {int} NOT NULL
        ) {strict};

        CREATE TABLE logs (
            id {identity},
            workspace {text} NOT NULL,
            integration_id {text},
            connection_id {text},
            level {text} NOT NULL CHECK (level IN ('info', 'warning', 'error')),
            action {text} NOT NULL,
            message {text} NOT NULL,
            actor {text},
            at {int} NOT NULL
        ) {strict};
        CREATE INDEX logs_by_integration ON logs (integration_id, id);
        CREATE INDEX logs_by_age ON logs (at);
        """

    /// Room for rows that are updated in place all the time, so that no update touches an index. Every change of a delivery leaves dead
    /// entries in its indexes, so they are swept early and without pauses.
    private static let version1Storage: SQL = """
        ALTER TABLE state SET (fillfactor = 20);
        ALTER TABLE limit_windows SET (fillfactor = 50);
        ALTER TABLE deliveries SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
        """
}
