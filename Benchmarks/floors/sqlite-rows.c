// The floor under reading the state: every column of every declared resource in a state file, and nothing done with them.
//
//     sqlite-rows STATE
#include <sqlite3.h>
#include <stdio.h>

static const char *const statements[] = {
    "SELECT * FROM scopes", "SELECT * FROM event_types", "SELECT * FROM key_policies",
    "SELECT * FROM integrations", "SELECT * FROM webhooks", "SELECT * FROM secrets",
};

int main(int argc, char **argv) {
    if (argc != 2) {
        fprintf(stderr, "usage: sqlite-rows STATE\n");
        return 64;
    }
    sqlite3 *db;
    if (sqlite3_open_v2(argv[1], &db, SQLITE_OPEN_READWRITE, NULL) != SQLITE_OK) goto failed;
    long rows = 0;
    long long bytes = 0;
    if (sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) goto failed;
    for (size_t i = 0; i < sizeof statements / sizeof *statements; i++) {
        sqlite3_stmt *statement;
        if (sqlite3_prepare_v2(db, statements[i], -1, &statement, NULL) != SQLITE_OK) goto failed;
        int columns = sqlite3_column_count(statement), step;
        while ((step = sqlite3_step(statement)) == SQLITE_ROW) {
            rows++;
            for (int c = 0; c < columns; c++) {
                if (sqlite3_column_type(statement, c) == SQLITE_TEXT) (void)sqlite3_column_text(statement, c);
                bytes += sqlite3_column_bytes(statement, c);
            }
        }
        if (step != SQLITE_DONE) goto failed;
        sqlite3_finalize(statement);
    }
    sqlite3_exec(db, "COMMIT", NULL, NULL, NULL);
    sqlite3_close(db);
    printf("%ld rows, %lld bytes\n", rows, bytes);
    return 0;
failed:
    fprintf(stderr, "%s\n", sqlite3_errmsg(db));
    return 1;
}
