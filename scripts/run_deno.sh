# Sourced by the scripts of this folder: which Deno they run, and how a command line goes to a TypeScript file.
# shellcheck shell=bash

# Sets the array `deno`: $DENO, else the deno on the path, else the one from npm.
choose_deno() {
  if [[ -n ${DENO:-} ]]; then
    deno=("$DENO")
  elif command -v deno >/dev/null; then
    deno=(deno)
  else
    deno=(npx --yes deno@2.9.6)
  fi
}

# run_typescript FILE [argument …]: prints the script's usage() for --help, else executes FILE (relative to this folder).
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
