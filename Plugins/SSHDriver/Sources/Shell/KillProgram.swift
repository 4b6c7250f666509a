/// The program that ends a run, for any POSIX shell.
enum KillProgram {
  /// The program; its settings stand before it.
  ///
  /// A process is `number:start:parent:group:session`. Its number is taken from the name of its file in /proc, and the
  /// rest from what stands behind the last `) ` there, so that a program that calls itself `1 (x) S 1` harms nobody.
  /// A loop in the shell takes 10 ms for 100 processes; awk, which may be missing, is not needed.
  ///
  /// Processes that we have no right to end are not waited for. Those that begin others faster than they are ended are
  /// stopped first; not at once, since sudo stops itself when its command is, and then nobody else wakes it.
  static let text =
    listing + naming + finding + #"""
      drv_signal() {
      drv_none=1
      for drv_pid in $drv_set; do kill -s $1 $drv_pid 2>/dev/null && drv_none=0; done
      return $drv_none
      }
      drv_wait() {
      if sleep 0.1 2>/dev/null; then drv_spent=$((drv_spent + 1)); else
      sleep 1
      drv_spent=$((drv_spent + 10))
      fi
      }
      drv_keys=" "
      drv_find
      set -- $drv_set
      drv_found=$#
      drv_signal TERM
      drv_signal CONT
      drv_spent=0
      while [ "$drv_set" != " " ] && [ $drv_spent -lt $drv_grace ]; do
      drv_signal 0 || break
      drv_wait
      drv_find
      done
      drv_tries=0
      while [ "$drv_set" != " " ] && [ $drv_tries -lt 20 ]; do
      [ $drv_tries -lt 3 ] || { drv_signal STOP; drv_find; }
      drv_signal KILL || break
      drv_wait
      drv_find
      drv_tries=$((drv_tries + 1))
      done
      [ -z "$drv_folder" ] || rm -rf -- "$drv_folder"
      set -- $drv_set
      drv_mark "killed:$drv_found:$*"

      """#

  /// Puts all processes into `drv_all`, but not those that have ended and wait for their parent.
  private static let listing = #"""
    drv_add() {
    [ $# -ge 21 ] || return 0
    case $2 in Z | X | x) return 0 ;; esac
    drv_one=$1 drv_rest=$3:$4:$5
    shift 20
    drv_all="$drv_all $drv_one:$1:$drv_rest"
    }
    drv_list() {
    drv_all=
    if [ -r /proc/self/stat ]; then
    for drv_file in /proc/[0-9]*/stat; do
    drv_line=
    { IFS= read -r drv_line <"$drv_file"; } 2>/dev/null
    drv_pid=${drv_file#/proc/}
    drv_add ${drv_pid%/stat} ${drv_line##*') '}
    done
    else
    drv_lines=$(ps -A -o pid= -o ppid= -o pgid= -o state= 2>/dev/null |
    while read -r drv_pid drv_parent drv_pgid drv_state; do
    case $drv_state in Z* | X*) ;; *) echo $drv_pid:0:$drv_parent:$drv_pgid:0 ;; esac
    done)
    drv_all=" "$(echo $drv_lines)
    fi
    }

    """#

  /// Prints the numbers of the processes that have the run's name in their environment or in their command line.
  ///
  /// The pattern has its last letter in brackets, so that it does not find itself.
  private static let naming = #"""
    drv_named() {
    if [ -r /proc/self/stat ]; then
    grep -l "$drv_head[$drv_last]" /proc/[0-9]*/$1 2>/dev/null
    elif [ $1 = cmdline ]; then
    ps -A -o pid= -o args= 2>/dev/null | grep "$drv_head[$drv_last]"
    fi | while read -r drv_line drv_rest; do
    drv_line=${drv_line#/proc/}
    echo ${drv_line%%/*}
    done
    }

    """#

  /// Puts the numbers of the run's processes into `drv_set`, and what they are known by into `drv_keys`, which stays.
  ///
  /// A number that is not known is `-` or `x`, which no process has: 0 is the parent, group and session of some.
  private static let finding = #"""
    drv_find() {
    drv_list
    drv_known=$(drv_named environ)
    [ $drv_root != - ] || drv_known="$drv_known $(drv_named cmdline)"
    drv_known=" "$(echo $drv_known)" "
    for drv_one in $drv_all; do
    case $drv_one in
    $drv_root:$drv_start:*) ;;
    $drv_root:*) [ $drv_start = 0 ] || drv_root=x drv_group=x drv_session=x ;;
    esac
    done
    drv_set=" "
    drv_grown=1
    while [ $drv_grown = 1 ]; do
    drv_grown=0
    for drv_one in $drv_all; do
    drv_pid=${drv_one%%:*}
    case $drv_set$$" 1 0 " in *" $drv_pid "*) continue ;; esac
    drv_rest=${drv_one#*:}
    drv_key=$drv_pid:${drv_rest%%:*}
    drv_rest=${drv_rest#*:}
    drv_parent=${drv_rest%%:*}
    drv_rest=${drv_rest#*:}
    drv_pgid=${drv_rest%%:*}
    drv_sid=${drv_rest#*:}
    case " $drv_root $drv_set" in
    *" $drv_pid "* | *" $drv_parent "* | *" $drv_pgid "* | *" $drv_sid "*) ;;
    *)
    case " $drv_group:g $drv_session:s " in
    *" $drv_pgid:g "* | *" $drv_sid:s "*) ;;
    *)
    case $drv_known$drv_keys in
    *" $drv_pid "* | *" $drv_key "*) ;;
    *) continue ;;
    esac
    ;;
    esac
    ;;
    esac
    drv_set="$drv_set$drv_pid "
    case $drv_keys in *" $drv_key "*) ;; *) drv_keys="$drv_keys$drv_key " ;; esac
    drv_grown=1
    done
    done
    }

    """#
}
