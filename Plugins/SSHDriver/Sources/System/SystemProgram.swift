/// The program that tells what a host is, for any POSIX shell.
enum SystemProgram {
  /// The program: it prints lines of a word, a tab and a value.
  ///
  /// What is under /proc is Linux; sysctl(8) is for the BSDs and macOS. A value that nobody tells is left out. A mount
  /// that does not answer holds up `df`, which comes last and is what the time of the call is for.
  static let text = #"""
    LC_ALL=C PATH=$PATH:/usr/sbin:/sbin
    export LC_ALL PATH
    say() { [ -z "$2" ] || printf '%s\t%s\n' "$1" "$2"; }
    say system "$(uname -s)"
    say kernel "$(uname -r)"
    say architecture "$(uname -m)"
    say hostname "$(uname -n)"
    for file in /etc/os-release /usr/lib/os-release; do
    [ -r "$file" ] || continue
    (
    NAME= PRETTY_NAME= ID= VERSION_ID=
    . "$file"
    say os "${PRETTY_NAME:-$NAME}"
    say os_id "$ID"
    say os_version "$VERSION_ID"
    )
    break
    done
    say cpus "$(getconf _NPROCESSORS_ONLN 2>/dev/null || nproc 2>/dev/null || sysctl -n hw.ncpu 2>/dev/null)"
    if [ -r /proc/cpuinfo ]; then
    while IFS=: read -r key value; do
    case $key in
    'model name'* | 'Model'* | 'cpu model'*) say cpu_model "${value# }"; break ;;
    esac
    done </proc/cpuinfo
    else
    say cpu_model "$(sysctl -n machdep.cpu.brand_string 2>/dev/null || sysctl -n hw.model 2>/dev/null)"
    fi
    if [ -r /proc/meminfo ]; then
    while read -r key value unit; do
    case $key in
    MemTotal: | MemAvailable: | SwapTotal: | SwapFree:) say "${key%:}" "$value" ;;
    esac
    done </proc/meminfo
    else
    say memory_bytes "$(sysctl -n hw.memsize 2>/dev/null || sysctl -n hw.physmem 2>/dev/null)"
    fi
    if [ -r /proc/uptime ]; then
    read -r value key </proc/uptime
    say uptime "$value"
    else
    say boot "$(sysctl -n kern.boottime 2>/dev/null)"
    say now "$(date +%s)"
    fi
    if [ -r /proc/loadavg ]; then
    read -r value </proc/loadavg
    say load "$value"
    else
    say load "$(sysctl -n vm.loadavg 2>/dev/null)"
    fi
    df -Pk 2>/dev/null | while read -r line; do say disk "$line"; done

    """#
}
