/// A program in C that passes NULL where the header has none, which compilers let through behind a
/// variable.
enum NullProgram {
  static let source = """
    #include "driver_host.h"
    #include <stdio.h>

    #define REFUSED(call)                                                                          \\
      do {                                                                                         \\
        error = 0;                                                                                 \\
        if ((call) != DH_INVALID) return printf("%s\\n", #call), 1;                                 \\
        dh_release_v1(error);                                                                      \\
      } while (0)

    int main(void) {
      void *volatile none = NULL;
      dh_handle host = 0, error = 0, handle = 0;
      dh_target_v1 target = dh_type("NONE");
      dh_text_v1 text = dh_text("NONE"), broken = {NULL, 3};
      dh_value_v1 list = dh_list(NULL, 2), empty = dh_list(NULL, 0);
      REFUSED(dh_host_open_v1(NULL, none, &error));
      if (dh_host_open_v1(NULL, &host, NULL) != DH_OK) return 2;
      REFUSED(dh_host_statistics_v1(host, none, &error));
      REFUSED(dh_host_drivers_v1(host, none, &error));
      REFUSED(dh_host_descriptor_v1(host, text, none, &error));
      REFUSED(dh_host_descriptor_v1(host, broken, &handle, &error));
      REFUSED(dh_host_schema_v1(host, text, text, none, &error));
      REFUSED(dh_host_connectors_v1(host, none, &error));
      REFUSED(dh_host_vaults_v1(host, none, &error));
      REFUSED(dh_host_load_v1(host, broken, &error));
      REFUSED(dh_host_connect_v1(host, none, NULL, NULL, &handle, &error));
      REFUSED(dh_host_connect_v1(host, &target, &list, NULL, &handle, &error));
      REFUSED(dh_execution_create_v1(host, none, NULL, NULL, &handle, &error));
      REFUSED(dh_execution_create_v1(host, &target, NULL, NULL, none, &error));
      REFUSED(dh_host_connect_many_v1(host, &target, NULL, none, NULL, NULL, &handle, &error));
      REFUSED(dh_host_connect_many_v1(host, &target, NULL, &empty, NULL, NULL, none, &error));
      REFUSED(dh_host_executions_v1(host, NULL, none, &error));
      REFUSED(dh_host_execution_v1(host, text, none, &error));
      if (dh_execution_create_v1(host, &target, NULL, NULL, &handle, NULL) != DH_OK) return 3;
      REFUSED(dh_execution_id_v1(handle, none));
      REFUSED(dh_execution_rows_v1(handle, 0, NULL, none, &error));
      dh_release_v1(handle);
      if (dh_host_statistics_v1(host, &handle, NULL) != DH_OK) return 4;
      REFUSED(dh_json_v1(handle, 0, none));
      if (dh_output_v1(handle, broken) != NULL) return 5;
      dh_release_v1(handle), dh_host_close_v1(host, NULL, NULL);
      return dh_release_v1(host);
    }

    """
}
