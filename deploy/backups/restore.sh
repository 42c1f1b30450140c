#!/bin/sh
# Makes a data directory as the database was at an instant, out of the newest copy before it and the
# changes since. Nothing that exists is touched. PostgreSQL does the rest when it is started there.
# usage: restore.sh FOLDER NEW_DATA_DIRECTORY [WHEN]     (WHEN: "2026-11-21 14:05:00+00"; else the last change)
set -eu
umask 077
folder=$(cd "$1" && pwd)
new=$2
when=${3:-}
if [ -e "$new" ]; then
    echo "$new is there already; name a new directory." >&2
    exit 1
fi
latest=99999999T999999Z
if [ -n "$when" ]; then
    case $when in *Z | *[+-][0-9][0-9] | *[+-][0-9][0-9]:[0-9][0-9]) ;; *)
        echo "Say the time zone of \"$when\" as well, as in \"2026-11-21 14:05:00+00\"." >&2
        exit 1
        ;;
    esac
    latest=$(date -u -d "$when" +%Y%m%dT%H%M%SZ)
fi
base=
for name in $(ls "$folder/base" | grep Z | sort); do
    if ! expr "$name" \> "$latest" >/dev/null; then
        base=$name
    fi
done
if [ -z "$base" ]; then
    echo "No copy in $folder/base was complete at $when." >&2
    exit 1
fi
cp -R "$folder/base/$base" "$new"
chmod 700 "$new"
# The piece that was being written when all stopped is named ".partial".
{
    echo "restore_command = 'cp \"$folder/wal/%f\" \"%p\" || cp \"$folder/wal/%f.partial\" \"%p\"'"
    echo "recovery_target_timeline = 'current'"
    if [ -n "$when" ]; then
        echo "recovery_target_time = '$when'"
        echo "recovery_target_action = 'promote'"
    fi
} >>"$new/postgresql.auto.conf"
touch "$new/recovery.signal"
echo "Start PostgreSQL with $new (from the copy $base): it goes on to ${when:-the last change} and opens."
