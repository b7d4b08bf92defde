#!/bin/sh
# pg-client.sh PSQL CONNECTION LOG: inserts rows one after the other for ever, over a new connection whenever one breaks.
# LOG gets the number of each row once its commit was acknowledged, LOG.errors why a connection broke.
while :; do
    yes 'insert into kept default values returning n;' |
        "$1" -X -q -A -t -v ON_ERROR_STOP=1 "$2" >> "$3" 2>> "$3.errors"
    sleep 0.05
done
