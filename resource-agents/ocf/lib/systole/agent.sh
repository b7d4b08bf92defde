# What the agents of provider "systole" share. POSIX sh; sourced, not run.
# shellcheck shell=sh
#
# Contract: the sourcing agent defines the functions NAME_start, NAME_stop, NAME_monitor, NAME_validate, NAME_meta_data
# (and, if it has them, NAME_promote, NAME_demote, NAME_notify, NAME_reload_agent) and ends with: agent_main NAME "$@"

# shellcheck disable=SC2034 # used by the agents
OK=0 GENERIC=1 BAD_ARGS=2 UNIMPLEMENTED=3 NO_PERMISSION=4 NOT_INSTALLED=5 BAD_CONFIG=6 NOT_RUNNING=7
# shellcheck disable=SC2034 # used by the agents
PROMOTED=8 FAILED_PROMOTED=9

instance=${OCF_RESOURCE_INSTANCE:-${0##*/}}
# shellcheck disable=SC2034
node=${SYSTOLE_NODE:-${OCF_RESKEY_CRM_meta_on_node:-}}
state_dir=${HA_RSCTMP:-/run/resource-agents}
# shellcheck disable=SC2034
state_file=$state_dir/${0##*/}-$instance.state

# The last reason that is written is the one the cluster shows.
reason() { echo "${OCF_EXIT_REASON_PREFIX:-ocf-exit-reason:}$*" >&2; }
fail() { rc=$1; shift; reason "$*"; exit "$rc"; }

need() {
    for tool in "$@"; do
        command -v "$tool" >/dev/null 2>&1 || fail $NOT_INSTALLED "program $tool is not installed on this node"
    done
}

# number NAME VALUE LOW HIGH: a whole number within bounds, or the end.
number() {
    case $2 in
    '' | *[!0-9]*) fail $BAD_CONFIG "parameter $1 is '$2'; give a whole number from $3 to $4" ;;
    esac
    if [ "$2" -lt "$3" ] || [ "$2" -gt "$4" ]; then
        fail $BAD_CONFIG "parameter $1 is $2; give a whole number from $3 to $4"
    fi
}

is_true() {
    case $1 in
    1 | yes | true | on | YES | TRUE | ON | Yes | True | On) return 0 ;;
    *) return 1 ;;
    esac
}

# Start time of a process in clock ticks, into $ticks; fails if it does not run. No fork: monitors are many.
start_ticks() {
    read -r line 2>/dev/null <"/proc/$1/stat" || return 1
    # shellcheck disable=SC2086 # the fields of the line
    set -- ${line##*) }
    case $1 in Z | X) return 1 ;; esac
    shift 19
    ticks=$1
}

# A state file holds "PID TICKS": a pid alone may have become somebody else.
remember() {
    start_ticks "$1" || return 1
    echo "$1 $ticks" >"$state_file"
}

# True if the remembered process runs; its pid is then in $pid.
runs() {
    pid='' since=''
    { read -r pid since <"$state_file"; } 2>/dev/null || return 1
    [ -n "$pid" ] && start_ticks "$pid" && [ "$ticks" = "$since" ]
}

# end_process [SIGNAL]: ends the remembered process with its group; KILL after two thirds of the time there is.
end_process() {
    patience=$((${OCF_RESKEY_CRM_meta_timeout:-20000} * 2 / 3 / 20))
    runs || { rm -f "$state_file"; return 0; }
    kill -s "${1:-TERM}" "$pid" 2>/dev/null
    while runs; do
        patience=$((patience - 1))
        if [ "$patience" -le 0 ]; then
            kill -s KILL -- "-$pid" 2>/dev/null || kill -s KILL "$pid" 2>/dev/null
        fi
        sleep 0.02
    done
    rm -f "$state_file"
}

# Appends "MILLISECONDS NODE WHAT" to the file that parameter "journal" names.
journal() {
    [ -n "${OCF_RESKEY_journal:-}" ] || return 0
    echo "$(date +%s%3N) ${node:-?} $instance $*" >>"$OCF_RESKEY_journal"
}

usage() { echo "usage: ${0##*/} {start|stop|monitor|validate-all|meta-data$1}" >&2; }

agent_main() {
    name=$1
    action=${2:-}
    case $action in
    meta-data)
        "${name}_meta_data"
        exit $OK
        ;;
    start | stop | monitor | validate-all | promote | demote | notify | reload-agent | migrate_to | migrate_from) ;;
    status) action=monitor ;;
    *)
        usage "${agent_extra_actions:-}"
        exit $UNIMPLEMENTED
        ;;
    esac
    # The executor keeps what is written here, with the environment and the result, in a file for each run.
    is_true "${OCF_RESKEY_trace_ra:-}" && set -x
    [ -d "$state_dir" ] || mkdir -p "$state_dir" 2>/dev/null || fail $NO_PERMISSION "folder $state_dir cannot be made"
    case $action in
    stop | monitor) ;;
    *) "${name}_validate" || exit $? ;;
    esac
    case $action in
    validate-all) exit $OK ;;
    reload-agent) function=${name}_reload_agent ;;
    *) function=${name}_$action ;;
    esac
    command -v "$function" >/dev/null 2>&1 || fail $UNIMPLEMENTED "agent ${0##*/} has no action $action"
    "$function"
    exit $?
}
