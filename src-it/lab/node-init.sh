#!/bin/bash
# pid 1 of a lab node: has its own pid, mount, network and host name spaces; reaps orphans until it is killed.
# $1 name of the node, $2 file to which the pid seen from outside is written
read -r outer _ < /proc/self/stat # /proc is still the host's here: our pid out there
hostname "$1"
mount -t proc proc /proc
mount -t tmpfs tmpfs /run
mkdir -p /run/lock /run/resource-agents
echo "$outer" > "$2.new" && mv "$2.new" "$2"
trap : CHLD
sleep infinity &
while :; do wait; done
