#!/usr/bin/env bash
# Shows a failover on this host: three nodes on loopback, a web service, kill -9 of the node that serves.
# Needs no root. Builds Systole if target/systole is not there.
#   --keep       leave the cluster running, and say how to look at it and how to end it
#   --rebuild    build even if target/systole is there
#   --end DIR    end a cluster that --keep left in DIR
#   MAVEN_ARGS_EXTRA="..."   more arguments for Maven
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname "$here")
tree=$top/target/systole
keep=no rebuild=no work=''

say() { printf '\n== %s\n' "$*"; }
die() { printf 'quickstart: %s\n' "$*" >&2; exit 1; }

# Every process of the node whose root is $1: the daemon and all that its agents started. A process may end while we
# look, so what cannot be read any more is none of ours.
pids_of() {
    grep -zlxF "SYSTOLE_NODE_ROOT=$1" /proc/[0-9]*/environ 2>/dev/null | sed 's#/proc/\([0-9]*\)/.*#\1#'
}
kill_node() {
    local pids
    mapfile -t pids < <(pids_of "$1")
    [ ${#pids[@]} -eq 0 ] || kill -9 "${pids[@]}" 2>/dev/null
}
end_cluster() {
    [ -n "$client" ] && kill "$client" 2>/dev/null
    local n
    for n in n1 n2 n3; do kill_node "$work/$n"; done
    [ "$keep" = yes ] || rm -rf "$work"
}
client=''

while [ $# -gt 0 ]; do
    case $1 in
        --keep) keep=yes ;;
        --rebuild) rebuild=yes ;;
        --end)
            work=${2:-}
            [ -f "$work/quickstart" ] || die "there is no cluster of this script in '$work'"
            end_cluster
            echo "ended; nothing of it is left"
            exit 0
            ;;
        -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) die "unknown argument '$1'; see --help" ;;
    esac
    shift
done

if [ ! -x "$tree/bin/systoled" ] || [ $rebuild = yes ]; then
    # shellcheck source=src-it/prepare.sh
    . "$top/src-it/prepare.sh"
    prepare java mvn perl || exit 1
    say "building (once; the first build fetches libraries and takes some minutes)"
    # shellcheck disable=SC2086
    (cd "$top" && mvn -B -q -ntp -DskipTests ${MAVEN_ARGS_EXTRA:-} package) || die "the build failed; its messages stand above"
fi
[ -x "$tree/bin/systoled" ] || die "there is no $tree/bin/systoled after the build"
# As at an installation. Without it everything works too, and starts more slowly.
"$tree/libexec/make-archive" --if-missing || say "no class-data archive was made; the nodes start a little slower"

work=$(mktemp -d "${TMPDIR:-/tmp}/systole-quickstart.XXXXXX") || exit 1
: > "$work/quickstart"
trap 'end_cluster' EXIT
trap 'exit 130' INT TERM

# Three UDP ports and one TCP port that nobody uses now.
in_use() { awk -v p="$(printf '%04X' "$1")" 'FNR > 1 && substr($2, length($2) - 3) == p { found = 1 } END { exit !found }' /proc/net/udp /proc/net/tcp /proc/net/udp6 /proc/net/tcp6 2>/dev/null; }
ports=()
candidate=$((20000 + RANDOM % 20000))
while [ ${#ports[@]} -lt 4 ]; do
    in_use $candidate || ports+=($candidate)
    candidate=$((candidate + 7))
done
web_port=${ports[3]}

mkdir -p "$work/n1/etc/systole" "$work/n2/etc/systole" "$work/n3/etc/systole"
{
    printf 'totem {\n    version: 2\n    cluster_name: quickstart\n    transport: udpu\n}\nnodelist {\n'
    for i in 1 2 3; do
        printf '    node {\n        name: n%s\n        nodeid: %s\n        ring0_addr: 127.0.0.1\n        port: %s\n    }\n' $i $i "${ports[i - 1]}"
    done
    printf '}\nquorum {\n    provider: corosync_votequorum\n}\n'
} > "$work/n1/etc/systole/cluster.conf"
"$tree/bin/systole" --root "$work/n1" keygen >/dev/null || die "no key"
for n in n2 n3; do cp -p "$work/n1/etc/systole/cluster.conf" "$work/n1/etc/systole/authkey" "$work/$n/etc/systole/"; done

millis() { local t=$EPOCHREALTIME; t=${t/[.,]/}; echo $((t / 1000)); }
wait_for() { # SECONDS WORDS COMMAND...: until the command succeeds
    local limit=$1 what=$2 end
    shift 2
    end=$(($(millis) + limit * 1000))
    until "$@"; do
        [ "$(millis)" -lt $end ] || { tail -n 30 "$work"/*.log "$work"/*.out >&2; die "not within $limit s: $what"; }
        read -r -t 0.05 <> <(:) || :
    done
}

say "three nodes start"
began=$(millis)
for n in n1 n2 n3; do
    SYSTOLE_NODE_ROOT=$work/$n setsid "$tree/bin/systoled" --root "$work/$n" --foreground </dev/null >"$work/$n.log" 2>&1 &
    disown
done
sed -e "s#@PORT@#$web_port#" -e "s#@FOLDER@#$work#" "$here/web-failover.crm" > "$work/web-failover.crm"
loads() { "$tree/bin/systole" --root "$work/n1" configure load update "$work/web-failover.crm" >"$work/load.out" 2>&1; }
formed() { "$tree/bin/systole" --root "$work/n1" status 2>/dev/null | grep -q 'Online: \[ n1 n2 n3 \]'; }
wait_for 60 "three nodes online" formed
wait_for 60 "the configuration is loaded; see $work/load.out" loads

# Who answers, or nothing. No other program is started: bash speaks HTTP well enough.
ask() {
    local line body=''
    exec 3<> "/dev/tcp/127.0.0.1/$web_port" || return 1
    printf 'GET / HTTP/1.0\r\n\r\n' >&3
    while IFS= read -r -t 1 line <&3; do body=$line; [[ $line == *node* ]] && break; done
    exec 3>&-
    [[ $body =~ node[=:\ ]+(n[0-9]+) ]] && echo "${BASH_REMATCH[1]}"
} 2>/dev/null
serves() { [ -n "$(ask)" ]; }
wait_for 60 "the web service answers" serves
echo "first answer $(($(millis) - began)) ms after the start of the daemons"
"$tree/bin/systole" --root "$work/n1" status

# The client: one request every 20 ms; writes "MILLIS NODE" or "MILLIS -" for each.
run_client() {
    local node
    while :; do
        node=$(ask)
        printf '%s %s\n' "$(millis)" "${node:--}"
        read -r -t 0.02 <> <(:) || :
    done
}
: > "$work/client.log"
run_client >> "$work/client.log" 2>/dev/null &
client=$!
enough() { [ "$(grep -c ' n' "$work/client.log")" -ge 25 ]; }
wait_for 30 "the client is answered" enough

victim=$(ask)
[ -n "$victim" ] || die "nobody serves"
for n in n1 n2 n3; do [ "$n" != "$victim" ] && witness=$n; done
say "kill -9 of everything on $victim, the node that serves"
mapfile -t doomed < <(pids_of "$work/$victim")
killed=$(millis)
kill -9 "${doomed[@]}"
moved() { grep -q " n[^${victim#n}]" "$work/client.log"; }
wait_for 60 "another node serves" moved
before=$(awk -v v="$victim" '$2 == v { t = $1 } END { print t }' "$work/client.log")
after=$(awk -v v="$victim" '$2 != v && $2 != "-" { print $1; exit }' "$work/client.log")
kill $client; wait $client 2>/dev/null; client=''

"$tree/bin/systole" --root "$work/$witness" status
say "outage seen by the client: $((after - before)) ms"

# Where the time went, from the coordinator's own timeline: "MILLIS KIND TEXT" for each event since the kill.
coordinator=$("$tree/bin/systole" --root "$work/$witness" status | sed -n 's/.*Current DC: \(n[1-3]\).*/\1/p')
"$tree/bin/systole" --root "$work/${coordinator:-$witness}" history --limit 200 --output json |
    awk -F'"' '$2 == "time" { t = $4 } $2 == "kind" { k = $4 } $2 == "text" { print t, k, $4 }' |
    while read -r at kind text; do
        at=$(date -d "$at" +%s%3N)
        [ "$at" -ge "$killed" ] && echo "$at $kind $text"
    done > "$work/timeline"
part() { awk -v k="$1" -v p="$2" '$2 == k && $0 ~ p { print $1; exit }' "$work/timeline"; }
lost=$(part NODE_LOST "$victim") planned=$(part PLANNED actions) fenced=$(part FENCED "$victim")
started=$(part ACTION_DONE web_start_0)
if [ -n "$lost" ] && [ -n "$planned" ] && [ -n "$fenced" ] && [ -n "$started" ]; then
    printf '   detection %5d ms   the others notice that %s is gone\n' $((lost - killed)) "$victim"
    printf '   decision  %5d ms   quorum, state, plan\n' $((planned - lost))
    printf '   fencing   %5d ms   the fence agent makes sure that %s is dead\n' $((fenced - planned)) "$victim"
    printf '   start     %5d ms   address, then web, on the other node\n' $((started - fenced))
else
    cat "$work/timeline"
fi

if [ $keep = yes ]; then
    trap - EXIT
    cat <<END

The cluster goes on. Look at it:   $tree/bin/systole --root $work/$witness status
Bring $victim back:                   SYSTOLE_NODE_ROOT=$work/$victim $tree/bin/systoled --root $work/$victim
End it:                            $here/quickstart.sh --end $work
END
fi
exit 0
