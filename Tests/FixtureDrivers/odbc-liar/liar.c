// A driver of ODBC that lies, as the text of the statement says: `select negative` has a value of a negative length.
//
// It has the functions that unixODBC asks for, and no server. With LIAR_NARROW its texts are bytes, else UTF-16.
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include <sql.h>
#include <sqlext.h>
#include <sqlucode.h>

#ifdef LIAR_NARROW
typedef SQLCHAR text_unit;
#define TEXT(name) name
#else
typedef SQLWCHAR text_unit;
#define TEXT(name) name##W
#endif
#define PUBLIC __attribute__((visibility("default")))

enum { LONG = 5000, MANY = 5000, CELLS = 8 };

typedef struct {
  SQLSMALLINT type;
  char *start;
  SQLLEN width;
  SQLLEN *lengths;
} cell;

typedef struct statement statement;
typedef struct {
  statement *statements;
} connection;

struct statement {
  connection *in;
  statement *next;
  char lie[64];
  cell cells[CELLS];
  SQLULEN rows;
  SQLULEN *fetched, *offset;
  SQLUSMALLINT *states;
  SQLULEN sets;
  SQLUSMALLINT *set_states;
  int is_running, fetches, pieces;
};

/// How many connections there are, and how many statements.
PUBLIC int liar_connections, liar_statements;
/// How many sets of parameters were worked through.
PUBLIC int liar_sets;
static int is_lost;
static char failed[64];

static int is(const statement *of, const char *lie) { return strcmp(of->lie, lie) == 0; }

// MARK: Handles

PUBLIC SQLRETURN SQLAllocHandle(SQLSMALLINT kind, SQLHANDLE parent, SQLHANDLE *made) {
  *made = calloc(1, sizeof(statement));
  if (kind == SQL_HANDLE_DBC) __atomic_add_fetch(&liar_connections, 1, __ATOMIC_SEQ_CST);
  if (kind == SQL_HANDLE_STMT) {
    statement *of = *made;
    of->in = parent;
    of->next = of->in->statements;
    of->in->statements = of;
    __atomic_add_fetch(&liar_statements, 1, __ATOMIC_SEQ_CST);
  }
  return SQL_SUCCESS;
}

static void release(statement *of) {
  statement **place = &of->in->statements;
  while (*place != of) place = &(*place)->next;
  *place = of->next;
  __atomic_sub_fetch(&liar_statements, 1, __ATOMIC_SEQ_CST);
  free(of);
}

PUBLIC SQLRETURN SQLFreeHandle(SQLSMALLINT kind, SQLHANDLE handle) {
  if (kind == SQL_HANDLE_DBC) __atomic_sub_fetch(&liar_connections, 1, __ATOMIC_SEQ_CST);
  if (kind == SQL_HANDLE_STMT) release(handle);
  else free(handle);
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLSetEnvAttr(SQLHENV handle, SQLINTEGER name, SQLPOINTER value, SQLINTEGER n) {
  (void)handle, (void)name, (void)value, (void)n;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLDriverConnect)(SQLHDBC handle, SQLHWND window, text_unit *in,
                                        SQLSMALLINT count, text_unit *out, SQLSMALLINT capacity,
                                        SQLSMALLINT *length, SQLUSMALLINT how) {
  (void)handle, (void)window, (void)in, (void)count, (void)how;
  if (out && capacity > 0) out[0] = 0;
  if (length) *length = 0;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLDisconnect(SQLHDBC handle) {
  // What the driver manager would not free any more: statements that are said to be running.
  connection *of = handle;
  // By its own name it would be the driver manager's.
  while (of->statements) release(of->statements);
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLSetConnectAttr)(SQLHDBC handle, SQLINTEGER name, SQLPOINTER value,
                                         SQLINTEGER count) {
  (void)handle, (void)name, (void)value, (void)count;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLGetConnectAttr)(SQLHDBC handle, SQLINTEGER name, SQLPOINTER value,
                                         SQLINTEGER capacity, SQLINTEGER *length) {
  (void)handle, (void)capacity, (void)length;
  *(SQLUINTEGER *)value = name == SQL_ATTR_CONNECTION_DEAD ? (SQLUINTEGER)is_lost : 0;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLGetInfo)(SQLHDBC handle, SQLUSMALLINT what, SQLPOINTER value,
                                  SQLSMALLINT capacity, SQLSMALLINT *length) {
  (void)handle;
  if (value) memset(value, 0, capacity > 0 && capacity < 4 ? (size_t)capacity : 4);
  if (length) *length = 0;
  if (what == SQL_DRIVER_ODBC_VER && value && capacity >= 12) {
    for (int i = 0; i < 6; i++) ((text_unit *)value)[i] = (text_unit)("03.52"[i]);
    if (length) *length = 5 * sizeof(text_unit);
  }
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLEndTran(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT how) {
  (void)kind, (void)handle, (void)how;
  return is_lost ? SQL_ERROR : SQL_SUCCESS;
}

// MARK: Diagnostics

PUBLIC SQLRETURN TEXT(SQLGetDiagRec)(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                     text_unit *state, SQLINTEGER *native, text_unit *text,
                                     SQLSMALLINT capacity, SQLSMALLINT *length) {
  (void)handle;
  int is_endless = kind == SQL_HANDLE_STMT && strcmp(failed, "diagnostics") == 0;
  if (number > (is_endless ? MANY : 1)) return SQL_NO_DATA;
  int is_long = strcmp(failed, "diagnostic_long") == 0;
  const char *what = strcmp(failed, "lost") == 0 ? "08S01" : "22003";
  for (int i = 0; state && i < 6; i++) state[i] = (text_unit)what[i];
  if (native) *native = number;
  int i = 0;
  for (; text && i < capacity - 1 && (is_long || "a lie"[i]); i++)
    text[i] = is_long ? (text_unit)'x' : (text_unit)("a lie"[i]);
  if (text && capacity > 0) text[i] = 0;
  if (length) *length = is_long ? 32767 : 5;
  return is_long ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLGetDiagField)(SQLSMALLINT kind, SQLHANDLE handle, SQLSMALLINT number,
                                       SQLSMALLINT what, SQLPOINTER value, SQLSMALLINT capacity,
                                       SQLSMALLINT *length) {
  (void)kind, (void)handle, (void)number, (void)what, (void)value, (void)capacity, (void)length;
  return SQL_ERROR;
}

// MARK: Statements

PUBLIC SQLRETURN TEXT(SQLSetStmtAttr)(SQLHSTMT handle, SQLINTEGER name, SQLPOINTER value,
                                      SQLINTEGER n) {
  (void)n;
  statement *of = handle;
  if (name == SQL_ATTR_ROW_ARRAY_SIZE) of->rows = (SQLULEN)value;
  if (name == SQL_ATTR_ROWS_FETCHED_PTR) of->fetched = value;
  if (name == SQL_ATTR_ROW_BIND_OFFSET_PTR) of->offset = value;
  if (name == SQL_ATTR_ROW_STATUS_PTR) of->states = value;
  if (name == SQL_ATTR_PARAM_STATUS_PTR) of->set_states = value;
  if (name == SQL_ATTR_PARAMSET_SIZE) {
    if (is(of, "no_sets")) return SQL_ERROR;
    of->sets = is(of, "one_set") ? 1 : (SQLULEN)value;
    if (of->sets != (SQLULEN)value) return SQL_SUCCESS_WITH_INFO;
  }
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLGetStmtAttr)(SQLHSTMT handle, SQLINTEGER name, SQLPOINTER value,
                                      SQLINTEGER capacity, SQLINTEGER *length) {
  (void)handle, (void)name, (void)value, (void)capacity, (void)length;
  return SQL_ERROR;
}

/// What a statement beside this one was prepared to lie about.
static int lies_beside(const statement *this, const char *start) {
  for (const statement *of = this->in->statements; of; of = of->next)
    if (of != this && strncmp(of->lie, start, strlen(start)) == 0) return 1;
  return 0;
}

PUBLIC SQLRETURN TEXT(SQLPrepare)(SQLHSTMT handle, text_unit *text, SQLINTEGER count) {
  statement *of = handle;
  memset(of->lie, 0, sizeof of->lie);
  for (int i = 7; i < count && i < 70 && text[i] != ' '; i++) of->lie[i - 7] = (char)text[i];
  memcpy(failed, of->lie, sizeof failed);
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLBindParameter(SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT direction,
                                  SQLSMALLINT form, SQLSMALLINT type, SQLULEN size,
                                  SQLSMALLINT digits, SQLPOINTER start, SQLLEN width,
                                  SQLLEN *lengths) {
  (void)handle, (void)number, (void)direction, (void)form, (void)type, (void)size, (void)digits;
  (void)start, (void)width, (void)lengths;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLExecute(SQLHSTMT handle) {
  statement *of = handle;
  if (is(of, "no_savepoint_error")) return SQL_ERROR;
  SQLULEN sets = of->sets ? of->sets : 1, done = is(of, "unused") ? 1 : sets;
  for (SQLULEN i = 0; of->set_states && i < sets; i++)
    of->set_states[i] = i < done ? SQL_PARAM_SUCCESS : SQL_PARAM_UNUSED;
  __atomic_add_fetch(&liar_sets, (int)done, __ATOMIC_SEQ_CST);
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLExecDirect)(SQLHSTMT handle, text_unit *text, SQLINTEGER count) {
  statement *of = handle;
  memset(of->lie, 0, sizeof of->lie);
  int start = count > 7 && text[0] == 's' && text[6] == ' ' ? 7 : 0;
  for (int i = start; i < count && i - start < 63; i++) of->lie[i - start] = (char)text[i];
  of->is_running = of->fetches = of->pieces = 0;
  memcpy(failed, of->lie, sizeof failed);
  if (is(of, "need_data")) return SQL_NEED_DATA;
  if (is(of, "still_executing")) return SQL_STILL_EXECUTING;
  if (is(of, "invalid_handle")) return SQL_INVALID_HANDLE;
  if (is(of, "odd_status")) return 57;
  if (is(of, "diagnostics") || is(of, "diagnostic_long")) return SQL_ERROR;
  if (is(of, "lost")) {
    is_lost = 1;
    return SQL_ERROR;
  }
  if (strncmp(of->lie, "savepoint", 9) == 0 && lies_beside(of, "no_savepoint")) return SQL_ERROR;
  if (strncmp(of->lie, "release", 7) == 0 && lies_beside(of, "no_release")) return SQL_ERROR;
  if (is(of, "found")) is_lost = 0;
  of->is_running = start > 0;
  return SQL_SUCCESS;
}

static int cancels;

PUBLIC SQLRETURN SQLCancel(SQLHSTMT handle) {
  (void)handle;
  __atomic_add_fetch(&cancels, 1, __ATOMIC_SEQ_CST);
  return SQL_SUCCESS;
}

/// Waits half a minute, unless something is cancelled.
PUBLIC SQLRETURN TEXT(SQLTables)(SQLHSTMT handle, text_unit *catalog, SQLSMALLINT n1, text_unit *schema,
                                 SQLSMALLINT n2, text_unit *table, SQLSMALLINT n3, text_unit *type,
                                 SQLSMALLINT n4) {
  (void)handle, (void)catalog, (void)n1, (void)schema, (void)n2, (void)table, (void)n3, (void)type, (void)n4;
  int before = __atomic_load_n(&cancels, __ATOMIC_SEQ_CST);
  for (int i = 0; i < 3000 && __atomic_load_n(&cancels, __ATOMIC_SEQ_CST) == before; i++) poll(NULL, 0, 10);
  return SQL_ERROR;
}

PUBLIC SQLRETURN SQLMoreResults(SQLHSTMT handle) {
  statement *of = handle;
  return is(of, "more_results") ? SQL_STILL_EXECUTING : SQL_NO_DATA;
}

PUBLIC SQLRETURN SQLRowCount(SQLHSTMT handle, SQLLEN *count) {
  (void)handle;
  *count = -1;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLFreeStmt(SQLHSTMT handle, SQLUSMALLINT what) {
  statement *of = handle;
  if (what == SQL_UNBIND) memset(of->cells, 0, sizeof of->cells);
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLNumResultCols(SQLHSTMT handle, SQLSMALLINT *count) {
  statement *of = handle;
  *count = of->is_running && !is(of, "columns_zero") && !is(of, "found");
  if (is(of, "columns_negative")) *count = -1;
  if (is(of, "columns_many")) *count = (SQLSMALLINT)40000;
  return SQL_SUCCESS;
}

/// What a column is said to be.
static const struct {
  const char *lie;
  SQLSMALLINT type;
  SQLULEN size;
  SQLSMALLINT digits;
} columns[] = {
    {"integer_length", SQL_INTEGER, 10, 0},
    {"integer_negative", SQL_INTEGER, 10, 0},
    {"row_error", SQL_INTEGER, 10, 0},
    {"decimal", SQL_DECIMAL, 10, 2},
    {"decimal_long", SQL_DECIMAL, 10, 2},
    {"decimal_size", SQL_DECIMAL, (SQLULEN)1 << 63, 2},
    {"decimal_digits", SQL_DECIMAL, 10, -5},
    {"date", SQL_TYPE_DATE, 10, 0},
    {"hour", SQL_TYPE_TIMESTAMP, 26, 6},
    {"year", SQL_TYPE_TIMESTAMP, 29, 9},
    {"time", SQL_TYPE_TIME, 8, 0},
    {"time_length", SQL_TYPE_TIME, 8, 0},
    {"size", SQL_VARCHAR, (SQLULEN)1 << 63, 0},
    {"size_most", SQL_VARCHAR, ((SQLULEN)1 << 63) - 1, 0},
    {"size_negative", SQL_VARBINARY, (SQLULEN)-4, 0},
    {"type", 12345, 10, 0},
};

PUBLIC SQLRETURN TEXT(SQLDescribeCol)(SQLHSTMT handle, SQLUSMALLINT number, text_unit *name,
                                      SQLSMALLINT capacity, SQLSMALLINT *length, SQLSMALLINT *type,
                                      SQLULEN *size, SQLSMALLINT *digits, SQLSMALLINT *nullable) {
  (void)number;
  statement *of = handle;
  SQLSMALLINT count = is(of, "name") ? 32767 : 1;
  SQLSMALLINT some = count < capacity ? count : capacity - 1;
  for (int i = 0; name && i < some; i++) name[i] = 'n';
  if (name && capacity > 0) name[some] = 0;
  *length = count;
  if (is(of, "name_negative")) *length = -5;
  *type = SQL_VARCHAR;
  *size = strncmp(of->lie, "get_", 4) == 0 ? 0 : 10;
  *digits = 0;
  *nullable = SQL_NULLABLE;
  for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
    if (is(of, columns[i].lie)) {
      *type = columns[i].type;
      *size = columns[i].size;
      *digits = columns[i].digits;
    }
  return some < count ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
}

PUBLIC SQLRETURN TEXT(SQLColAttribute)(SQLHSTMT handle, SQLUSMALLINT number, SQLUSMALLINT field,
                                       SQLPOINTER text, SQLSMALLINT capacity, SQLSMALLINT *length,
                                       SQLLEN *value) {
  (void)handle, (void)number, (void)field, (void)text, (void)capacity, (void)length, (void)value;
  return SQL_ERROR;
}

PUBLIC SQLRETURN SQLBindCol(SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT type,
                            SQLPOINTER start, SQLLEN width, SQLLEN *lengths) {
  statement *of = handle;
  if (number >= 1 && number <= CELLS)
    of->cells[number - 1] = (cell){type, start, width, lengths};
  return SQL_SUCCESS;
}

/// Puts a text into a cell as it was asked for; what does not fit is left out.
static SQLLEN put(const cell *in, const char *text) {
  SQLLEN unit = in->type == SQL_C_WCHAR ? 2 : 1, count = (SQLLEN)strlen(text), i = 0;
  SQLLEN end = in->type == SQL_C_BINARY ? 0 : 1;
  for (; i < count && (i + 1 + end) * unit <= in->width; i++)
    if (unit == 2) ((SQLWCHAR *)in->start)[i] = (unsigned char)text[i];
    else in->start[i] = text[i];
  if (end && (i + 1) * unit <= in->width) memset(in->start + i * unit, 0, (size_t)unit);
  return count * unit;
}

static SQLLEN value(statement *of, const cell *in) {
  SQLLEN huge = (SQLLEN)1 << 40;
  if (in->type == SQL_C_TYPE_DATE) {
    *(SQL_DATE_STRUCT *)in->start = (SQL_DATE_STRUCT){2023, 2, 30};
    return sizeof(SQL_DATE_STRUCT);
  }
  if (in->type == SQL_C_TYPE_TIMESTAMP) {
    *(SQL_TIMESTAMP_STRUCT *)in->start =
        is(of, "hour") ? (SQL_TIMESTAMP_STRUCT){2023, 2, 3, 99, 0, 0, 0}
                       : (SQL_TIMESTAMP_STRUCT){32767, 12, 31, 0, 0, 0, 0};
    return sizeof(SQL_TIMESTAMP_STRUCT);
  }
  if (is(of, "integer_length") || is(of, "integer_negative") || is(of, "row_error")) {
    if (in->type == SQL_C_SLONG) *(SQLINTEGER *)in->start = 7;
    else put(in, "7");
    return is(of, "integer_negative") ? -7 : in->type == SQL_C_SLONG ? huge : 1;
  }
  if (is(of, "decimal")) return put(in, "abc");
  if (is(of, "decimal_long")) return put(in, "123456789012.5");
  if (strncmp(of->lie, "decimal_", 8) == 0) return put(in, "1.5");
  if (is(of, "time")) return put(in, "ab:cd:ef");
  if (is(of, "utf8")) return put(in, "\xff" "a");
  put(in, "ab");
  if (is(of, "negative")) return -7;
  if (is(of, "length") || is(of, "time_length")) return huge;
  if (is(of, "null_negative")) return SQL_NULL_DATA;
  if (is(of, "surrogate") && in->type == SQL_C_WCHAR) ((SQLWCHAR *)in->start)[0] = 0xD800;
  if (is(of, "odd") && in->type == SQL_C_WCHAR) return 3;
  if (is(of, "get_no_total") || is(of, "get_no_total_right")) return SQL_NO_TOTAL;
  if (strncmp(of->lie, "get_", 4) == 0) return LONG * (in->type == SQL_C_WCHAR ? 2 : 1);
  return 2 * (in->type == SQL_C_WCHAR ? 2 : 1);
}

PUBLIC SQLRETURN SQLFetch(SQLHSTMT handle) {
  statement *of = handle;
  if (is(of, "fetch_need_data")) return SQL_NEED_DATA;
  if (is(of, "fetch_still_executing")) return SQL_STILL_EXECUTING;
  if (is(of, "fetch_invalid_handle")) return SQL_INVALID_HANDLE;
  if (of->fetches++ && !is(of, "no_rows")) return SQL_NO_DATA;
  of->pieces = 0;
  for (int i = 0; i < CELLS; i++) {
    if (!of->cells[i].start) continue;
    size_t behind = of->offset ? *of->offset : 0;
    cell in = of->cells[i];
    in.start = (char *)in.start + behind;
    if (in.lengths) in.lengths = (SQLLEN *)((char *)in.lengths + behind);
    SQLLEN length = value(of, &in);
    if (in.lengths) *in.lengths = length;
  }
  if (of->states) *of->states = is(of, "row_error") ? SQL_ROW_ERROR : SQL_ROW_SUCCESS;
  if (of->states && is(of, "no_row")) *of->states = SQL_ROW_NOROW;
  if (of->fetched)
    *of->fetched = is(of, "no_rows") ? 0
                   : is(of, "more_rows") ? of->rows + 5
                   : is(of, "rows_endless") ? (SQLULEN)-1 : 1;
  return is(of, "row_error") ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLSetPos(SQLHSTMT handle, SQLSETPOSIROW row, SQLUSMALLINT what,
                           SQLUSMALLINT lock) {
  (void)handle, (void)row, (void)what, (void)lock;
  return SQL_SUCCESS;
}

PUBLIC SQLRETURN SQLGetData(SQLHSTMT handle, SQLUSMALLINT number, SQLSMALLINT type,
                            SQLPOINTER start, SQLLEN capacity, SQLLEN *length) {
  (void)number;
  statement *of = handle;
  SQLLEN unit = type == SQL_C_WCHAR ? 2 : 1, end = type == SQL_C_BINARY ? 0 : unit;
  SQLLEN all = LONG * unit, room = (capacity - end) / unit * unit;
  SQLLEN done = of->pieces, left = all - done;
  if (is(of, "get_nothing") || (is(of, "get_early_end") && done > 0)) return SQL_NO_DATA;
  if (is(of, "length") || is(of, "get_less")) {
    cell in = {type, start, capacity, length};
    *length = put(&in, "ab");
    return SQL_SUCCESS;
  }
  if (is(of, "get_no_total")) left = all;
  if (left <= 0) return SQL_NO_DATA;
  SQLLEN some = left < room ? left : room;
  for (SQLLEN i = 0; i < some; i++) ((char *)start)[i] = unit == 2 && i % 2 ? 0 : 'x';
  memset((char *)start + some, 0, (size_t)end);
  of->pieces += (int)some;
  *length = left;
  if (is(of, "get_negative")) *length = -7;
  if (is(of, "get_no_total") || (is(of, "get_no_total_right") && some < left))
    *length = SQL_NO_TOTAL;
  if (is(of, "get_success")) return SQL_SUCCESS;
  // Some remark that has nothing to do with the length.
  if (is(of, "get_remark")) return SQL_SUCCESS_WITH_INFO;
  return some < left || is(of, "get_no_total") ? SQL_SUCCESS_WITH_INFO : SQL_SUCCESS;
}
