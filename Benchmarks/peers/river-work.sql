-- What a River client asks of its database for a batch, in two transactions: claim what is available (JobGetAvailable), then set
-- the state of those jobs if they are running (JobSetStateIfRunningMany). One client of pgbench is one such worker.
-- The claimed rows stay on the server but for their ids, which spares River the transfer that ours pays for.
WITH found AS (
    SELECT id FROM river_job
    WHERE state = 'available' AND queue = 'default' AND scheduled_at <= now()
    ORDER BY priority, scheduled_at, id
    LIMIT :batch FOR UPDATE SKIP LOCKED
), taken AS (
    UPDATE river_job SET state = 'running', attempt = river_job.attempt + 1, attempted_at = now(),
        attempted_by = array_append(river_job.attempted_by, 'bench')
    FROM found WHERE river_job.id = found.id
    RETURNING river_job.*
)
SELECT coalesce(array_agg(id), '{}') AS ids FROM taken \gset
WITH wanted AS (
    SELECT unnest(:ids::bigint[]) AS id,
        unnest(array_fill(false, ARRAY[cardinality(:ids::bigint[])])) AS sets_attempt,
        unnest(array_fill(false, ARRAY[cardinality(:ids::bigint[])])) AS adds_error,
        unnest(array_fill(true, ARRAY[cardinality(:ids::bigint[])])) AS sets_finalized,
        unnest(array_fill(now(), ARRAY[cardinality(:ids::bigint[])])) AS finalized_at,
        unnest(array_fill(false, ARRAY[cardinality(:ids::bigint[])])) AS sets_scheduled,
        unnest(array_fill('completed'::text, ARRAY[cardinality(:ids::bigint[])]))::river_job_state AS state
), held AS (
    SELECT river_job.id, wanted.sets_attempt, wanted.adds_error, wanted.sets_finalized, wanted.finalized_at, wanted.sets_scheduled,
        wanted.state, (wanted.state IN ('retryable', 'scheduled') AND river_job.metadata ? 'cancel_attempted_at') AS is_cancelled
    FROM river_job JOIN wanted ON river_job.id = wanted.id
    WHERE river_job.state = 'running'
    FOR UPDATE
), written AS (
    UPDATE river_job SET
        attempt = CASE WHEN NOT held.is_cancelled AND held.sets_attempt THEN 1 ELSE river_job.attempt END,
        errors = CASE WHEN held.adds_error THEN array_append(river_job.errors, '{}'::jsonb) ELSE river_job.errors END,
        finalized_at = CASE WHEN held.is_cancelled THEN now() WHEN held.sets_finalized THEN held.finalized_at
            ELSE river_job.finalized_at END,
        scheduled_at = CASE WHEN NOT held.is_cancelled AND held.sets_scheduled THEN now() ELSE river_job.scheduled_at END,
        state = CASE WHEN held.is_cancelled THEN 'cancelled'::river_job_state ELSE held.state END
    FROM held WHERE river_job.id = held.id
    RETURNING river_job.*
)
SELECT * FROM river_job WHERE id IN (SELECT id FROM wanted) AND id NOT IN (SELECT id FROM written)
UNION
SELECT * FROM written;
