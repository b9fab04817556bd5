#!/usr/bin/env bash
# All the set-up there is: tools/setup.sh demo|test. Safe to repeat; a second run takes a second.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '%s\n' "$*" >&2; }

# Debian packages: GL for the kiosk's window, fonts for its languages; Xvfb, xdotool and Chromium for the tests that look.
debian() {
    local missing=()
    for package in "$@"; do
        # Debian 13 renamed some libraries: libmtdev1 is libmtdev1t64 there.
        { dpkg-query -W -f='${Status}\n' "$package" "${package}t64" 2>/dev/null || true; } | grep -q 'ok installed' ||
            missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo -n)
    if ! command -v apt-get >/dev/null || { [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; }; then
        say "These Debian packages are missing and need an administrator: ${missing[*]}. Going on with what there is."
        return
    fi
    say "Installing from Debian: ${missing[*]}"
    "${as_root[@]}" apt-get -qq update || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null ||
        say "Debian could not install ${missing[*]}. Going on with what there is."
}

# The Python parts, from the lock and by hash.
python_parts() {
    local lock=lock/py311.txt
    python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' ||
        { say "floorpulse needs Python 3.11, 3.12 or 3.13, and python3 is $(python3 -V)."; exit 1; }
    python3 -c 'import sys; sys.exit(sys.version_info[:2] < (3, 13))' && lock=lock/py313.txt
    local wanted have=""
    wanted=$(cat "$lock" pyproject.toml | sha256sum)
    [ -f .venv/installed ] && have=$(cat .venv/installed)
    [ "$wanted" = "$have" ] && [ -x .venv/bin/floorpulse ] && return
    say "Installing the Python parts from $lock (a minute on first use)"
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$lock"
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
    printf '%s' "$wanted" >.venv/installed
}

case "${1:-}" in
    demo) debian libgl1 libegl1 libmtdev1 fonts-noto-core ;;
    test) debian libgl1 libegl1 libmtdev1 fonts-noto-core espeak-ng xvfb xdotool chromium libatomic1 ;;
    *) say "usage: tools/setup.sh demo|test"; exit 2 ;;
esac
python_parts
