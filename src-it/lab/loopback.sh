# Sourced: three daemons on loopback for measurements of commands and writes. loopback_up FOLDER; loopback_down.
# SYSTOLE_TREE names the built tree. Each node's root is FOLDER/nI, its socket FOLDER/nI/run/systole/api.sock.
# shellcheck shell=bash
loopback_pids=()
loopback_up() {
    local folder=$1 i base=$((RANDOM % 20000 + 20000))
    mkdir -p "$folder/n1/etc/systole"
    {
        printf 'totem {\n    version: 2\n    cluster_name: bench\n    transport: udpu\n}\nnodelist {\n'
        for i in 1 2 3; do
            printf '    node {\n        name: n%s\n        nodeid: %s\n        ring0_addr: 127.0.0.1\n        port: %s\n    }\n' \
                "$i" "$i" $((base + i))
        done
        printf '}\nquorum {\n    provider: corosync_votequorum\n}\n'
    } > "$folder/n1/etc/systole/cluster.conf"
    "$SYSTOLE_TREE/bin/systole" --root "$folder/n1" keygen > /dev/null 2>&1 || return 1
    for i in 2 3; do
        mkdir -p "$folder/n$i/etc/systole"
        cp -p "$folder/n1/etc/systole/"* "$folder/n$i/etc/systole/"
    done
    for i in 1 2 3; do
        setsid "$SYSTOLE_TREE/bin/systoled" --root "$folder/n$i" --foreground < /dev/null > "$folder/n$i.log" 2>&1 &
        loopback_pids+=($!)
    done
    for ((i = 0; i < 300; i++)); do
        "$SYSTOLE_TREE/bin/systole" --root "$folder/n1" status 2> /dev/null | grep -q 'Online: \[ n1 n2 n3 \]' && return 0
        sleep 0.2
    done
    tail -n 5 "$folder"/n?.log >&2
    return 1
}
loopback_down() {
    local pid
    for pid in "${loopback_pids[@]}"; do kill "$pid" 2> /dev/null; done
    for pid in "${loopback_pids[@]}"; do wait "$pid" 2> /dev/null; done
    loopback_pids=()
}
