/// Inserts rows of seven columns with arrays of parameters and nothing else: the limit for loading.
///
///     odbc_insert CONNECTION-STRING TABLE ROWS [ROWS-AT-ONCE]
///
/// The columns are those of odbc_read.c. All rows are in memory, each as it is bound, before the clock starts, and are
/// sent in one transaction: a thousand at once, unless a number says otherwise. Counts from connecting to the end of
/// the transaction. Prints one line of JSON.
#include "odbc_bench.h"

typedef struct row {
  SQLINTEGER id;
  SQLBIGINT big;
  SQLDOUBLE ratio;
  char name[24];
  SQL_DATE_STRUCT day;
  SQL_TIMESTAMP_STRUCT at;
  char price[16];
} row;

/// The same values as those of odbc_data.py.
static row *make_rows(long count) {
  row *rows = calloc((size_t)count, sizeof(row));
  for (long index = 0; index < count; index++) {
    row *made = &rows[index];
    long number = index + 1;
    made->id = (SQLINTEGER)number;
    made->big = number * 1000003;
    made->ratio = (double)number * 0.37;
    snprintf(made->name, sizeof made->name, "name %ld", number);
    time_t moment = 1577836800 + number % 3650 * 86400;
    struct tm parts;
    gmtime_r(&moment, &parts);
    made->day = (SQL_DATE_STRUCT){(SQLSMALLINT)(parts.tm_year + 1900), (SQLUSMALLINT)(parts.tm_mon + 1),
                                  (SQLUSMALLINT)parts.tm_mday};
    moment = 1577836800 + number;
    gmtime_r(&moment, &parts);
    made->at = (SQL_TIMESTAMP_STRUCT){(SQLSMALLINT)(parts.tm_year + 1900),
                                      (SQLUSMALLINT)(parts.tm_mon + 1),
                                      (SQLUSMALLINT)parts.tm_mday,
                                      (SQLUSMALLINT)parts.tm_hour,
                                      (SQLUSMALLINT)parts.tm_min,
                                      (SQLUSMALLINT)parts.tm_sec,
                                      (SQLUINTEGER)(number % 1000000 * 1000)};
    snprintf(made->price, sizeof made->price, "%ld.%02ld", number % 1000000 / 100, number % 100);
  }
  return rows;
}

typedef struct parameter {
  SQLSMALLINT c_type, sql_type;
  SQLULEN size;
  SQLSMALLINT digits;
  size_t offset, width;
} parameter;

#define FIELD(name) offsetof(row, name), sizeof(((row *)NULL)->name)

enum { PARAMETERS = 7 };

static const parameter parameters[PARAMETERS] = {
    {SQL_C_SLONG, SQL_INTEGER, 10, 0, FIELD(id)},
    {SQL_C_SBIGINT, SQL_BIGINT, 19, 0, FIELD(big)},
    {SQL_C_DOUBLE, SQL_DOUBLE, 15, 0, FIELD(ratio)},
    {SQL_C_CHAR, SQL_VARCHAR, 20, 0, FIELD(name)},
    {SQL_C_TYPE_DATE, SQL_TYPE_DATE, 10, 0, FIELD(day)},
    {SQL_C_TYPE_TIMESTAMP, SQL_TYPE_TIMESTAMP, 26, 6, FIELD(at)},
    {SQL_C_CHAR, SQL_DECIMAL, 12, 2, FIELD(price)},
};

int main(int count, char **arguments) {
  if (count < 4) return 2;
  long total = atol(arguments[3]), chunk = count > 4 ? atol(arguments[4]) : 1000;
  row *rows = make_rows(total);
  char *cells[PARAMETERS];
  SQLLEN *lengths[PARAMETERS];
  for (int index = 0; index < PARAMETERS; index++) {
    cells[index] = malloc(parameters[index].width * (size_t)chunk);
    lengths[index] = malloc(sizeof(SQLLEN) * (size_t)chunk);
  }
  char sql[256];
  snprintf(sql, sizeof sql, "insert into %s (id, big, ratio, name, day, at, price) values (?, ?, ?, ?, ?, ?, ?)",
           arguments[2]);
  SQLHENV environment = make_environment();
  double start = seconds(), computed = cpu_seconds();
  SQLHDBC connection = connect_to(environment, arguments[1]);
  check(SQLSetConnectAttr(connection, SQL_ATTR_AUTOCOMMIT, (SQLPOINTER)SQL_AUTOCOMMIT_OFF, SQL_IS_UINTEGER),
        SQL_HANDLE_DBC, connection, "SQL_ATTR_AUTOCOMMIT");
  SQLHSTMT statement;
  SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
  check(SQLPrepare(statement, (SQLCHAR *)sql, SQL_NTS), SQL_HANDLE_STMT, statement, "SQLPrepare");
  SQLSetStmtAttr(statement, SQL_ATTR_PARAM_BIND_TYPE, (SQLPOINTER)SQL_PARAM_BIND_BY_COLUMN, 0);
  for (int index = 0; index < PARAMETERS; index++) {
    const parameter *bound = &parameters[index];
    check(SQLBindParameter(statement, (SQLUSMALLINT)(index + 1), SQL_PARAM_INPUT, bound->c_type, bound->sql_type,
                           bound->size, bound->digits, cells[index], (SQLLEN)bound->width, lengths[index]),
          SQL_HANDLE_STMT, statement, "SQLBindParameter");
  }
  SQLULEN processed = 0;
  SQLUSMALLINT *states = malloc(sizeof(SQLUSMALLINT) * (size_t)chunk);
  SQLSetStmtAttr(statement, SQL_ATTR_PARAMS_PROCESSED_PTR, &processed, 0);
  SQLSetStmtAttr(statement, SQL_ATTR_PARAM_STATUS_PTR, states, 0);
  long sent = 0;
  while (sent < total) {
    long now = total - sent < chunk ? total - sent : chunk;
    for (int index = 0; index < PARAMETERS; index++) {
      const parameter *bound = &parameters[index];
      const char *from = (const char *)&rows[sent] + bound->offset;
      char *to = cells[index];
      for (long at = 0; at < now; at++, from += sizeof(row), to += bound->width) {
        memcpy(to, from, bound->width);
        lengths[index][at] = bound->c_type == SQL_C_CHAR ? (SQLLEN)strlen(from) : (SQLLEN)bound->width;
      }
    }
    SQLSetStmtAttr(statement, SQL_ATTR_PARAMSET_SIZE, (SQLPOINTER)now, 0);
    check(SQLExecute(statement), SQL_HANDLE_STMT, statement, "SQLExecute");
    sent += now;
  }
  check(SQLEndTran(SQL_HANDLE_DBC, connection, SQL_COMMIT), SQL_HANDLE_DBC, connection, "SQLEndTran");
  report(connection, total, seconds() - start, cpu_seconds() - computed, chunk);
  SQLFreeHandle(SQL_HANDLE_STMT, statement);
  SQLDisconnect(connection);
  return 0;
}
