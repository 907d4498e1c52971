#!/usr/bin/env bash
# Goes back from a phase: functions and cron jobs to the release before, or with --module the phase's modules with all their data.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/rollback-phase.sh PHASE [options]

PHASE is the one that stands. Functions and cron jobs go back to what was deployed before; the database stays as it is, since
a module works with the functions of the phase before it. Called again it goes one release further back.

  --target NAME  local (default), staging or production; as for scripts/deploy-phase.sh
  --module       takes the phase's modules away as well, after scripts/backup.sh has made a backup and read it back;
                 their data are gone from the database. Needs --yes
  --dry-run      says what would be done, and changes nothing
  --yes          needed for production, and for --module
  --help         prints this text
TEXT
}

fail() {
  printf 'rollback-phase: %s\n' "$1" >&2
  exit 2
}

phase='' target=local yes='' dry_run='' module=''
arguments=()
while (($# > 0)); do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --target)
      (($# > 1)) || fail 'Cannot read --target: it needs a name, got nothing'
      target=$2
      shift
      ;;
    --dry-run)
      dry_run=yes
      arguments+=(--dry-run)
      ;;
    --module)
      module=yes
      arguments+=(--module)
      ;;
    --yes) yes=yes ;;
    -*) fail "Cannot read $1: no such option; see --help" ;;
    *)
      [[ -z $phase ]] || fail "Cannot roll back several phases at once: one is needed, got $phase and $1"
      phase=$1
      ;;
  esac
  shift
done
[[ -n $phase ]] || fail 'Cannot roll back a phase: its number is missing; see --help'
if [[ -z $yes && -z $dry_run ]]; then
  [[ $target != production ]] || fail 'Cannot roll back production without --yes'
  [[ -z $module ]] || fail 'Cannot take a module away without --yes: its data go with it'
fi

if [[ -n ${STREAMVIBE_HOME:-} && ${STREAMVIBE_HOME} != /* ]]; then export STREAMVIBE_HOME="$PWD/$STREAMVIBE_HOME"; fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
if [[ -n ${DENO:-} ]]; then
  deno=("$DENO")
elif command -v deno >/dev/null; then
  deno=(deno)
else
  deno=(npx --yes deno@2.9.6)
fi
exec "${deno[@]}" run -A --no-check scripts/deploy/rollback.ts "$phase" --target "$target" ${arguments[@]+"${arguments[@]}"}
