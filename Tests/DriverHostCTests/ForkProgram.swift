/// An engine in C that forks while calls are in flight, and calls every function in the child.
///
/// It ends with 0 if each answered as the header says; a child that hangs is ended by its alarm.
enum ForkProgram {
  static let source = """
    #include "driver_host.h"
    #include <errno.h>
    #include <stdio.h>
    #include <string.h>
    #include <sys/wait.h>
    #include <unistd.h>

    #define FORKED(call)                                                                           \\
      do {                                                                                         \\
        error = 0;                                                                                 \\
        dh_status status = (call);                                                                 \\
        if (status != DH_FORKED) return printf("%s: %d\\n", #call, status), 1;                     \\
      } while (0)
    #define FORKED_WITH_ERROR(call)                                                                \\
      do {                                                                                         \\
        FORKED(call);                                                                              \\
        if (error != DH_FORKED_ERROR) return printf("%s: no error\\n", #call), 1;                  \\
      } while (0)

    static int child(dh_handle host, dh_handle execution, dh_handle result, struct ArrowArrayStream *rows) {
      alarm(20);
      dh_handle error = 0, other = 0;
      dh_target_v1 target = dh_type("SLEEPER");
      dh_value_v1 list = dh_list(NULL, 0);
      dh_text_v1 text = dh_text("SLEEPER");
      struct ArrowArrayStream stream;
      struct ArrowSchema schema;
      struct ArrowArray array;
      if (rows->get_schema(rows, &schema) != ECANCELED || rows->get_next(rows, &array) != ECANCELED) return 1;
      if (strstr(rows->get_last_error(rows), "forked") == NULL) return 1;
      rows->release(rows);
      if (rows->release != NULL) return 1;
      FORKED_WITH_ERROR(dh_host_open_v1(NULL, &other, &error));
      FORKED_WITH_ERROR(dh_host_close_v1(host, NULL, &error));
      FORKED_WITH_ERROR(dh_host_load_v1(host, text, &error));
      FORKED_WITH_ERROR(dh_host_statistics_v1(host, &other, &error));
      FORKED_WITH_ERROR(dh_host_drivers_v1(host, &other, &error));
      FORKED_WITH_ERROR(dh_host_descriptor_v1(host, text, &other, &error));
      FORKED_WITH_ERROR(dh_host_schema_v1(host, text, text, &other, &error));
      FORKED_WITH_ERROR(dh_host_connectors_v1(host, &other, &error));
      FORKED_WITH_ERROR(dh_host_vaults_v1(host, &other, &error));
      FORKED_WITH_ERROR(dh_host_connect_v1(host, &target, NULL, NULL, &other, &error));
      FORKED_WITH_ERROR(dh_host_connect_many_v1(host, &target, NULL, &list, NULL, NULL, &other, &error));
      FORKED_WITH_ERROR(dh_execution_create_v1(host, &target, NULL, NULL, &other, &error));
      FORKED_WITH_ERROR(dh_execution_wait_v1(execution, -1, &other, &error));
      FORKED_WITH_ERROR(dh_execution_rows_v1(execution, -1, &text, &stream, &error));
      FORKED_WITH_ERROR(dh_host_executions_v1(host, NULL, &other, &error));
      FORKED_WITH_ERROR(dh_host_execution_v1(host, text, &other, &error));
      FORKED_WITH_ERROR(dh_host_prune_v1(host, 0, 0, NULL, &error));
      FORKED(dh_execution_start_v1(execution));
      FORKED(dh_execution_status_v1(execution));
      FORKED(dh_execution_cancel_v1(execution));
      FORKED(dh_execution_id_v1(execution, &text));
      FORKED(dh_execution_on_end_v1(execution, NULL, NULL));
      FORKED(dh_json_v1(result, 0, &text));
      FORKED(dh_release_v1(execution));
      FORKED(dh_release_v1(host));
      if (dh_tree_v1(result) != NULL || dh_result_get_v1(result) != NULL) return 1;
      if (dh_output_v1(result, text) != NULL || dh_failure_get_v1(result) != NULL) return 1;
      const dh_failure_v1 *failure = dh_failure_get_v1(DH_FORKED_ERROR);
      if (failure == NULL || strstr(failure->message.ptr, "forked") == NULL) return 1;
      return dh_api_v1() == DH_HOST_API && strlen(dh_version_v1()) > 0 ? 0 : 1;
    }

    int main(int count, char **arguments) {
      dh_handle host = 0, result = 0, execution = 0, error = 0;
      dh_text_v1 paths[3] = {dh_text(arguments[1]), dh_text(arguments[2]), dh_text(arguments[3])};
      dh_host_options_v1 options = {0};
      options.driver_paths = paths;
      options.driver_path_count = (size_t)count - 1;
      options.flags = DH_ONLY_GIVEN_PATHS;
      if (dh_host_open_v1(&options, &host, &error) < 0) return 2;
      dh_target_v1 target = dh_type("ECHO"), sleeper = dh_type("SLEEPER");
      dh_value_v1 inputs = dh_json("{\\"seconds\\": 600}");
      if (dh_host_connect_v1(host, &target, NULL, NULL, &result, &error) < 0) return 3;
      if (dh_execution_create_v1(host, &sleeper, &inputs, NULL, &execution, &error) < 0) return 4;
      if (dh_execution_start_v1(execution) < 0) return 5;
      dh_target_v1 arrow = dh_type("ARROW");
      dh_call_options_v1 pulling = {0};
      pulling.flags = DH_CALL_STREAMS_ROWS;
      dh_handle reading = 0;
      struct ArrowArrayStream rows;
      struct ArrowArray array;
      if (dh_execution_create_v1(host, &arrow, NULL, &pulling, &reading, &error) < 0) return 11;
      if (dh_execution_rows_v1(reading, -1, NULL, &rows, &error) != 1) return 12;
      for (int round = 0; round < 20; round++) {
        fflush(stdout);
        pid_t process = fork();
        if (process == 0) _exit(child(host, execution, result, &rows) | (fflush(stdout) != 0));
        int status = 0;
        if (waitpid(process, &status, 0) != process || status != 0) return printf("child: %d\\n", status), 6;
      }
      // In the parent all is as before.
      if (rows.get_next(&rows, &array) != 0 || array.release == NULL) return 13;
      array.release(&array), rows.release(&rows), dh_release_v1(reading);
      if (dh_host_connect_v1(host, &target, NULL, NULL, NULL, &error) < 0) return 7;
      dh_execution_cancel_v1(execution);
      if (dh_execution_wait_v1(execution, -1, NULL, NULL) != DH_FAILED) return 8;
      dh_release_v1(execution), dh_release_v1(result);
      if (dh_host_close_v1(host, NULL, NULL) < 0) return 9;
      return dh_release_v1(host) == DH_OK ? 0 : 10;
    }

    """
}
