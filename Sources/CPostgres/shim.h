// libpq, PostgreSQL's client library.
#ifndef ALERTD_CPOSTGRES_SHIM_H
#define ALERTD_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

#endif
