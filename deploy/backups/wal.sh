#!/bin/sh
# Writes down every change as it happens, under FOLDER/wal, until it is told to stop.
# usage: wal.sh FOLDER     (whose changes: PGHOST, PGPORT, PGUSER, PGPASSWORD)
set -eu
umask 077
folder=$1
mkdir -p "$folder/wal"
# The server keeps for this slot what has not been fetched yet, so a pause loses nothing.
pg_receivewal --slot=dorsa_backup --create-slot --if-not-exists --no-password
exec pg_receivewal --directory="$folder/wal" --slot=dorsa_backup --synchronous --no-password
