#!/usr/bin/env bash
# Installs the Debian packages of cmake/debian-packages.txt that are missing.
#
#   tools/install_packages.sh          installs them; says nothing when all are there
#   tools/install_packages.sh --tests  those for tests only as well, if that can be done
#   tools/install_packages.sh --list   prints the list with what is installed; changes nothing
#
# Exit status: 0 everything is there (but perhaps what is for tests only); 1 the installation
# failed; 2 it cannot be done here (no apt, or neither root nor sudo).
set -euo pipefail

list=$(<"$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")/../cmake/debian-packages.txt")

required() { grep -Ev '^(#|\+|\?|$)' <<<"$list"; }
for_tests() { sed -n 's/^+ //p' <<<"$list"; }
optional() { sed -n 's/^? //p' <<<"$list"; }
names() { awk '{ print $1 }'; }

# NodeSource's nodejs brings npm along, and cannot be installed beside Debian's.
installed() {
  [[ "$1" == npm ]] && command -v npm >/dev/null && return
  [[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" == installed ]]
}

# Names on standard input that are not installed.
missing() {
  local name
  while read -r name; do
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

as_root() {
  if ((EUID != 0)); then sudo "$@"; else "$@"; fi
}

# Runs apt-get as root, without questions.
apt() {
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq -o=Dpkg::Use-Pty=0 -o=DPkg::Lock::Timeout=60 "$@" >&2
}

# Package lists may be absent (fresh container) or older than the archive.
install() {
  apt install -y --no-install-recommends "$@" 2>/dev/null ||
    { apt update && apt install -y --no-install-recommends "$@"; }
}

# Installs what is missing of the list that the function $1 prints.
install_list() {
  local wanted name
  mapfile -t wanted < <("$1" | names | missing)
  ((${#wanted[@]} > 0)) || return 0

  echo 'scnn: these Debian packages are missing and will be installed with apt:' >&2
  for name in "${wanted[@]}"; do
    "$1" | grep -E "^${name//+/\\+} " | sed 's/^/  /' >&2
  done
  if ((EUID != 0)); then
    if ! command -v sudo >/dev/null; then
      echo "scnn: neither root nor sudo here; as root run: apt-get install ${wanted[*]}" >&2
      return 2
    fi
    echo 'scnn: not root, so apt is run with sudo, which may ask for your password' >&2
  fi
  if ! install "${wanted[@]}"; then
    echo "scnn: apt could not install: ${wanted[*]}" >&2
    return 1
  fi
  if [[ "$1" == for_tests ]]; then keep_still "${wanted[@]}"; fi
}

# Debian starts the services of what it installs, now and at every boot. The tests start their
# own daemons, so those of packages that came for the tests alone are stopped and stay so.
keep_still() {
  local name
  for name in "$@"; do
    as_root service "$name" stop >/dev/null 2>&1 || true
    as_root update-rc.d "$name" disable >/dev/null 2>&1 || true
  done
}

main() {
  command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || without_apt
  if [[ "${1-}" == --list ]]; then
    echo 'needed:' && required | print_list
    echo 'for tests only:' && for_tests | print_list
    echo 'optional:' && optional | print_list
    return
  fi
  install_list required || exit
  if [[ "${1-}" == --tests ]] && ! install_list for_tests; then
    echo 'scnn: going on; the tests that need them will be skipped' >&2
  fi
}

main "$@"
