-- A table of the shape of River's `river_job` (github.com/riverqueue/river, its migrations to version 6): the columns, checks and
-- indexes that its fetch and its completion touch. Filled with :jobs available jobs of :bytes bytes.
DROP TABLE IF EXISTS river_job;
DROP TYPE IF EXISTS river_job_state;
CREATE TYPE river_job_state AS ENUM (
    'available', 'cancelled', 'completed', 'discarded', 'pending', 'retryable', 'running', 'scheduled');
CREATE TABLE river_job (
    id bigserial PRIMARY KEY,
    state river_job_state NOT NULL DEFAULT 'available',
    attempt smallint NOT NULL DEFAULT 0,
    max_attempts smallint NOT NULL CHECK (max_attempts > 0),
    attempted_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    finalized_at timestamptz,
    scheduled_at timestamptz NOT NULL DEFAULT now(),
    priority smallint NOT NULL DEFAULT 1 CHECK (priority BETWEEN 1 AND 4),
    args jsonb NOT NULL DEFAULT '{}',
    attempted_by text[],
    errors jsonb[],
    kind text NOT NULL CHECK (char_length(kind) BETWEEN 1 AND 127),
    metadata jsonb NOT NULL DEFAULT '{}',
    queue text NOT NULL DEFAULT 'default' CHECK (char_length(queue) BETWEEN 1 AND 127),
    tags varchar(255)[] NOT NULL DEFAULT '{}',
    unique_key bytea,
    unique_states bit(8),
    CHECK ((finalized_at IS NOT NULL) = (state IN ('cancelled', 'completed', 'discarded')))
);
CREATE INDEX ON river_job (kind);
CREATE INDEX ON river_job (state, finalized_at) WHERE finalized_at IS NOT NULL;
CREATE INDEX ON river_job (state, queue, priority, scheduled_at, id);
CREATE UNIQUE INDEX ON river_job (unique_key) WHERE unique_key IS NOT NULL AND unique_states IS NOT NULL;
-- With GIN indexes on args and metadata too, as River makes them, each update of a job costs more; where :gin is 1.
\if :gin
CREATE INDEX ON river_job USING gin (args);
CREATE INDEX ON river_job USING gin (metadata);
\endif
INSERT INTO river_job (max_attempts, args, kind, scheduled_at)
SELECT 25, jsonb_build_object('webhook', 'wh_1', 'text', repeat('x', :bytes), 'n', n), 'deliver', now() - interval '1 minute'
FROM generate_series(1, :jobs) AS n;
VACUUM ANALYZE river_job;
