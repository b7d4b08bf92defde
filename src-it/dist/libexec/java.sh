# Sourced by the programs of this tree: finds a JVM of version 17 or later, and starts a program in it.

# Sets java, version and native (options that all our programs have), or ends with a message.
systole_find_java() {
    if [ -n "${JAVA_HOME:-}" ] && [ -x "$JAVA_HOME/bin/java" ]; then
        java=$JAVA_HOME/bin/java
    elif java=$(command -v java); then
        java=$(readlink -f "$java")
    else
        echo "systole: there is no Java here; install version 17 or later: apt-get install openjdk-17-jre-headless" >&2
        exit 69
    fi
    version=0
    release=${java%/bin/java}/release
    if [ -r "$release" ]; then
        while IFS='=' read -r key value; do
            [ "$key" = JAVA_VERSION ] && version=${value#\"} && version=${version%%[.\"+-]*}
        done < "$release"
    else
        version=$("$java" -version 2>&1 | sed -n '/version "/s/[^"]*"\([0-9]*\).*/\1/p')
    fi
    if [ "${version:-0}" -lt 17 ]; then
        echo "systole: $java is version ${version:-unknown}, at least 17 is needed; set JAVA_HOME or install openjdk-17-jre-headless" >&2
        exit 69
    fi
    # The network selector of Linux is named, so that not every jar is opened to look for another one.
    native=-Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.EPollSelectorProvider
    [ "$version" -ge 22 ] && native="$native --enable-native-access=ALL-UNNAMED"
    # The JVM's own archive was made without native access, which it says at each start.
    [ "$version" -ge 24 ] && native="$native --sun-misc-unsafe-memory-access=allow -Xlog:cds*=off:stderr"
    export SYSTOLE_HOME
}

# systole_java ARCHIVE OPTION... MAIN ARGUMENT...   ARCHIVE: daemon or cli, the class-data archive to use if it is there
systole_java() {
    archive=$1
    shift
    systole_find_java
    # shellcheck disable=SC2086
    exec "$java" -Xshare:auto -XX:SharedArchiveFile="$SYSTOLE_HOME/lib/$archive-$version.jsa" -Xlog:disable -Xlog:all=error:stderr \
        $native -Dsystole.home="$SYSTOLE_HOME" -cp "$SYSTOLE_HOME/lib/*" ${SYSTOLE_JAVA_OPTS:-} "$@"
}
