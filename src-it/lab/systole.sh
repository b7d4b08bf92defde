# netlab stack plug-in: Systole (copy or link it into the lab's stacks/). Sourced by netlab's bash. Settings by environment:
# SYSTOLE_TREE (built tree; default: target/systole above this file), SYSTOLE_TOTEM (more totem lines, \n between them),
# SYSTOLE_QUORUM (more quorum lines), SYSTOLE_TRANSPORT (empty = multicast, udpu = unicast), SYSTOLE_HEAP
# shellcheck shell=bash
SYSTOLE_LAB=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
SYSTOLE_TREE=${SYSTOLE_TREE:-$(readlink -f "$SYSTOLE_LAB/../../target/systole")}

stack_install() { # what the nodes must find on the host's file system
    ln -sfn "$NETLAB_HOME/agents/fence_netlab" /usr/sbin/fence_netlab
    mkdir -p /usr/lib/ocf/resource.d/netlab && ln -sfn "$NETLAB_HOME/agents/echo" /usr/lib/ocf/resource.d/netlab/echo
}
stack_uninstall() { # unless another lab (other NETLAB_PREFIX) still runs
    ls -d /sys/fs/cgroup/freezer/netlab-* >/dev/null 2>&1 && return
    rm -f /usr/sbin/fence_netlab /usr/lib/ocf/resource.d/netlab/echo
    rmdir /usr/lib/ocf/resource.d/netlab 2>/dev/null
}
stack_configure() { # node dir
    local d=$2 i r c=$2/root/etc/systole
    [ -x "$SYSTOLE_TREE/bin/systoled" ] || die "there is no $SYSTOLE_TREE/bin/systoled; build first: mvn -DskipTests package"
    mkdir -p "$c" "$d/root/var" "$d/root/run"
    { echo "127.0.0.1 localhost"; for ((i = 1; i <= NODES; i++)); do echo "$NETLAB_NET.0.$i n$i"; done; } > "$d/hosts"
    # The node's /run is lost in a crash, as on a machine; its disk is not.
    cat > "$d/boot.sh" <<'X'
mkdir -p /run/systole && mount --bind /run "$d/root/run"
X
    {
        echo "totem {"; echo "    version: 2"; echo "    cluster_name: netlab"
        [ -n "${SYSTOLE_TRANSPORT:-}" ] && echo "    transport: $SYSTOLE_TRANSPORT"
        [ -n "${SYSTOLE_TOTEM:-}" ] && printf '    %b\n' "$SYSTOLE_TOTEM"
        echo "}"; echo "nodelist {"
        for ((i = 1; i <= NODES; i++)); do
            echo "    node {"; echo "        name: n$i"; echo "        nodeid: $i"
            for ((r = 0; r < RINGS; r++)); do echo "        ring${r}_addr: $NETLAB_NET.$r.$i"; done
            echo "    }"
        done
        echo "}"; echo "quorum {"; echo "    provider: corosync_votequorum"
        [ -n "${SYSTOLE_QUORUM:-}" ] && printf '    %b\n' "$SYSTOLE_QUORUM"
        echo "}"
    } > "$c/cluster.conf"
    if [ ! -f "$NETLAB_STATE/authkey" ]; then
        "$SYSTOLE_TREE/bin/systole" --root "$d/root" keygen >/dev/null || die "no key could be made"
        cp -p "$c/authkey" "$NETLAB_STATE/authkey"
    fi
    [ -f "$c/authkey" ] || cp -p "$NETLAB_STATE/authkey" "$c/authkey"
}
stack_start() {
    local d=$NETLAB_STATE/nodes/$1
    in_node "$1" env SYSTOLE_NODE_ROOT="$d/root" setsid "$SYSTOLE_TREE/bin/systoled" --root "$d/root" --foreground \
        </dev/null >>"$d/systoled.log" 2>&1 &
}
stack_stop() {
    local p
    for p in $(cmd_pids "$1" java); do
        tr '\0' '\n' <"/proc/$p/cmdline" 2>/dev/null | grep -q '^systole\.daemon\.' || continue
        kill -TERM "$p"
        while [ -d "/proc/$p" ]; do sleep 0.02; done
    done
}
