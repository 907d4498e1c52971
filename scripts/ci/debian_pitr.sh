#!/usr/bin/env bash
# Point-in-time recovery on Debian's PostgreSQL 15 with pgBackRest: WAL archiving, a full backup, a restore to a second between two rows.
# Uses only a temporary folder; the system's own clusters are not touched.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/debian_pitr.sh [--dry-run] [--help]

Makes a cluster of PostgreSQL 15 with WAL archiving, backs it up with pgBackRest, writes a row, waits for a second, writes another (a mistake),
destroys the cluster, restores it to the second between the two, and checks that the first row is there and the other is not.
Prints how long the restore took, and how old the last archived change may be. Needs Debian's postgresql-15 and pgbackrest
(installs them as root when they are missing).

  --dry-run  print what would be done
TEXT
}

dry_run=false
for argument in "$@"; do
  case "$argument" in
    --help) usage; exit 0 ;;
    --dry-run) dry_run=true ;;
    *) echo "Cannot read the argument $argument" >&2; usage >&2; exit 2 ;;
  esac
done
say() { echo "debian-pitr: $*"; }

programs=/usr/lib/postgresql/15/bin
if [ ! -x "$programs/initdb" ] || ! command -v pgbackrest >/dev/null; then
  if [ "$(id -u)" -ne 0 ]; then
    echo 'Cannot install postgresql-15 and pgbackrest: run as root, or install them first' >&2
    exit 1
  fi
  say 'installing postgresql-15 and pgbackrest'
  "$dry_run" || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql-15 pgbackrest >/dev/null; }
fi
if "$dry_run"; then
  say 'would make a cluster, back it up, and restore it to a second'
  exit 0
fi

as_owner=()
folder=$(mktemp -d /tmp/streamvibe-pitr-XXXXXX)
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$folder"
  as_owner=(runuser -u postgres --)
fi
cd /
stop() {
  "${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT
port=$(node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')

"${as_owner[@]}" mkdir -p "$folder/archive" "$folder/log" "$folder/lock" "$folder/spool"
"${as_owner[@]}" tee "$folder/pgbackrest.conf" >/dev/null <<CONF
[global]
repo1-path=$folder/archive
repo1-retention-full=2
repo1-cipher-type=aes-256-cbc
repo1-cipher-pass=$(head -c 24 /dev/urandom | base64)
log-path=$folder/log
lock-path=$folder/lock
spool-path=$folder/spool
start-fast=y
[streamvibe]
pg1-path=$folder/data
pg1-port=$port
pg1-socket-path=$folder
CONF
backrest() { "${as_owner[@]}" pgbackrest --config="$folder/pgbackrest.conf" --stanza=streamvibe --log-level-console=warn "$@"; }
query() { "${as_owner[@]}" "$programs/psql" -h "$folder" -p "$port" -d postgres -Atq -v ON_ERROR_STOP=1 -c "$1"; }
start() { "${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -l "$folder/log/postgres.log" -w -t 120 start >/dev/null || { cat "$folder/log/postgres.log" >&2; exit 1; }; }

say 'making a cluster with WAL archiving'
"${as_owner[@]}" "$programs/initdb" -D "$folder/data" --encoding=UTF8 --locale=C.UTF-8 --auth=trust >/dev/null
"${as_owner[@]}" tee -a "$folder/data/postgresql.conf" >/dev/null <<CONF
port = $port
listen_addresses = ''
unix_socket_directories = '$folder'
archive_mode = on
archive_command = 'pgbackrest --config=$folder/pgbackrest.conf --stanza=streamvibe archive-push %p'
archive_timeout = 60
CONF
start
backrest stanza-create
backrest check

query 'create table written (n integer primary key, at timestamptz not null default clock_timestamp())'
query 'insert into written (n) select generate_series(1, 100000)'
say 'backing up'
backrest --type=full backup
query 'insert into written (n) values (100001)'
# Commit times must differ from the target by more than the clock's resolution.
before=$(query 'select pg_sleep(1); select clock_timestamp();' | tail -1)
query 'select pg_sleep(1)' >/dev/null
query 'insert into written (n) values (-1)'
query 'delete from written where n <= 50000 and n > 0'
query 'select pg_switch_wal()' >/dev/null
# Wait until the segment with the mistake is archived: a restore to a point in time also needs the WAL after it.
for _ in $(seq 1 240); do
  [ "$(query "select last_archived_wal >= pg_walfile_name(pg_current_wal_lsn() - 1) or archived_count > 0 and not exists (select from pg_ls_archive_statusdir() where name like '%.ready') from pg_stat_archiver")" = t ] && break
  query 'select pg_sleep(0.25)' >/dev/null
done

say 'losing the cluster'
"${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -m immediate stop >/dev/null
rm -rf "$folder/data"
"${as_owner[@]}" mkdir -m 700 "$folder/data"

say "restoring to $before"
began=$(date +%s%N)
backrest --type=time "--target=$before" --target-action=promote restore
start
for _ in $(seq 1 240); do
  [ "$(query 'select pg_is_in_recovery()')" = f ] && break
  query 'select pg_sleep(0.25)' >/dev/null
done
took=$((($(date +%s%N) - began) / 1000000))

found=$(query 'select count(*) filter (where n between 1 and 100000), count(*) filter (where n = 100001), count(*) filter (where n = -1) from written')
[ "$found" = '100000|1|0' ] || { echo "Cannot confirm: expected 100000|1|0 (rows before, the row before the target, the row after it), got $found" >&2; exit 1; }
query 'insert into written (n) values (100002)'
say "every row from before is there, none from after; restored and open for writing in $took ms"
say 'at most 60 seconds are lost (archive_timeout), and nothing when the last segment can still be read'
