/// A program in C, also valid C++, that ends with 0 if each inline function of the header does what
/// its comment says.
enum HelperProgram {
  static let source = #"""
    #include "driver_abi.h"
    #include <math.h>
    #include <stdio.h>
    #include <stdlib.h>
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
          dh_member("with_nul", dh_textual(DH_STRING, "a\0b", 3)),
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
      CHECK(dh_double_of(&map, "string", 3) == 3 && dh_double_of(&map, "missing", 3) == 3);
      CHECK(dh_double_of(&map, "decimal", 3) == 1.1);

      dh_text_v1 text = dh_text_of(&map, "with_nul");
      CHECK(text.len == 3 && text.ptr[1] == '\0' && text.ptr[2] == 'b' && text.ptr == entries[9].value.as.text);
      CHECK(dh_text_is(dh_text_of(&map, "decimal"), "1.10"));
      CHECK(dh_text_of(&map, "bytes").len == 0 && dh_text_of(&map, "missing").ptr == NULL);
      dh_text_v1 bytes = dh_bytes_of(&map, "bytes");
      CHECK(bytes.len == 2 && bytes.ptr == entries[7].value.as.text);
      CHECK(dh_bytes_of(&map, "string").len == 0 && dh_bytes_of(&map, "missing").ptr == NULL);

      CHECK(dh_bool_of(&map, "yes", 0) == 1 && dh_bool_of(&map, "no", 1) == 0);
      CHECK(dh_bool_of(&map, "int", 0) == 0 && dh_bool_of(&map, "missing", 1) == 1);

      CHECK(entries[8].value.kind == DH_LIST && entries[8].value.count == 1);
      CHECK(entries[8].value.as.items[0].as.integer == 7);
      CHECK(entries[7].value.count == 2 && entries[7].value.as.text[1] == 1);
      CHECK(dh_text_is(entries[6].name, "string") && entries[6].value.flags == 0);
    }

    /* How many doubles lie between two finite ones. */
    static uint64_t distance(double a, double b) {
      int64_t places[2];
      double both[2] = {a, b};
      memcpy(places, both, sizeof both);
      for (int i = 0; i < 2; i++) {
        if (places[i] < 0) places[i] = INT64_MIN - places[i];
      }
      return places[0] < places[1] ? (uint64_t)places[1] - (uint64_t)places[0]
                                   : (uint64_t)places[0] - (uint64_t)places[1];
    }

    static uint64_t seed = 88172645463325252u;

    static uint64_t random_bits(void) {
      seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
      return seed;
    }

    static void number_is(const char *text, uint64_t tolerance) {
      double wanted = strtod(text, NULL), got = dh_number_of_text(dh_text(text));
      int is_near = isinf(wanted) ? got == wanted : !isinf(got) && distance(wanted, got) <= tolerance;
      if (is_near) return;
      fprintf(stderr, "%s is %.17g, not %.17g\n", text, wanted, got);
      faults++;
    }

    static void numbers(void) {
      const char *exact[] = {"0",      "-0",    "1",         "-12.5",    "0.1",        "1.10",    "1e22",    "1E-22",
                             "12e+3",  "0e999", "0.00e-400", "1e400",    "-1e400",     "1e-400",  "1e99999999999999999999",
                             "-1e-99999999999999999999",     "0.000001", "123456789012345e-22", "999999999999999"};
      for (size_t i = 0; i < sizeof exact / sizeof *exact; i++) number_is(exact[i], 0);
      CHECK(signbit(dh_number_of_text(dh_text("-0"))) && signbit(dh_number_of_text(dh_text("-0e99"))));
      const char *near[] = {"1.7976931348623157e308", "2.2250738585072014e-308", "4.9406564584124654e-324",
                            "9007199254740993", "18446744073709551615", "123456789012345678901234567890.5",
                            "0.30000000000000004", "100000000000000000000000000000000000000000000"};
      for (size_t i = 0; i < sizeof near / sizeof *near; i++) number_is(near[i], 1);
      char text[512];
      for (int round = 0; round < 100000; round++) {
        uint64_t bits = random_bits();
        double number;
        memcpy(&number, &bits, sizeof number);
        if (isnan(number) || isinf(number)) continue;
        snprintf(text, sizeof text, "%.17g", number);
        number_is(text, 1);
        snprintf(text, sizeof text, "%.30e", number);
        number_is(text, 1);
        /* Fifteen digits and a small power of ten: one rounding. */
        snprintf(text, sizeof text, "%s%d.%014de%d", bits & 1 ? "-" : "", (int)(bits >> 1 & 7) + 1,
                 (int)(bits >> 8 & 0x7fffffff), (int)(bits >> 50) % 22 - 7);
        number_is(text, 0);
      }
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
      numbers();
      ends();
      return faults != 0;
    }

    """#
}
