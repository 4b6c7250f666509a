/// What odbc_read.c and odbc_insert.c share: a connection, the end at an error.
#ifndef ODBC_BENCH_H
#define ODBC_BENCH_H

#include "bench.h"
#include <sql.h>
#include <sqlext.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/// Ends the program where a function has failed, with what the driver says of it.
static inline void check(SQLRETURN code, SQLSMALLINT kind, SQLHANDLE handle, const char *what) {
  if (SQL_SUCCEEDED(code)) return;
  SQLCHAR state[6] = "", message[1024] = "";
  SQLINTEGER native = 0;
  SQLSMALLINT length;
  SQLGetDiagRec(kind, handle, 1, state, &native, message, sizeof message, &length);
  fprintf(stderr, "%s: %s %d %s\n", what, (char *)state, (int)native, (char *)message);
  exit(1);
}

static inline SQLHENV make_environment(void) {
  SQLHENV environment;
  SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &environment);
  SQLSetEnvAttr(environment, SQL_ATTR_ODBC_VERSION, (SQLPOINTER)SQL_OV_ODBC3, 0);
  return environment;
}

static inline SQLHDBC connect_to(SQLHENV environment, const char *text) {
  SQLHDBC connection;
  SQLAllocHandle(SQL_HANDLE_DBC, environment, &connection);
  check(SQLDriverConnect(connection, NULL, (SQLCHAR *)text, SQL_NTS, NULL, 0, NULL, SQL_DRIVER_NOPROMPT),
        SQL_HANDLE_DBC, connection, "SQLDriverConnect");
  return connection;
}

/// Prints the line of JSON. `computed` is of the whole time.
static inline void report(SQLHDBC connection, long rows, double wall, double computed, long block) {
  SQLCHAR name[128] = "", version[128] = "";
  SQLGetInfo(connection, SQL_DRIVER_NAME, name, sizeof name, NULL);
  SQLGetInfo(connection, SQL_DRIVER_VER, version, sizeof version, NULL);
  double rate = (double)rows / wall, microseconds = computed * 1e6 / (double)rows;
  printf("{\"rows\": %ld, \"rate\": %.0f, \"cpu_us\": %.3f, \"block\": %ld, ", rows, rate, microseconds, block);
  printf("\"peak_kib\": %ld, \"library\": \"%s %s\"}\n", status_kib("VmHWM:"), (char *)name, (char *)version);
}

#endif
