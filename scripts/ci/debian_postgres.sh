#!/usr/bin/env bash
# The test lane for what npm does not provide: Debian's PostgreSQL 15 with the real pg_cron and plpgsql_check. Installs the packages (as
# root), starts its own cluster in a temporary folder, runs debian_postgres.test.ts, and removes the cluster.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/debian_postgres.sh [--dry-run] [--help]

Runs the modules and the cron jobs on Debian's PostgreSQL 15 with the real pg_cron and plpgsql_check.
Needs Debian or Ubuntu; installs postgresql-15, postgresql-15-cron and postgresql-15-plpgsql-check when they are missing
(root). Deno is taken from $DENO, or else from npm.

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

say() { echo "debian-postgres: $*"; }
run() {
  if "$dry_run"; then printf 'would run:'; printf ' %q' "$@"; echo; else "$@"; fi
}

cd "$(dirname "$0")/../.."
programs=/usr/lib/postgresql/15/bin
packages=(postgresql-15 postgresql-15-cron postgresql-15-plpgsql-check)

if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  if [ "$(id -u)" -ne 0 ]; then
    echo "Cannot install ${packages[*]}: run as root, or install them first" >&2
    exit 1
  fi
  say "installing ${packages[*]}"
  run apt-get update -qq
  run env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
fi
if "$dry_run"; then
  say "would start a cluster in a temporary folder and test on it"
  exit 0
fi

# PostgreSQL refuses to run as root; Debian's package creates the user postgres.
as_owner=()
folder=$(mktemp -d /tmp/streamvibe-debian-XXXXXX)
if [ "$(id -u)" -eq 0 ]; then
  chown postgres "$folder"
  as_owner=(runuser -u postgres --)
fi
stop() {
  (cd / && "${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -m immediate stop) >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

say "starting PostgreSQL 15 with pg_cron"
port=$(node -e 's=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})')
cd /
"${as_owner[@]}" "$programs/initdb" -D "$folder/data" -U supabase_admin --encoding=UTF8 --locale=C.UTF-8 --auth=trust \
  --no-sync >/dev/null
# The local vault's key, at the path that scripts/local/database/sql/vault.sql reads.
# shellcheck disable=SC2016 # the inner shell expands its own argument
"${as_owner[@]}" bash -c 'umask 077; head -c 32 /dev/urandom | base64 -w 0 > "$1"' bash "$folder/data/vault.key"
"${as_owner[@]}" "$programs/pg_ctl" -D "$folder/data" -l "$folder/log" -w start -o \
  "-p $port -k $folder -c listen_addresses=127.0.0.1 -c wal_level=logical -c shared_preload_libraries=pg_cron \
   -c cron.database_name=postgres -c cron.use_background_workers=on -c max_worker_processes=20" >/dev/null \
  || { cat "$folder/log" >&2; exit 1; }
cd - >/dev/null

if [ -n "${DENO:-}" ]; then deno=("$DENO"); else deno=(npx --yes deno@2.9.6); fi
say "testing on port $port"
DEBIAN_POSTGRES_URL="postgresql://supabase_admin@127.0.0.1:$port/postgres" NO_COLOR=1 \
  "${deno[@]}" test -A --no-check scripts/ci/debian_postgres.test.ts
