/// Reads a result of seven columns with bound blocks of rows and nothing else: the limit for reading.
///
///     odbc_read CONNECTION-STRING STATEMENT [ROWS-OF-A-BLOCK]
///
/// The columns are int, bigint, double, varchar(20), date, timestamp and numeric(12,2). Without a number a block has
/// about 1 MiB, as a batch of the driver has. Counts from connecting to the last row. Prints one line of JSON.
#include "odbc_bench.h"

enum { COLUMNS = 7 };

typedef struct column {
  SQLSMALLINT type;
  long width;
} column;

static const column columns[COLUMNS] = {
    {SQL_C_SLONG, sizeof(SQLINTEGER)},
    {SQL_C_SBIGINT, sizeof(SQLBIGINT)},
    {SQL_C_DOUBLE, sizeof(SQLDOUBLE)},
    // Twenty characters of UTF-8, and the end.
    {SQL_C_CHAR, 20 * 4 + 1},
    {SQL_C_TYPE_DATE, sizeof(SQL_DATE_STRUCT)},
    {SQL_C_TYPE_TIMESTAMP, sizeof(SQL_TIMESTAMP_STRUCT)},
    // Twelve digits, a sign, a point, a digit in front of it, and the end.
    {SQL_C_CHAR, 16},
};

static long rows_of_a_mebibyte(void) {
  long width = 0;
  for (int index = 0; index < COLUMNS; index++) {
    width += columns[index].width + (long)sizeof(SQLLEN);
  }
  return (1L << 20) / width;
}

int main(int count, char **arguments) {
  if (count < 3) return 2;
  long block = count > 3 ? atol(arguments[3]) : rows_of_a_mebibyte();
  SQLHENV environment = make_environment();
  double start = seconds(), computed = cpu_seconds();
  SQLHDBC connection = connect_to(environment, arguments[1]);
  SQLHSTMT statement;
  SQLAllocHandle(SQL_HANDLE_STMT, connection, &statement);
  SQLULEN fetched = 0;
  SQLSetStmtAttr(statement, SQL_ATTR_ROW_BIND_TYPE, (SQLPOINTER)SQL_BIND_BY_COLUMN, 0);
  check(SQLSetStmtAttr(statement, SQL_ATTR_ROW_ARRAY_SIZE, (SQLPOINTER)block, 0), SQL_HANDLE_STMT, statement,
        "SQL_ATTR_ROW_ARRAY_SIZE");
  SQLSetStmtAttr(statement, SQL_ATTR_ROWS_FETCHED_PTR, &fetched, 0);
  check(SQLExecDirect(statement, (SQLCHAR *)arguments[2], SQL_NTS), SQL_HANDLE_STMT, statement, "SQLExecDirect");
  for (int index = 0; index < COLUMNS; index++) {
    void *cells = malloc((size_t)(columns[index].width * block));
    SQLLEN *lengths = malloc(sizeof(SQLLEN) * (size_t)block);
    check(SQLBindCol(statement, (SQLUSMALLINT)(index + 1), columns[index].type, cells, columns[index].width, lengths),
          SQL_HANDLE_STMT, statement, "SQLBindCol");
  }
  long rows = 0;
  SQLRETURN code;
  while ((code = SQLFetch(statement)) != SQL_NO_DATA) {
    check(code, SQL_HANDLE_STMT, statement, "SQLFetch");
    rows += (long)fetched;
  }
  report(connection, rows, seconds() - start, cpu_seconds() - computed, block);
  SQLFreeHandle(SQL_HANDLE_STMT, statement);
  SQLDisconnect(connection);
  return 0;
}
