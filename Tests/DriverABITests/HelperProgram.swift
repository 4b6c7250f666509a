/// A program in C, also valid C++, that ends with 0 if each inline function of the header does what
/// its comment says.
enum HelperProgram {
  static let source = #"""
    #include "driver_abi.h"
    #include <stdio.h>
    #include <string.h>

    static int faults;

    #define CHECK(condition) \
      do { \
        if (!(condition)) { \
          fprintf(stderr, "line %d: %s\n", __LINE__, #condition); \
          faults++; \
        } \
      } while (0)

    static dh_call_v1 ended;
    static uint32_t ended_code;
    static char ended_message[64];

    static dh_status take_done(dh_call_v1 call, const dh_error_v1 *error) {
      ended = call;
      ended_code = error == NULL ? 0 : error->code;
      ended_message[0] = '\0';
      if (error != NULL) {
        memcpy(ended_message, error->message.ptr, error->message.len);
        ended_message[error->message.len] = '\0';
        CHECK(error->flags == 0 && error->status == 0 && error->retry_after_ms == 0);
        CHECK(error->vendor_code == 0 && error->vendor_state.len == 0 && error->pointer.len == 0);
        CHECK(error->detail.len == 0 && error->details == NULL);
      }
      return DH_OK;
    }

    static void texts(void) {
      CHECK(dh_text("").len == 0);
      CHECK(dh_text(NULL).len == 0 && dh_text(NULL).ptr == NULL);
      CHECK(dh_text("abc").len == 3);
      CHECK(dh_same("", "") && dh_same("a", "a") && !dh_same("a", "ab") && !dh_same("ab", "a") && !dh_same("a", "b"));
      dh_text_v1 text = {"abcdef", 3};
      CHECK(dh_text_is(text, "abc") && !dh_text_is(text, "abcd") && !dh_text_is(text, "ab") && !dh_text_is(text, ""));
      CHECK(dh_text_is(dh_text(NULL), "") && !dh_text_is(dh_text(NULL), "a"));
      dh_text_v1 with_nul = {"a\0b", 3};
      CHECK(!dh_text_is(with_nul, "a"));
    }

    static void members(void) {
      dh_value_v1 item = dh_int(7);
      dh_member_v1 entries[] = {
          dh_member("null", dh_null()),
          dh_member("yes", dh_bool(5)),
          dh_member("no", dh_bool(0)),
          dh_member("int", dh_int(INT64_MIN)),
          dh_member("double", dh_double(0.5)),
          dh_member("decimal", dh_textual(DH_DECIMAL, "1.10", 4)),
          dh_member("string", dh_cstring("text")),
          dh_member("bytes", dh_textual(DH_BYTES, "\0\1", 2)),
          dh_member("list", dh_list(&item, 1)),
      };
      dh_value_v1 map = dh_map(entries, sizeof entries / sizeof *entries);
      CHECK(dh_member_of(&map, "int") == &entries[3].value);
      CHECK(dh_member_of(&map, "null") == NULL);
      CHECK(dh_member_of(&map, "in") == NULL && dh_member_of(&map, "integer") == NULL);
      CHECK(dh_member_of(NULL, "int") == NULL && dh_member_of(&item, "int") == NULL);
      dh_value_v1 empty = dh_map(NULL, 0);
      CHECK(dh_member_of(&empty, "int") == NULL);

      CHECK(dh_same(dh_string_of(&map, "string", "other"), "text"));
      CHECK(dh_same(dh_string_of(&map, "decimal", "other"), "1.10"));
      CHECK(dh_same(dh_string_of(&map, "bytes", "other"), "other"));
      CHECK(dh_same(dh_string_of(&map, "int", "other"), "other"));
      CHECK(dh_string_of(&map, "missing", NULL) == NULL);

      CHECK(dh_int_of(&map, "int", 3) == INT64_MIN);
      CHECK(dh_int_of(&map, "double", 3) == 3 && dh_int_of(&map, "yes", 3) == 3 && dh_int_of(&map, "null", 3) == 3);

      CHECK(dh_double_of(&map, "double", 3) == 0.5);
      CHECK(dh_double_of(&map, "int", 3) == -9223372036854775808.0);
      CHECK(dh_double_of(&map, "string", 3) == 3);

      CHECK(dh_bool_of(&map, "yes", 0) == 1 && dh_bool_of(&map, "no", 1) == 0);
      CHECK(dh_bool_of(&map, "int", 0) == 0 && dh_bool_of(&map, "missing", 1) == 1);

      CHECK(entries[8].value.kind == DH_LIST && entries[8].value.count == 1);
      CHECK(entries[8].value.as.items[0].as.integer == 7);
      CHECK(entries[7].value.count == 2 && entries[7].value.as.text[1] == 1);
      CHECK(dh_text_is(entries[6].name, "string") && entries[6].value.flags == 0);
    }

    static void ends(void) {
      static dh_calls_v1 table;
      table.done = take_done;
      dh_call_v1 call = {&table, 42};
      CHECK(dh_succeed(call) == DH_OK && ended.id == 42 && ended_code == 0);
      CHECK(dh_fail(call, DH_ERROR_DNS, "no address") == DH_OK);
      CHECK(ended_code == DH_ERROR_DNS && dh_same(ended_message, "no address"));
    }

    int main(void) {
      texts();
      members();
      ends();
      return faults != 0;
    }

    """#
}
