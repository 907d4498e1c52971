#!/usr/bin/env bash
# Brings a target to one phase of the product: its modules, cron jobs, Realtime, functions and those of the phases before it.
# May be run again at any time: after a kill it goes on, and a second run changes nothing.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/deploy-phase.sh PHASE [options]

PHASE is a number, or last. Checks secrets and migrations, applies the modules of the phases up to PHASE with the official CLI, then Realtime, functions
and cron jobs, and asks every function whether it answers. What was done stands in ops.deployment.

  --target NAME  local (default): the stack that `deno task start --empty` runs in STREAMVIBE_HOME;
                 staging or production: the Supabase project of .env.staging or .env.production
  --dry-run      says what would be done, and changes nothing
  --watch N      watches health for N seconds afterwards; when it fails, functions and cron jobs go back to the release before
  --force        deploys the functions also when they are the same as before
  --yes          needed for production
  --help         prints this text

Settings of a hosted target, in its file or in the environment:
  SUPABASE_PROJECT_REF, SUPABASE_ACCESS_TOKEN, STREAMVIBE_DEPLOY_DB_URL (Dashboard → Connect → Session pooler)
DENO names the Deno to use (default: deno on the path, else npx deno@2.9.6).
TEXT
}

fail() {
  printf 'deploy-phase: %s\n' "$1" >&2
  exit 2
}

phase='' target=local yes='' dry_run=''
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
    --watch)
      (($# > 1)) || fail 'Cannot read --watch: it needs a number of seconds, got nothing'
      arguments+=(--watch "$2")
      shift
      ;;
    --force) arguments+=(--force) ;;
    --yes) yes=yes ;;
    -*) fail "Cannot read $1: no such option; see --help" ;;
    *)
      [[ -z $phase ]] || fail "Cannot deploy several phases at once: one is needed, got $phase and $1; a phase brings those before it"
      phase=$1
      ;;
  esac
  shift
done
[[ -n $phase ]] || fail 'Cannot deploy a phase: its number is missing; see --help'
if [[ $target == production && -z $yes && -z $dry_run ]]; then
  fail 'Cannot deploy to production without --yes'
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
exec "${deno[@]}" run -A --no-check scripts/deploy/deploy.ts "$phase" --target "$target" ${arguments[@]+"${arguments[@]}"}
