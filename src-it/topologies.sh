#!/usr/bin/env bash
# All examples in the lab, one after the other: load, break as the example's README says, compare where everything runs with its
# table; one line per step, with the longest time the client was not answered. Needs root, and a built tree is made if missing.
# Then the load balancer under 200 requests a second (60 s of steps), and a cluster that grows from 1 node to 8 and back.
#   topologies.sh [NAME]   only the examples whose name begins so (all)
# LAB_ARGS="-Dlab.token=1000" for a busy machine, on which nodes starve and are fenced for it.
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case ${1:-all} in -*) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 64 ;; esac
cd "$top" || exit 1
[ "$(id -u)" = 0 ] || { echo "topologies: needs root (network namespaces): sudo $0 $*" >&2; exit 1; }
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
name=${1:-all} tests=TopologyLabIT
[ "$name" = all ] && tests=TopologyLabIT,BalancerLabIT,GrowthLabIT
[[ load-balancer == "$name"* ]] && tests=TopologyLabIT,BalancerLabIT
# shellcheck disable=SC2086
mvn -B -ntp ${MAVEN_ARGS_EXTRA:-} -Dquick -pl src-it -am verify -Dtest=NoSuchTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test=$tests -Dit.args="-Dlab.topologies=$name -Dlab.balancer.seconds=60 -Dlab.growth=8 ${LAB_ARGS:-}" 2>&1 | tee "$out" |
    grep --line-buffered -E '^([a-z0-9-]+/[a-z0-9-]+\.crm|balancer|growth): '
result=${PIPESTATUS[0]}
if [ "$result" -ne 0 ]; then
    grep -vE '^\[INFO\]' "$out" | tail -n 60 >&2
    echo "topologies: failed" >&2
    exit 1
fi
echo "topologies: every step as its page says"
