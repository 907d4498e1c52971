# Sourced by the scripts of this folder: which Deno they run, and how a command line goes to a TypeScript file.
# shellcheck shell=bash

# deno: DENO, the one on the path, or the one of npm.
choose_deno() {
  if [[ -n ${DENO:-} ]]; then
    deno=("$DENO")
  elif command -v deno >/dev/null; then
    deno=(deno)
  else
    deno=(npx --yes deno@2.9.6)
  fi
}

# run_typescript FILE [argument …]: prints the script's usage() when asked to, else becomes FILE (a path from this folder).
run_typescript() {
  local file=$1 argument deno
  shift
  for argument; do
    if [[ $argument == --help || $argument == -h ]]; then
      usage
      exit 0
    fi
  done
  if [[ -n ${STREAMVIBE_HOME:-} && ${STREAMVIBE_HOME} != /* ]]; then export STREAMVIBE_HOME="$PWD/$STREAMVIBE_HOME"; fi
  cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit
  choose_deno
  exec "${deno[@]}" run -A --no-check "scripts/$file" "$@"
}
