// The floor under storing events on PostgreSQL: an event and one delivery each into the product's own tables, so many
// events a transaction, from one thread of C over libpq with prepared statements.
//
//     postgres-events CONNINFO pipeline|unnest WORKSPACE WEBHOOK EVENTS EVENTS_PER_TRANSACTION BODY_BYTES
//
// `pipeline` sends one insert a row in pipeline mode and waits once a transaction; `unnest` sends two inserts over arrays.
// Prints {"events": …, "seconds": …}. The rows are what the product writes for an event without a key whose delivery is
// taken at once, without any of its decisions. Ids do not collide with those of another run of the same second.
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ID = 4 + 26 + 1, MOST = 4096 };

static PGconn *connection;
static const char *workspace, *webhook;
static char *body;
static char events[MOST][ID], deliveries[MOST][ID];
static unsigned long long run, made;

static void fail(void) {
    fprintf(stderr, "%s", PQerrorMessage(connection));
    exit(1);
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void run_plain(const char *sql) {
    PGresult *result = PQexec(connection, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail();
    PQclear(result);
}

static void prepare(const char *name, const char *sql) {
    PGresult *result = PQprepare(connection, name, sql, 0, NULL);
    if (PQresultStatus(result) != PGRES_COMMAND_OK) fail();
    PQclear(result);
}

// In the order of time, as the product's ids are.
static void make_ids(long batch) {
    for (long row = 0; row < batch; row++, made++) {
        snprintf(events[row], ID, "evt_%014llu%012llu", run % 100000000000000ULL, made);
        snprintf(deliveries[row], ID, "dlv_%014llu%012llu", run % 100000000000000ULL, made);
    }
}

static void send(const char *name, int count, const char *const *values) {
    if (PQsendQueryPrepared(connection, name, count, values, NULL, NULL, 1) != 1) fail();
}

// Takes the answers of so many statements and of the synchronisation behind them.
static void take(long statements) {
    for (long taken = 0; taken <= statements;) {
        PGresult *result = PQgetResult(connection);
        if (!result) continue;
        ExecStatusType status = PQresultStatus(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_PIPELINE_SYNC) fail();
        taken++;
        PQclear(result);
    }
}

static void pipeline(long batch) {
    if (PQsendQueryParams(connection, "BEGIN", 0, NULL, NULL, NULL, NULL, 1) != 1) fail();
    for (long row = 0; row < batch; row++) {
        const char *values[] = {events[row], workspace, body};
        send("event", 3, values);
    }
    for (long row = 0; row < batch; row++) {
        const char *values[] = {deliveries[row], events[row], webhook, workspace};
        send("delivery", 4, values);
    }
    if (PQsendQueryParams(connection, "COMMIT", 0, NULL, NULL, NULL, NULL, 1) != 1) fail();
    if (PQpipelineSync(connection) != 1) fail();
    take(2 * batch + 2);
}

// "{a,b,c}" of texts that need no quotes.
static char *list(char ids[][ID], long batch) {
    char *text = malloc((size_t)batch * ID + 2), *end = text;
    if (!text) exit(1);
    *end++ = '{';
    for (long row = 0; row < batch; row++) end += sprintf(end, row ? ",%s" : "%s", ids[row]);
    strcpy(end, "}");
    return text;
}

static char *bodies(long batch) {
    size_t size = strlen(body);
    char *text = malloc((size_t)batch * (size + 1) + 3), *end = text;
    if (!text) exit(1);
    *end++ = '{';
    for (long row = 0; row < batch; row++) end += sprintf(end, row ? ",%s" : "%s", body);
    strcpy(end, "}");
    return text;
}

static void unnest(long batch) {
    char *ids = list(events, batch), *owed = list(deliveries, batch), *texts = bodies(batch);
    const char *inserted[] = {ids, workspace, texts}, *values[] = {owed, ids, webhook, workspace};
    if (PQsendQueryParams(connection, "BEGIN", 0, NULL, NULL, NULL, NULL, 1) != 1) fail();
    send("events", 3, inserted);
    send("deliveries", 4, values);
    if (PQsendQueryParams(connection, "COMMIT", 0, NULL, NULL, NULL, NULL, 1) != 1) fail();
    if (PQpipelineSync(connection) != 1) fail();
    take(4);
    free(ids);
    free(owed);
    free(texts);
}

int main(int argc, char **argv) {
    if (argc != 8) {
        fprintf(stderr, "usage: postgres-events CONNINFO pipeline|unnest WORKSPACE WEBHOOK EVENTS EVENTS_PER_TRANSACTION BODY_BYTES\n");
        return 64;
    }
    bool is_unnest = strcmp(argv[2], "unnest") == 0;
    workspace = argv[3];
    webhook = argv[4];
    long count = atol(argv[5]), batch = atol(argv[6]), size = atol(argv[7]);
    if (count < 1 || batch < 1 || batch > MOST || size < 1) return 64;
    body = malloc((size_t)size + 1);
    if (!body) return 1;
    memset(body, 'x', (size_t)size);
    body[size] = 0;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    run = (unsigned long long)now.tv_sec * 10000 + (unsigned long long)now.tv_nsec / 100000;

    connection = PQconnectdb(argv[1]);
    if (PQstatus(connection) != CONNECTION_OK) fail();
    run_plain("SET client_min_messages = warning");
    prepare("event",
            "INSERT INTO events (id, workspace, type, body, created_at) VALUES ($1, $2, 'POST_PUBLISHED', $3, 1700000000000)"
            " ON CONFLICT (workspace, idempotency_key) DO NOTHING");
    prepare("delivery",
            "INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, claim, created_at)"
            " VALUES ($1, $2, $3, $4, 'PENDING', 0, 3, 1700000000000, 'floor-1', 1700000000000)");
    prepare("events",
            "INSERT INTO events (id, workspace, type, body, created_at)"
            " SELECT id, $2, 'POST_PUBLISHED', body, 1700000000000 FROM unnest($1::text[], $3::text[]) AS v (id, body)"
            " ON CONFLICT (workspace, idempotency_key) DO NOTHING");
    prepare("deliveries",
            "INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, claim, created_at)"
            " SELECT id, event_id, $3, $4, 'PENDING', 0, 3, 1700000000000, 'floor-1', 1700000000000"
            " FROM unnest($1::text[], $2::text[]) AS v (id, event_id)");
    if (PQenterPipelineMode(connection) != 1) fail();

    double start = 0;
    // Ten batches before the clock starts, as the product's program has them.
    for (long done = -10 * batch; done < count;) {
        if (done >= 0 && start == 0) start = seconds();
        long rows = done < 0 || count - done > batch ? batch : count - done;
        make_ids(rows);
        if (is_unnest) unnest(rows);
        else pipeline(rows);
        done += rows;
    }
    double elapsed = seconds() - start;
    PQfinish(connection);
    free(body);
    printf("{\"events\": %ld, \"seconds\": %.6f}\n", count, elapsed);
    return 0;
}
