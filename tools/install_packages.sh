#!/usr/bin/env bash
# Installs the Debian packages of cmake/debian-packages.txt that are missing.
#
#   tools/install_packages.sh          installs them; says nothing when all are there
#   tools/install_packages.sh --list   prints the list with what is installed; changes nothing
#
# Exit status: 0 everything is there; 1 the installation failed; 2 it cannot be
# done here (no apt, or neither root nor sudo).
set -euo pipefail

list=$(<"$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../cmake/debian-packages.txt")

required() { grep -Ev '^(#|\?|$)' <<<"$list"; }
optional() { sed -n 's/^? //p' <<<"$list"; }
names() { awk '{ print $1 }'; }

installed() {
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

missing() {
  local name
  for name in $(required | names); do
    installed "$name" || echo "$name"
  done
}

print_list() {
  local name why state
  while read -r name why; do
    state='missing  '
    installed "$name" && state='installed'
    printf '  %s  %-30s %s\n' "$state" "$name" "$why"
  done
}

without_apt() {
  {
    echo 'scnn: this system has no apt; install the counterparts of these Debian packages,'
    echo 'scnn: then build with: cmake --preset release && cmake --build --preset release'
    required | sed 's/^/  /'
  } >&2
  exit 2
}

# Runs apt-get as root, without questions.
apt() {
  local as_root=(env DEBIAN_FRONTEND=noninteractive)
  if ((EUID != 0)); then as_root=(sudo "${as_root[@]}"); fi
  "${as_root[@]}" apt-get -qq -o=Dpkg::Use-Pty=0 -o=DPkg::Lock::Timeout=60 "$@" >&2
}

# Package lists may be absent (fresh container) or older than the archive.
install() {
  apt install -y --no-install-recommends "$@" 2>/dev/null ||
    { apt update && apt install -y --no-install-recommends "$@"; }
}

main() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || without_apt
  if [[ "${1-}" == --list ]]; then
    echo 'needed:' && required | print_list
    echo 'optional:' && optional | print_list
    return
  fi
  local wanted
  mapfile -t wanted < <(missing)
  ((${#wanted[@]} > 0)) || return 0

  echo 'scnn: these Debian packages are missing and will be installed with apt:' >&2
  local name
  for name in "${wanted[@]}"; do
    required | grep -E "^${name//+/\\+} " | sed 's/^/  /' >&2
  done
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "scnn: neither root nor sudo here; as root run: apt-get install ${wanted[*]}" >&2
      exit 2
    fi
    echo 'scnn: not root, so apt is run with sudo, which may ask for your password' >&2
  fi
  if ! install "${wanted[@]}"; then
    echo "scnn: apt could not install: ${wanted[*]}" >&2
    exit 1
  fi
}

main "$@"
