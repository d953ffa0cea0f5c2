// The floor under accepting durably: rows the size of an event into a fresh SQLite file (WAL, synchronous = FULL),
// so many rows a transaction, from one thread of C.
//
//     sqlite-commits FILE ROWS ROWS_PER_TRANSACTION BODY_BYTES      prints {"rows": …, "seconds": …}
//
// FILE must not exist. The table and its indices are those of `events` in the product's state.
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static sqlite3 *db;

static void check(int code) {
    if (code == SQLITE_OK || code == SQLITE_DONE || code == SQLITE_ROW) return;
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    exit(1);
}

static void run(const char *sql) { check(sqlite3_exec(db, sql, NULL, NULL, NULL)); }

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    if (argc != 5) {
        fprintf(stderr, "usage: sqlite-commits FILE ROWS ROWS_PER_TRANSACTION BODY_BYTES\n");
        return 64;
    }
    long rows = atol(argv[2]), batch = atol(argv[3]), size = atol(argv[4]);
    if (rows < 1 || batch < 1 || size < 1) return 64;
    check(sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_EXCLUSIVE, NULL));
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("CREATE TABLE events (id TEXT PRIMARY KEY, workspace TEXT NOT NULL, type TEXT NOT NULL, idempotency_key TEXT,"
        " body TEXT NOT NULL, created_at INTEGER NOT NULL, UNIQUE (workspace, idempotency_key)) STRICT");
    run("CREATE INDEX events_by_age ON events (created_at)");
    sqlite3_stmt *insert;
    check(sqlite3_prepare_v2(
        db, "INSERT INTO events (id, workspace, type, body, created_at) VALUES (?, 'bench', 'POST_PUBLISHED', ?, ?)", -1,
        &insert, NULL));
    char *body = malloc((size_t)size);
    if (!body) return 1;
    memset(body, 'x', (size_t)size);
    double start = seconds();
    for (long row = 0; row < rows; row++) {
        if (row % batch == 0) run("BEGIN IMMEDIATE");
        char id[32];
        int length = snprintf(id, sizeof id, "evt_%024ld", row);
        check(sqlite3_bind_text(insert, 1, id, length, SQLITE_TRANSIENT));
        check(sqlite3_bind_text(insert, 2, body, (int)size, SQLITE_STATIC));
        check(sqlite3_bind_int64(insert, 3, 1700000000000 + row));
        check(sqlite3_step(insert));
        check(sqlite3_reset(insert));
        if (row % batch == batch - 1 || row == rows - 1) run("COMMIT");
    }
    double elapsed = seconds() - start;
    sqlite3_finalize(insert);
    check(sqlite3_close(db));
    free(body);
    printf("{\"rows\": %ld, \"seconds\": %.6f}\n", rows, elapsed);
    return 0;
}
