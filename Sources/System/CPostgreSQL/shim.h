#ifndef CPOSTGRESQL_SHIM_H
#define CPOSTGRESQL_SHIM_H

#include <libpq-fe.h>

/* The codes are character constants, which Swift does not import as int. */
static const int pq_field_severity = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int pq_field_sqlstate = PG_DIAG_SQLSTATE;
static const int pq_field_primary = PG_DIAG_MESSAGE_PRIMARY;
static const int pq_field_hint = PG_DIAG_MESSAGE_HINT;
static const int pq_field_table = PG_DIAG_TABLE_NAME;
static const int pq_field_constraint = PG_DIAG_CONSTRAINT_NAME;

/* Of libssl, which libpq is linked with; its headers are left to COpenSSL. */
struct ssl_st;
extern int SSL_pending(const struct ssl_st *tls);

/* Bytes that the TLS layer has decrypted and libpq has not taken: poll(2) does not see them. */
static inline int pq_tls_pending(PGconn *connection) {
    struct ssl_st *tls = (struct ssl_st *)PQsslStruct(connection, "OpenSSL");
    return tls == 0 ? 0 : SSL_pending(tls);
}

#endif
