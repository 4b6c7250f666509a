// unixODBC's driver manager for Swift: the functions with wide texts, and what Swift cannot see, which are macros with
// casts in them.
#ifndef CODBC_SHIM_H
#define CODBC_SHIM_H

#include <stdint.h>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

// Texts cross in UTF-16, whatever an application's own wide characters are.
_Static_assert(sizeof(SQLWCHAR) == 2, "unixODBC was built with another width of SQLWCHAR");

static const SQLPOINTER codbc_version_3 = (SQLPOINTER)SQL_OV_ODBC3;
static const SQLLEN codbc_null_data = SQL_NULL_DATA;
static const SQLLEN codbc_no_total = SQL_NO_TOTAL;

// MARK: C types that are sums

static const int32_t codbc_c_int8 = SQL_C_STINYINT;
static const int32_t codbc_c_uint8 = SQL_C_UTINYINT;
static const int32_t codbc_c_int16 = SQL_C_SSHORT;
static const int32_t codbc_c_uint16 = SQL_C_USHORT;
static const int32_t codbc_c_int32 = SQL_C_SLONG;
static const int32_t codbc_c_uint32 = SQL_C_ULONG;
static const int32_t codbc_c_int64 = SQL_C_SBIGINT;
static const int32_t codbc_c_uint64 = SQL_C_UBIGINT;

#endif
