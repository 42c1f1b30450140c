#!/bin/sh
# A whole copy of the database server, checked file by file, under FOLDER/base.
# usage: base.sh FOLDER [HOW_MANY_TO_KEEP]     (whom to copy: PGHOST, PGPORT, PGUSER, PGPASSWORD)
set -eu
umask 077
folder=$1
keep=${2:-7}
mkdir -p "$folder/base" "$folder/wal"
unfinished=$folder/base/unfinished
rm -rf "$unfinished"
pg_basebackup --pgdata="$unfinished" --checkpoint=fast --wal-method=stream --no-password
pg_verifybackup --quiet "$unfinished"
# Named by when it was complete: from then on a restore may begin with it.
name=$(date -u +%Y%m%dT%H%M%SZ)
mv "$unfinished" "$folder/base/$name"

# Older copies go, and with them the log that only they would need.
for old in $(ls "$folder/base" | sort -r | tail -n "+$((keep + 1))"); do
    rm -rf "$folder/base/${old:?}"
done
oldest=$(ls "$folder/base" | sort | head -n 1)
first=$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$folder/base/$oldest/backup_label")
pg_archivecleanup "$folder/wal" "$first"
echo "$folder/base/$name"
