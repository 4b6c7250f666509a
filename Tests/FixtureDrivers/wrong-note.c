/// A driver in order but for its note, which bears the number of another draft.
#include "fixture.h"

#undef DH_NOTE_TYPE_TEXT
#define DH_NOTE_TYPE_TEXT "0x8000ffff"

DH_EMBED_DESCRIPTOR("wrong-note.json")

static void start(void *instance, const dh_request_v1 *request) {
  (void)instance;
  dh_succeed(request->call);
}

FIXTURE_DRIVER(start)
