#!/usr/bin/env bash
# What ./demo and ./check have in common: packages, configuration, build.
#
#   tools/prepare.sh [TARGET...]   leaves build/release/ with these targets built (all)
#
# Says nothing about what is already there.
set -euo pipefail
cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/.."

tools/install_packages.sh

mkdir -p build
readonly log=build/configure.log
[[ -f build/release/build.ninja ]] || echo 'scnn: configuring build/release' >&2
if ! cmake --preset release >"$log" 2>&1; then
  cat "$log" >&2
  exit 1
fi

# Ninja overwrites its progress line on a terminal; elsewhere only trouble is shown.
quiet=()
[[ -t 2 ]] || quiet=(--quiet)
if ! ninja -C build/release -n "$@" | grep -q 'no work to do'; then
  echo "scnn: building with $(nproc) jobs (the first build takes some minutes)" >&2
  ninja -C build/release -j "$(nproc)" "${quiet[@]}" "$@" >&2
fi
