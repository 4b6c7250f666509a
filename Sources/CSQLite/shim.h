// SQLite, and what Swift cannot call of it: macros that are casts, and variadic functions.
#ifndef CSQLITE_SHIM_H
#define CSQLITE_SHIM_H

#include <sqlite3.h>

/// sqlite3_bind_text64(3) in UTF-8, of which SQLite makes a copy; an empty text may have no address.
static inline int csqlite_bind_text(sqlite3_stmt *statement, int place, const char *text, sqlite3_uint64 length) {
  return sqlite3_bind_text64(statement, place, text ? text : "", length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/// sqlite3_db_config(3), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE: the last connection that is closed leaves the log as it is.
static inline int csqlite_keep_log(sqlite3 *database) {
  return sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
