#!/usr/bin/env bash
# Records a session of the interactive shell, as it looks on a terminal (tmux), into docs/shell-session.md: completion, an
# error with the nearest word, a plan, a commit, an undo, a move. Starts three nodes on this host for it; needs no root.
#   --print   write to standard output instead
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
tree=$top/target/systole
target=$top/docs/shell-session.md
[ "${1:-}" = --print ] && target=/dev/stdout
# shellcheck source=src-it/prepare.sh
. "$here/prepare.sh"
prepare java perl tmux || exit 1
[ -x "$tree/bin/systoled" ] || { echo "shell-session: build first: mvn package" >&2; exit 1; }

work=$(mktemp -d "${TMPDIR:-/tmp}/systole-session.XXXXXX") || exit 1
socket=$work/tmux
pause() { read -r -t "$1" <> <(:) || :; }
pids_of() { grep -zlxF "SYSTOLE_NODE_ROOT=$1" /proc/[0-9]*/environ 2>/dev/null | sed 's#/proc/\([0-9]*\)/.*#\1#'; }
finish() {
    tmux -S "$socket" kill-server 2>/dev/null
    local n pids
    for n in n1 n2 n3; do
        mapfile -t pids < <(pids_of "$work/$n")
        [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null
    done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' INT TERM

in_use() { awk -v p="$(printf '%04X' "$1")" 'FNR > 1 && substr($2, length($2) - 3) == p { found = 1 } END { exit !found }' /proc/net/udp /proc/net/tcp; }
ports=()
candidate=$((20000 + RANDOM % 20000))
while [ ${#ports[@]} -lt 3 ]; do
    in_use $candidate || ports+=($candidate)
    candidate=$((candidate + 7))
done
mkdir -p "$work/n1/etc/systole" "$work/n2/etc/systole" "$work/n3/etc/systole"
{
    printf 'totem {\n    version: 2\n    cluster_name: shop\n    transport: udpu\n}\nnodelist {\n'
    for i in 1 2 3; do
        printf '    node {\n        name: n%s\n        nodeid: %s\n        ring0_addr: 127.0.0.1\n        port: %s\n    }\n' $i $i "${ports[i - 1]}"
    done
    printf '}\nquorum {\n    provider: corosync_votequorum\n}\n'
} > "$work/n1/etc/systole/cluster.conf"
"$tree/bin/systole" --root "$work/n1" keygen 2>/dev/null
for n in n2 n3; do cp -p "$work/n1/etc/systole/"* "$work/$n/etc/systole/"; done
for n in n1 n2 n3; do
    SYSTOLE_NODE_ROOT=$work/$n setsid "$tree/bin/systoled" --root "$work/$n" --foreground </dev/null >"$work/$n.log" 2>&1 &
    disown
done
for _ in {1..300}; do
    "$tree/bin/systole" --root "$work/n1" status 2>/dev/null | grep -q 'Online: \[ n1 n2 n3 \]' && break
    pause 0.3
done
cat > "$work/shop.crm" <<'CRM'
property fencing-enabled=false
rsc_defaults resource-stickiness=100
primitive db ocf:systole:dummy op monitor interval=10s
primitive web ocf:systole:dummy op monitor interval=10s
group shop db web
location shop-likes-n1 shop 50: n1
CRM
"$tree/bin/systole" --root "$work/n1" -w configure load update "$work/shop.crm" || exit 1

screen() { tmux -S "$socket" capture-pane -p -J -S - -t shell | sed 's/[[:space:]]*$//' | sed -e :a -e '/^\n*$/{$d;N;ba' -e '}'; }
# Until the screen has stood still for a while.
still() {
    local last='' now same=0
    for _ in {1..240}; do
        pause 0.25
        now=$(screen)
        if [ "$now" = "$last" ]; then same=$((same + 1)); else same=0; fi
        last=$now
        [ $same -ge "${1:-5}" ] && return
    done
}
keys() { tmux -S "$socket" send-keys -t shell "$@"; }
typed() { keys -l "$1"; keys Enter; still "${2:-5}"; }

tmux -S "$socket" -f /dev/null new-session -d -s shell -x 108 -y 200 \
    "env HOME=$work TERM=xterm $tree/bin/systole --root $work/n1"
for _ in {1..100}; do screen | grep -q 'live' && break; pause 0.2; done

# What a Tab shows is gone with the next key: it is kept as it stood.
shown=()
tabbed() { # KEYS WORDS: type, press Tab, keep the line, what the Tab shows below it, and a manual above it
    keys -l "$1"
    pause 0.3
    keys Tab
    still 4
    shown+=("$2" "$(screen | tac | awk 'below { if (/^[a-z_-]+ \(/) print; exit } { print } /^systole\(/ { below = 1 }' | tac)")
}

typed "status" 8
tabbed "conf" "\`conf\`: it is the only word that begins so."
keys Enter
still
tabbed "sh" "\`sh\`: one command."
tabbed "sho" "\`sho\`: the ids that are there."
keys C-u
tabbed "primitive cache ocf:systole:w" "\`ocf:systole:w\`: the agents that are installed here are known."
tabbed "params " "Behind \`params\`: the parameters of the agent, from its meta-data, with what they mean."
tabbed "port=" "Behind \`port=\`: what it is, and its default."
tabbed "op " "Behind \`op\`: the operations of the agent, with its advice."
keys C-u
pause 0.3
typed "primitive cache ocf:systole:web params prot=8080"
typed "primitive cache ocf:systole:web params port=8080 op monitor interval=10s timeout=5s"
typed "location shop-not-n1 shop -inf: n1"
typed "diff"
typed "plan" 8
typed "commit --max-disruption 1"
typed "commit" 8
typed "cd .."
typed "history changes --limit 3"
typed "configure undo" 8
typed "history changes --limit 2"
typed "resource move shop n3" 24
typed "resource locate web"
session=$(screen)
keys -l quit
keys Enter
[ "$(printf '%s' "$session" | grep -c 'undo')" -gt 0 ] || { echo "shell-session: the session went wrong:" >&2; printf '%s\n' "$session" >&2; exit 1; }
{
    cat <<'HEAD'
# A session of the shell

Recorded on a terminal by [`src-it/shell-session.sh`](../src-it/shell-session.sh), which starts three nodes on one host for
it. Times and versions differ from run to run; everything else is as it is printed.

## What a Tab shows

HEAD
    for ((i = 0; i < ${#shown[@]}; i += 2)); do
        printf '%s\n\n```\n%s\n```\n\n' "${shown[i]}" "${shown[i + 1]}"
    done
    cat <<'MIDDLE'
## The session

The prompt counts the changes that are pending (`*2`). The misspelt parameter is refused with the nearest word; the time-out is
only warned about. `plan` asks the scheduler what would happen; a commit that would disturb more than allowed is refused.

MIDDLE
    printf '```\n%s\n```\n' "$session"
} | sed -e "s#$work#/srv/demo#g" > "$work/page.md"
cat "$work/page.md" > "$target"
