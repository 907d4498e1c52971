#!/usr/bin/env bash
# The migrations up, down and up again on one version of PostgreSQL: the same schema each time, and nothing left in between.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/migrations.sh 15|17 [--dry-run] [--help]

15: Debian's, with the real pg_cron and plpgsql_check (root installs them); 17: the one that npm brings.
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
