#!/usr/bin/env bash
# A Docker engine of our own for the tests in containers, in a network name space of its own so that its bridges and
# packet filter rules touch nothing else; and the image they run, made locally from what this machine has.
#   containers.sh up DIR     engine with all its state below DIR; prints the DOCKER_HOST to use
#   containers.sh image      makes the image systole-lab:local on the engine that DOCKER_HOST names
#   containers.sh down DIR   ends that engine and removes DIR
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
die() { echo "containers: $*" >&2; exit 1; }

up() {
    local state=$1 space i
    command -v dockerd >/dev/null || die "dockerd is not installed (Debian: docker.io)"
    [ "$(id -u)" -eq 0 ] || die "an engine needs root"
    mkdir -p "$state" || exit 1
    space=sydk$$
    echo "$space" > "$state/space"
    ip netns add "$space" || die "no network name space"
    ip -n "$space" link set lo up
    nsenter --net="/run/netns/$space" setsid dockerd --data-root "$state/data" --exec-root "$state/exec" \
        --pidfile "$state/pid" -H "unix://$state/docker.sock" >"$state/log" 2>&1 </dev/null &
    echo $! > "$state/started"
    for ((i = 0; i < 150; i++)); do
        DOCKER_HOST="unix://$state/docker.sock" docker version >/dev/null 2>&1 && { echo "unix://$state/docker.sock"; return; }
        kill -0 "$(cat "$state/started")" 2>/dev/null || break
        sleep 0.2
    done
    tail -n 20 "$state/log" >&2
    down "$state"
    die "the engine did not start"
}

down() {
    local state=$1 pid
    pid=$(cat "$state/pid" 2>/dev/null || cat "$state/started" 2>/dev/null)
    if [ -n "$pid" ] && kill "$pid" 2>/dev/null; then
        while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
    fi
    [ -f "$state/space" ] && ip netns del "$(cat "$state/space")"
    rm -rf "$state"
}

image() {
    local root java tool found
    root=$(mktemp -d) || exit 1
    # shellcheck disable=SC2064
    trap "rm -rf '$root'" EXIT
    [ -x "$here/../target/systole/bin/systoled" ] || die "target/systole is not there; build it first: mvn package"
    chmod 755 "$root"
    mkdir -p "$root"/{lib,lib64,usr/bin,etc,tmp,run,var,proc,sys,dev,root,opt} || exit 1
    chmod 1777 "$root/tmp"
    ln -s usr/bin "$root/bin"
    java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v javac)")")")}
    "$java/bin/jlink" --add-modules java.base,java.logging,java.naming,java.xml,java.management,java.net.http,jdk.unsupported,jdk.net,jdk.crypto.ec \
        --strip-java-debug-attributes --no-header-files --no-man-pages --output "$root/opt/java" >/dev/null || die "jlink failed"
    cp -aL "$here/../target/systole" "$root/opt/systole" || exit 1
    ln -s /opt/systole/bin/systole /opt/systole/bin/systoled "$root/usr/bin/"
    for tool in bash sh setsid env date sleep cat mkdir rm mv touch hostname sed awk grep tr cut head tail ps id dirname basename readlink uname chmod wc sort kill ip; do
        found=$(type -P "$tool") || die "this machine has no $tool to put into the image"
        cp -L "$found" "$root/usr/bin/$tool" || exit 1
    done
    libraries "$root"
    printf 'root:x:0:0:root:/root:/bin/sh\n' > "$root/etc/passwd"
    printf 'root:x:0:\n' > "$root/etc/group"
    tar -C "$root" -c . | docker import --change 'ENV PATH=/usr/bin:/bin JAVA_HOME=/opt/java' - systole-lab:local >/dev/null || die "docker import failed"
    # Run once, it makes the class-data archives: each of the many starts of a JVM in the tests then takes half the time.
    docker run --name "systole-lab-$$" systole-lab:local sh -c \
        '/opt/java/bin/java -Xshare:dump >/dev/null && /opt/systole/libexec/make-archive && systole --version' >&2 &&
        docker commit "systole-lab-$$" systole-lab:local >/dev/null
    tool=$?
    docker rm -f "systole-lab-$$" >/dev/null 2>&1
    [ $tool -eq 0 ] || die "the image does not run"
    echo systole-lab:local
}

# Copies the shared libraries that the programs below a folder want, and which are not there already, from this machine.
libraries() {
    local root=$1 lib
    { find "$root/usr/bin" "$root/opt/java" -type f \( -perm -100 -o -name '*.so' \) -exec ldd {} + 2>/dev/null; } |
        grep -o '/[^ ]*\.so[^ ]*' | grep -v "^$root" | tr -d : | sort -u | while read -r lib; do
            mkdir -p "$root$(dirname "$lib")" && cp -L "$lib" "$root$lib" || exit 1
        done || die "a shared library could not be copied"
}

case ${1:-} in
    up | down) [ -n "${2:-}" ] || die "which folder?"; "$1" "$2" ;;
    image) image ;;
    *) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
