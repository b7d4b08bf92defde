#!/usr/bin/env bash
# Builds Systole and runs every test: unit, property, golden, conformance, simulation, lab, containers.
# Installs what is missing when it may (root on Debian), else says in one line what to type.
#   SYSTOLE_CONFORMANCE=DIR   the conformance corpora (default: ../shared/conformance beside the checkout)
#   MAVEN_ARGS_EXTRA="..."    more arguments for Maven, e.g. -Dmaven.repo.local=DIR
set -u
cd "$(dirname "$0")/.." || exit 2
. src-it/prepare.sh
prepare java mvn ip nft perl shellcheck agents exporter postgresql redis services || exit 2

conformance=${SYSTOLE_CONFORMANCE:-$(cd .. && pwd)/shared/conformance}
if [ ! -d "$conformance" ]; then
    echo "verify: no conformance corpora at $conformance: their tests are SKIPPED (set SYSTOLE_CONFORMANCE)"
fi

# The tests in containers: on the engine that is here, else on one of our own, else not at all. All others do without.
engine=''
engine_away() { [ -z "$engine" ] || src-it/containers.sh down "$engine"; engine=''; }
trap engine_away EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
if ! command -v docker >/dev/null; then
    echo "verify: NO DOCKER HERE: the tests in containers are SKIPPED (Debian: apt-get install docker.io)"
elif ! docker version >/dev/null 2>&1; then
    if command -v dockerd >/dev/null && [ "$(id -u)" -eq 0 ]; then
        engine=$(mktemp -d)
        if host=$(src-it/containers.sh up "$engine"); then
            export DOCKER_HOST=$host
        else
            engine=''
            echo "verify: THE DOCKER ENGINE DOES NOT START: the tests in containers are SKIPPED"
        fi
    else
        echo "verify: NO DOCKER ENGINE ANSWERS and none can be started (dockerd and root are needed): the tests in containers are SKIPPED"
    fi
fi

# What an earlier run left would be counted again.
find . -path '*/target/*-reports/TEST-*.xml' -delete
# shellcheck disable=SC2086
mvn -B -ntp -Dconformance.dir="$conformance" -Pdeb ${MAVEN_ARGS_EXTRA:-} verify 2>&1 | grep --line-buffered -vE '^\[INFO\] *$|Nothing to compile|Copying [0-9]|skip non existing'
result=${PIPESTATUS[0]}

# One closing line over all modules, from the test runner's own reports.
find . -path '*/target/surefire-reports/TEST-*.xml' -o -path '*/target/failsafe-reports/TEST-*.xml' | sort | xargs -r awk -v result="$result" '
    FNR == 1 { seen = 0 }
    /<testsuite / && !seen {
        seen = 1
        n = split($0, part, "\"")
        for (i = 1; i < n; i += 2) {
            key = part[i]; gsub(/.*[ <]/, "", key); sub(/=$/, "", key)
            if (key == "tests") tests += part[i + 1]
            if (key == "failures" || key == "errors") failed += part[i + 1]
            if (key == "skipped") skipped += part[i + 1]
        }
    }
    END {
        printf "%d passed, %d failed, %d skipped%s\n", tests - failed - skipped, failed, skipped,
            result != 0 && !failed ? "; THE BUILD FAILED, SEE ABOVE" : ""
    }'
exit "$result"
