# What the scripts share. Sourced, never run; the caller has set `set -euo pipefail`.
# shellcheck shell=bash

# The package's folder, whatever the current one is.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)

# What Scripts/setup and build_release make.
# shellcheck disable=SC2034 # the scripts that source this one read them
release=$root/.build/release venv=$root/.build/venv schema_suite=$root/.build/suites/jsonschema/json
# shellcheck disable=SC2034
yaml_suite=$root/.build/suites/yaml ftp_servers=$root/.build/ftp-servers

# say TEXT…: a line for the reader, on stderr, so that a script's own output stays its own.
say() { printf '%s\n' "$*" >&2; }

# die TEXT…: says what went wrong and what to do, and ends.
die() {
  say "${0##*/}: $*"
  exit 1
}

# show_help: prints the comment at the head of the script that runs.
show_help() { awk 'NR == 1 { next } !/^#/ { exit } { sub(/^# ?/, ""); print }' "$0"; }

# seconds_since MICROSECONDS: the time since an earlier ${EPOCHREALTIME/./}, as 12.3.
seconds_since() {
  local tenths=$(((${EPOCHREALTIME/[.,]/} - $1) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# stage NAME COMMAND…: runs one stage, says its time, and lists it in `stage_times`. Ends the script when it fails.
stage_times=()
stage() {
  local name=$1 begin=${EPOCHREALTIME/[.,]/} status=0
  shift
  say "== $name"
  # Not in a condition and not with ||, which would switch `set -e` off inside the function that runs.
  set +e
  (
    set -e
    "$@"
  )
  status=$?
  set -e
  local time
  time=$(seconds_since "$begin")
  stage_times+=("$(printf '%8s s  %s' "$time" "$name")")
  if ((status != 0)); then
    print_stage_times
    die "stage '$name' failed after $time s, with status $status"
  fi
  say "== $name: $time s"
}

print_stage_times() {
  local line
  for line in "${stage_times[@]}"; do say "$line"; done
}

# release_products: the names of the products that users run or load: the command line, the drivers, the library. Assign
# them to a variable of its own before they are walked through: a `for` does not end when this fails.
release_products() {
  swift package --package-path "$root" dump-package | python3 -c '
import json, sys
for product in json.load(sys.stdin)["products"]:
    if "executable" in product["type"] or product["type"].get("library") == ["dynamic"]:
        print(product["name"])'
}

# shell_scripts: the paths of our shell scripts, each ended by a NUL: the files that name a shell in their first two
# lines.
shell_scripts() {
  local file
  while IFS= read -r -d '' file; do
    if grep -qaE '^#!.*\b(ba)?sh\b|^# shellcheck shell=' < <(head -n 2 -- "$file"); then printf '%s\0' "$file"; fi
  done < <(find "$root"/{Scripts,Examples,Sources/CTemplates,.ci,Fuzz} -name .build -prune -o -type f \
    -print0 | sort -z)
}

# listening_ports: the ports that some program listens on, in hexadecimal, each with its socket's inode.
listening_ports() {
  # Without IPv6 there is no tcp6.
  { cat /proc/net/tcp /proc/net/tcp6 2>/dev/null || true; } |
    awk '$4 == "0A" { n = split($2, at, ":"); print at[n], $10 }' | sort -u
}

# program_of_port PORT [COMMAND…]: the path of the program that listens on a port, given as listening_ports shows it;
# empty where nobody does, or where only root may know. COMMAND stands before what asks: sudo.
program_of_port() {
  local port=$1 inode link
  shift
  while read -r _ inode; do
    # The number of a process is in the path of its descriptors: /proc/12/fd/3. Processes come and go meanwhile.
    link=$("$@" find /proc/[0-9]*/fd -lname "socket:\\[$inode\\]" -print -quit 2>/dev/null || true)
    if [[ $link ]]; then
      "$@" readlink -- "${link%/fd/*}/exe" || true
      return
    fi
  done < <(listening_ports | grep -E "^$port ")
}

# The SONAME of libdriverhost.so, with the revision of its API: engines that were linked with it look for this name.
# shellcheck disable=SC2034 # Scripts/install reads it too
library_soname=libdriverhost.so.1

# build_release: builds them for users, into $release, and nothing of the tests. The Swift runtime is inside.
build_release() {
  local product products flags
  products=$(release_products)
  for product in $products; do
    flags=()
    # A build that is not installed has no SONAME, since no link of that name stands beside it.
    if [[ $product == driverhost ]]; then flags=(-Xlinker -soname -Xlinker "$library_soname"); fi
    swift build --package-path "$root" --configuration release --static-swift-stdlib --jobs "$(build_jobs)" \
      "${flags[@]}" --product "$product" >&2
  done
  # For programs that are linked with it where it was built.
  ln -sf -- libdriverhost.so "$release/$library_soname"
}

# in_folder FOLDER COMMAND…
in_folder() (
  cd -- "$1"
  shift
  "$@"
)

# Builds need few jobs on small machines: a compiler takes up to 1 GB.
build_jobs() {
  local cores
  cores=$(nproc)
  echo $((cores < 8 ? cores : 8))
}
