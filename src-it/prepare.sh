# Sourced by the scripts of this repository: finds the tools they need, installs what is missing.
# prepare TOOL...   TOOL: java mvn ip nft perl shellcheck agents exporter postgresql redis services (optional ones only warn)

systole_packages() { # tool -> Debian package
    case $1 in
        java) echo openjdk-17-jdk-headless ;;
        mvn) echo maven ;;
        ip) echo iproute2 ;;
        nft) echo nftables ;;
        perl) echo perl-base ;;
        shellcheck) echo shellcheck ;;
        agents) echo resource-agents libxml2-utils fence-agents ;;
        exporter) echo prometheus-hacluster-exporter ;;
        redis) echo redis-server ;;
        services) echo nginx-light apache2 haproxy curl e2fsprogs kmod bsd-mailx pacemaker-resource-agents iputils-ping ;;
        *) echo "$1" ;;
    esac
}

systole_has() {
    case $1 in
        java) command -v javac >/dev/null && [ "$(javac -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/')" -ge 17 ] ;;
        agents) [ -x /usr/lib/ocf/resource.d/heartbeat/Dummy ] && command -v xmllint >/dev/null && command -v fence_dummy >/dev/null ;;
        exporter) [ -x /usr/bin/ha_cluster_exporter ] || [ -x /usr/bin/prometheus-hacluster-exporter ] ;;
        postgresql) compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null ;;
        redis) [ -x /usr/bin/redis-server ] && [ -x /usr/bin/redis-cli ] ;;
        services)
            local program
            for program in nginx apache2 haproxy curl mkfs.ext4 modprobe mail ping; do
                command -v "$program" >/dev/null || return 1
            done
            [ -x /usr/lib/ocf/resource.d/pacemaker/ping ]
            ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# The lab wants programs, not running servers: none is started because its package is installed.
systole_install() {
    local policy=/usr/sbin/policy-rc.d ours=no result
    if [ ! -e "$policy" ]; then
        printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy" && ours=yes
    fi
    { apt-get -o DPkg::Lock::Timeout=300 update -qq &&
        DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
            --no-install-recommends "$@"; } >/dev/null 2>&1
    result=$?
    [ $ours = no ] || rm -f "$policy"
    return $result
}

prepare() {
    local tool package missing=() wanted=() optional=" nft shellcheck agents exporter postgresql redis services "
    for tool in "$@"; do
        systole_has "$tool" && continue
        missing+=("$tool")
        for package in $(systole_packages "$tool"); do
            wanted+=("$package")
        done
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "installing ${wanted[*]}"
        systole_install "${wanted[@]}"
    fi
    local still=() needed=0
    for tool in "${missing[@]}"; do
        systole_has "$tool" && continue
        still+=("$(systole_packages "$tool")")
        case $optional in *" $tool "*) echo "without $tool the tests that need it are skipped" ;; *) needed=1 ;; esac
    done
    [ $needed -eq 0 ] && return 0
    echo "missing: type  sudo apt-get install ${still[*]}"
    return 1
}
