/// Engines in C that ask more of the library than a plain one.
enum ThreadProgram {
  /// Runs a call with inputs as deep as they can be on a thread with so many KiB of stack.
  static let smallStack = """
    #include "driver_host.h"
    #include <pthread.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>

    static char **drivers;

    static void *engine(void *context) {
      dh_handle host = 0, result = 0, error = 0;
      dh_text_v1 path = dh_text(drivers[1]);
      dh_host_options_v1 options = {0};
      options.driver_paths = &path, options.driver_path_count = 1, options.flags = DH_ONLY_GIVEN_PATHS;
      if (dh_host_open_v1(&options, &host, NULL) != DH_OK) return "open";
      // As deep as inputs can be, half of it as JSON.
      static char json[600];
      for (int level = 0; level < 256; level++) strcat(json, "[");
      for (int level = 0; level < 256; level++) strcat(json, "]");
      static dh_value_v1 lists[255];
      dh_value_v1 inner = dh_json(json);
      for (int level = 254; level >= 0; level--) lists[level] = dh_list(level == 254 ? &inner : &lists[level + 1], 1);
      dh_member_v1 member = dh_member("any", lists[0]);
      dh_target_v1 target = dh_type("ECHO");
      dh_value_v1 inputs = dh_map(&member, 1);
      dh_call_options_v1 how = {0};
      how.action = dh_text("about");
      if (dh_host_connect_v1(host, &target, &inputs, &how, &result, &error) != DH_OK) {
        fprintf(stderr, "%s\\n", dh_failure_get_v1(error)->message.ptr);
        return "connect";
      }
      dh_text_v1 text;
      if (dh_json_v1(result, DH_JSON_PRETTY, &text) != DH_OK || dh_tree_v1(result) == NULL) return "json";
      dh_release_v1(result);
      if (dh_host_close_v1(host, NULL, NULL) != DH_OK || dh_release_v1(host) != DH_OK) return "close";
      return context;
    }

    int main(int count, char **arguments) {
      (void)count, drivers = arguments;
      pthread_attr_t attributes;
      pthread_attr_init(&attributes);
      pthread_attr_setstacksize(&attributes, (size_t)atoi(arguments[2]) << 10);
      pthread_t thread;
      void *failed = NULL;
      if (pthread_create(&thread, &attributes, engine, NULL) != 0) return 1;
      pthread_join(thread, &failed);
      if (failed != NULL) printf("%s\\n", (char *)failed);
      return failed != NULL;
    }

    """

  /// Closes the library while a host's threads are in it, and ends with 0 if it is there all the same.
  static let unloading = """
    #define _GNU_SOURCE
    #include "driver_host.h"
    #include <dlfcn.h>
    #include <unistd.h>

    int main(int count, char **arguments) {
      (void)count;
      void *library = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
      if (library == NULL) return 1;
      dh_status (*open)(const dh_host_options_v1 *, dh_handle *, dh_handle *);
      dh_status (*release)(dh_handle);
      *(void **)&open = dlsym(library, "dh_host_open_v1"), *(void **)&release = dlsym(library, "dh_release_v1");
      dh_handle host = 0;
      if (open(NULL, &host, NULL) != DH_OK || release(host) != DH_OK || dlclose(library) != 0) return 2;
      usleep(100000);
      return dlopen(arguments[1], RTLD_NOW | RTLD_NOLOAD) == NULL ? 3 : 0;
    }

    """
}
