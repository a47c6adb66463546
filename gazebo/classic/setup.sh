#!/usr/bin/env bash
# Sets real Gazebo up: Gazebo 11 ("Classic") with a software renderer and a virtual
# display, as Debian 11 has them, in a folder of their own. Nothing outside that
# folder is touched but for the tool that fills it (mmdebstrap). What is there
# already is left alone, so that running it twice costs nothing.
#
# Debian's packages are verified by apt against Debian's archive keys. The versions
# that hyt was tried with are listed in packages.txt; others are named, not refused.
#
# The folder is $HYT_GAZEBO_ROOT, by default ~/.cache/hyt/gazebo (810 MB): outside the
# repository, so that `make clean` keeps it.
#
# exit status: 0 it is there; 3 it cannot be had here, the last line says why; 1 a
# mistake of this script
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=${HYT_GAZEBO_ROOT:-${XDG_CACHE_HOME:-$HOME/.cache}/hyt/gazebo}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
suite=bullseye
packages=gazebo,gazebo-plugin-base,xvfb,libgl1-mesa-dri

say() { printf 'gazebo: %s\n' "$*" >&2; }
unavailable() { say "not available: $*"; exit 3; }

# complete tells whether the folder was filled to the end.
complete() { [ -x "$root/usr/bin/gzserver" ] && [ -x "$root/usr/bin/Xvfb" ] && [ -s "$root/hyt-packages.txt" ]; }

as_root() {
	if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

tools() {
	[ "$(uname -s)" = Linux ] || unavailable "Linux is needed, this is $(uname -s)"
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || unavailable "root is needed once, to unpack Debian packages with their owners"
		sudo -n true 2>/dev/null || unavailable "root is needed once, to unpack Debian packages with their owners: run 'sudo -v' first"
	fi
	local missing=()
	command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
	[ -e "$keyring" ] || missing+=(debian-archive-keyring)
	[ ${#missing[@]} -eq 0 ] && return
	command -v apt-get >/dev/null || unavailable "${missing[*]} missing, and this is no Debian or Ubuntu"
	say "installing ${missing[*]}"
	as_root apt-get update -q >&2 || say "apt-get update failed: trying with the lists that are there"
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}" >&2 ||
		unavailable "apt-get could not install ${missing[*]}"
}

fill() {
	local work=$root.new log=$root.log
	as_root rm -rf "$work"
	say "unpacking Gazebo 11 of Debian $suite into $root (one to three minutes, 810 MB)"
	as_root mmdebstrap --mode=root --variant=apt --keyring="$keyring" --include="$packages" \
		--aptopt='APT::Install-Recommends "false"' \
		--dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$suite" "$work" >"$log" 2>&1 || {
		as_root rm -rf "$work"
		unavailable "mmdebstrap could not get Debian $suite: $(grep -E '^(E:|W: Failed)' "$log" | tail -n 1) (all of it: $log)"
	}
	as_root sh -c 'rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/*; chmod 1777 "$1/tmp"
		chroot "$1" dpkg-query -W -f "\${Package} \${Version}\n" >"$1/hyt-packages.txt"' - "$work"
	as_root mv -T "$work" "$root"
	rm -f "$log"
}

# Versions move with Debian's corrections; a run that differs should be seen to.
versions() {
	local other
	other=$(diff "$here/packages.txt" "$root/hyt-packages.txt" | grep -c '^>' || true)
	[ "$other" -eq 0 ] || say "$other packages differ from $here/packages.txt, with which hyt was tried"
}

mkdir -p "$(dirname "$root")" || unavailable "no folder $(dirname "$root")"
exec 9>"$root.lock"
flock 9
if ! complete; then
	[ ! -e "$root" ] || unavailable "$root exists and is no complete Gazebo: remove it, or set HYT_GAZEBO_ROOT to another folder"
	tools
	fill
	complete || unavailable "the packages came without gzserver or Xvfb"
fi
versions
say "$(sed -n 's/^gazebo /Gazebo /p' "$root/hyt-packages.txt") in $root"
