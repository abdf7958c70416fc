// libpq, PostgreSQL's client library.
#ifndef ALERTD_CPOSTGRES_SHIM_H
#define ALERTD_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

// Swift does not import macros that are character literals.
static const int ALERTD_DIAG_SQLSTATE = PG_DIAG_SQLSTATE;
static const int ALERTD_DIAG_MESSAGE_PRIMARY = PG_DIAG_MESSAGE_PRIMARY;
static const int ALERTD_DIAG_MESSAGE_DETAIL = PG_DIAG_MESSAGE_DETAIL;
static const int ALERTD_DIAG_TABLE_NAME = PG_DIAG_TABLE_NAME;
static const int ALERTD_DIAG_COLUMN_NAME = PG_DIAG_COLUMN_NAME;
static const int ALERTD_DIAG_CONSTRAINT_NAME = PG_DIAG_CONSTRAINT_NAME;

#endif
