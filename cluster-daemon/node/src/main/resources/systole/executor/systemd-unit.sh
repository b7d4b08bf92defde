# One action of a systemd unit, with the exit codes of OCF. $1 action, $2 unit, $3 folder for run-time drop-ins.
action=$1 unit=$2 dropins=$3

state() {
    systemctl show --property=ActiveState "$unit" 2>/dev/null | sed -n 's/^ActiveState=//p'
}

# Waits until the unit has left the states in which a job is under way; the caller's time-out ends the waiting.
settle() {
    while :; do
        now=$(state)
        case $now in
        activating | deactivating) sleep 0.1 ;;
        *) return ;;
        esac
    done
}

known() {
    [ "$(systemctl show --property=LoadState "$unit" 2>/dev/null | sed -n 's/^LoadState=//p')" != not-found ]
}

if ! command -v systemctl >/dev/null 2>&1; then
    echo "ocf-exit-reason:systemctl is not installed; this node has no systemd" >&2
    exit 5
fi

case $action in
start)
    known || { echo "ocf-exit-reason:unit $unit is not known to systemd" >&2; exit 5; }
    # systemd must neither restart what the cluster manages nor stop it before the cluster does.
    if mkdir -p "$dropins/$unit.d" 2>/dev/null; then
        printf '[Unit]\nBefore=systoled.service\n[Service]\nRestart=no\n' >"$dropins/$unit.d/50-systole.conf"
        systemctl daemon-reload
    fi
    systemctl --no-ask-password start "$unit" || exit 1
    settle
    [ "$now" = active ] && exit 0
    echo "ocf-exit-reason:unit $unit is $now after its start" >&2
    exit 1
    ;;
stop)
    if known; then
        systemctl --no-ask-password stop "$unit" || exit 1
        settle
        case $now in
        inactive | failed | '') ;;
        *) echo "ocf-exit-reason:unit $unit is $now after its stop" >&2; exit 1 ;;
        esac
    fi
    rm -f "$dropins/$unit.d/50-systole.conf" && systemctl daemon-reload
    exit 0
    ;;
monitor | status)
    settle
    case $now in
    active | reloading) exit 0 ;;
    failed) echo "ocf-exit-reason:unit $unit has failed" >&2; exit 1 ;;
    *) exit 7 ;;
    esac
    ;;
reload | reload-agent)
    systemctl --no-ask-password reload "$unit" || exit 1
    exit 0
    ;;
*)
    echo "ocf-exit-reason:a systemd unit has no action $action" >&2
    exit 3
    ;;
esac
