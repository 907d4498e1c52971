#!/usr/bin/env bash
# Tests one phase for a pull request: its tests, its collection with Newman, and a summary for the comment.
set -uo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/ci/phase.sh PHASE [--dry-run] [--help]

Runs `deno task test:phase PHASE`. Leaves test-results/phase-PHASE-report.html (Newman) and
test-results/phase-PHASE-summary.json: {"phase", "passed", "failed", "seconds"}.
TEXT
}

phase='' dry_run=false
for argument in "$@"; do
  case "$argument" in
    --help | -h) usage && exit 0 ;;
    --dry-run) dry_run=true ;;
    *) phase=$argument ;;
  esac
done
if [[ ! $phase =~ ^[0-9]+$ ]]; then
  echo "Cannot test a phase: its number is needed, got \"$phase\"; see --help" >&2
  exit 2
fi

cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1
if [[ -n ${DENO:-} ]]; then deno=("$DENO"); else deno=(npx --yes deno@2.9.6); fi
command=("${deno[@]}" task "test:phase" "$phase")
if "$dry_run"; then
  printf 'Would run:'
  printf ' %q' "${command[@]}"
  printf '\n'
  exit 0
fi
mkdir -p test-results
log=test-results/phase-$phase.log
started=$SECONDS
"${command[@]}" </dev/null 2>&1 | tee "$log"
status=${PIPESTATUS[0]}
line=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log" | tail -n 1)
passed=${line%% passed*}
failed=$(sed -E 's/.*, ([0-9]+) failed/\1/' <<<"$line")
if [[ -z $line || ($status -ne 0 && $failed -eq 0) ]]; then failed=1; fi
printf '{"phase":%d,"passed":%d,"failed":%d,"seconds":%d}\n' "$phase" "${passed:-0}" "$failed" "$((SECONDS - started))" \
  >"test-results/phase-$phase-summary.json"
exit "$status"
