// unixODBC's driver manager for Swift: the functions with wide texts, and what Swift cannot see, which are macros with
// casts in them.
#ifndef CODBC_SHIM_H
#define CODBC_SHIM_H

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

// Texts cross in UTF-16, whatever an application's own wide characters are.
_Static_assert(sizeof(SQLWCHAR) == 2, "unixODBC was built with another width of SQLWCHAR");

static const SQLPOINTER codbc_version_3 = (SQLPOINTER)SQL_OV_ODBC3;
static const SQLLEN codbc_null_data = SQL_NULL_DATA;
static const SQLLEN codbc_no_total = SQL_NO_TOTAL;

#endif
