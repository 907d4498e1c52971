#!/usr/bin/env bash
# Runs the Postman collection of one phase with Newman against a running stack or a Supabase project. Writes an HTML report to
# test-results/. Exits with 1 if an assertion fails, with 2 on invalid usage.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/test-phase.sh PHASE [options]

Runs postman/Phase_<PHASE>_*.postman_collection.json and writes an HTML report.
Without options the target is the local stack that `deno task start` runs.

  --stack FILE        stack.json of the local stack (default: $STREAMVIBE_HOME/stack.json, .local/stack.json)
  --environment FILE  a Postman environment instead of the local stack, such as one of a hosted project (postman/README.md);
                      what it leaves empty is read from variables like STREAMVIBE_SECRET_KEY
  --report FILE       the HTML report (default: test-results/phase-<PHASE>-report.html)
  --summary FILE      writes {"passed":N,"failed":N}, counted in assertions
  --dry-run           prints what would run, and runs nothing
  --help              prints this text

DENO names the Deno to use (default: deno on the path, else npx deno@2.9.6).
TEXT
}

fail() {
  printf 'test-phase: %s\n' "$1" >&2
  exit "${2:-2}"
}

# shellcheck source=scripts/run_deno.sh
source "$(dirname "${BASH_SOURCE[0]}")/run_deno.sh"

absolute() {
  case "$1" in
    /*) printf '%s' "$1" ;;
    *) printf '%s/%s' "$PWD" "$1" ;;
  esac
}

phase='' stack='' environment='' report='' summary='' dry_run=''
while (($# > 0)); do
  case "$1" in
    --help | -h)
      usage
      exit 0
      ;;
    --dry-run) dry_run=yes ;;
    --stack | --environment | --report | --summary)
      (($# > 1)) || fail "Cannot read $1: it needs a file, got nothing"
      printf -v "${1#--}" '%s' "$(absolute "$2")"
      shift
      ;;
    -*) fail "Cannot read $1: no such option; see --help" ;;
    *)
      [[ -z $phase ]] || fail "Cannot test several phases at once: one is needed, got $phase and $1"
      phase=$1
      ;;
  esac
  shift
done

[[ -n $phase ]] || fail 'Cannot test a phase: its number is missing; see --help'
[[ -z $stack || -z $environment ]] || fail 'Cannot use --stack and --environment at once: choose one target'

home=${STREAMVIBE_HOME:-}
[[ -z $home ]] || home=$(absolute "$home")
cd "$(dirname "${BASH_SOURCE[0]}")/.."

shopt -s nullglob
collections=(postman/Phase_"${phase}"_*.postman_collection.json)
if [[ ! $phase =~ ^[0-9]+$ ]] || ((${#collections[@]} != 1)); then
  known=$(printf '%s\n' postman/Phase_*.postman_collection.json | sed -E 's/.*Phase_([0-9]+)_.*/\1/' | sort -n | paste -sd, | sed 's/,/, /g')
  fail "Cannot test phase $phase: it must be one of $known"
fi

report=${report:-test-results/phase-$phase-report.html}
arguments=(--collection "${collections[0]}" --report "$report" --title "StreamVibe phase $phase")
if [[ -n $environment ]]; then
  [[ -f $environment ]] || fail "Cannot read the environment: there is no file $environment"
  arguments+=(--environment "$environment")
  target=$environment
else
  stack=${stack:-${home:-.local}/stack.json}
  [[ -f $stack ]] || fail "Cannot find a running stack: there is no $stack; run \`deno task start\`, or pass --stack or --environment" 1
  arguments+=(--environment postman/StreamVibe_CI.postman_environment.json --stack "$stack")
  target=$stack
fi
[[ -z $summary ]] || arguments+=(--summary "$summary")

choose_deno
# Newman's dependencies read __proto__, which Deno hides by default.
command=("${deno[@]}" run -A --no-check --unsafe-proto scripts/postman/run_collection.ts "${arguments[@]}")

printf 'Phase %s: %s\nTarget:  %s\nReport:  %s\n' "$phase" "${collections[0]}" "$target" "$report"
if [[ -n $dry_run ]]; then
  printf 'Would run:'
  printf ' %q' "${command[@]}"
  printf '\n'
  exit 0
fi
mkdir -p "$(dirname "$report")"
[[ -t 1 && -z ${NO_COLOR:-} ]] || export FORCE_COLOR=0
exec "${command[@]}"
