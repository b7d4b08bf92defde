# Sourced by the scripts of this repository: finds the tools they need, installs what is missing.
# prepare TOOL...   TOOL: java mvn ip nft perl shellcheck agents exporter (optional ones only warn)

systole_packages() { # tool -> Debian package
    case $1 in
        java) echo openjdk-17-jdk-headless ;;
        mvn) echo maven ;;
        ip) echo iproute2 ;;
        nft) echo nftables ;;
        perl) echo perl-base ;;
        shellcheck) echo shellcheck ;;
        agents) echo resource-agents ;;
        exporter) echo prometheus-hacluster-exporter ;;
        *) echo "$1" ;;
    esac
}

systole_has() {
    case $1 in
        java) command -v javac >/dev/null && [ "$(javac -version 2>&1 | sed 's/javac \([0-9]*\).*/\1/')" -ge 17 ] ;;
        agents) [ -x /usr/lib/ocf/resource.d/heartbeat/Dummy ] ;;
        exporter) [ -x /usr/bin/ha_cluster_exporter ] || [ -x /usr/bin/prometheus-hacluster-exporter ] ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

prepare() {
    local tool missing=() wanted=() optional=" nft shellcheck agents exporter "
    for tool in "$@"; do
        systole_has "$tool" || { missing+=("$tool"); wanted+=("$(systole_packages "$tool")"); }
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    if [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
        echo "installing ${wanted[*]}"
        { apt-get -o DPkg::Lock::Timeout=300 update -qq &&
            DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y -qq \
                --no-install-recommends "${wanted[@]}"; } >/dev/null 2>&1
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
