#!/usr/bin/env bash
# All examples in the lab, one after the other: load, break as the example's README says, compare where everything runs with its
# table; one line per step, with the longest time the client was not answered. Needs root, and a built tree is made if missing.
#   topologies.sh [NAME]   only the examples whose name begins so (all)
set -u
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
case ${1:-all} in -*) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 64 ;; esac
cd "$top" || exit 1
[ "$(id -u)" = 0 ] || { echo "topologies: needs root (network namespaces): sudo $0 $*" >&2; exit 1; }
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
# shellcheck disable=SC2086
mvn -B -ntp ${MAVEN_ARGS_EXTRA:-} -Dquick -pl src-it -am verify -Dtest=NoSuchTest -Dsurefire.failIfNoSpecifiedTests=false \
    -Dit.test=TopologyLabIT -Dit.args="-Dlab.topologies=${1:-all}" 2>&1 | tee "$out" | grep --line-buffered -E '^[a-z0-9-]+/[a-z0-9-]+\.crm: '
result=${PIPESTATUS[0]}
if [ "$result" -ne 0 ]; then
    grep -vE '^\[INFO\]' "$out" | tail -n 60 >&2
    echo "topologies: failed" >&2
    exit 1
fi
echo "topologies: every step as its page says"
