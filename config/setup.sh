#!/usr/bin/env bash
# Sets a Debian or Ubuntu machine up for hyt: the Debian packages that cgo needs
# and the ONNX Runtime library. What is there already is left alone, so that
# running it twice costs nothing.
#
# Everything is pinned: the npm package by its integrity hash, the library taken
# from it by its SHA-256, Debian's packages by apt's signatures and a minimum
# version that is checked below.
#
# usage: config/setup.sh [all | onnxruntime]   onnxruntime: that library alone, for a
# build on another Cyclone DDS than Debian's or on none
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
deps=$root/build/deps
ort_version=1.27.0
ort_integrity=sha512-QEzGwrvNBgv4uPVdnbHsOGG4G6T96mdlcFI8aAKPjMU8wOPpVocPXb6k3QGkaZagVTv2G9Bnnbo6Z3JdXr1fQw==
cyclone_min=0.10.2

say() { printf 'setup: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

case $(uname -m) in
x86_64) arch=x64 ort_sha=d8aff4aa8abee8fb2abb2f2f2459ffc94461e781e41b9f7c072829dd0d470221 ;;
aarch64) arch=arm64 ort_sha=c36bc200e7e6c093b8abb0b34590fbdd8c52fd3fb5e33795b9523ffdde2fce0f ;;
*) die "no ONNX Runtime library for $(uname -m): x86_64 and aarch64 are supported" ;;
esac

command -v go >/dev/null || die "go is not installed: hyt needs Go 1.26 or newer"
command -v npm >/dev/null || die "npm is not installed: it brings the ONNX Runtime library (apt-get install npm)"

debian_packages() {
	local missing=()
	command -v gcc >/dev/null || missing+=(gcc libc6-dev)
	command -v pkg-config >/dev/null || missing+=(pkg-config)
	[ -e /usr/include/dds/ddsi/ddsi_sertype.h ] || missing+=(cyclonedds-dev)
	[ -e /usr/include/apriltag/tag36h11.h ] || missing+=(libapriltag-dev) # boards of tags; -tags noapriltag builds without
	command -v ddsperf >/dev/null || missing+=(cyclonedds-tools) # make bench compares with it
	[ ${#missing[@]} -eq 0 ] && return
	command -v apt-get >/dev/null ||
		die "missing ${missing[*]}, and this is no Debian or Ubuntu: install them by hand"
	local sudo=()
	if [ "$(id -u)" -ne 0 ]; then
		command -v sudo >/dev/null || die "missing ${missing[*]}: run as root 'apt-get install ${missing[*]}'"
		sudo=(sudo)
	fi
	say "installing ${missing[*]}"
	"${sudo[@]}" apt-get update -q >&2
	"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -qy --no-install-recommends "${missing[@]}" >&2
}

cyclone_version() {
	local have
	have=$(pkg-config --modversion CycloneDDS) || die "pkg-config does not know CycloneDDS: apt-get install cyclonedds-dev"
	[ "$(printf '%s\n' "$cyclone_min" "$have" | sort -V | head -n 1)" = "$cyclone_min" ] ||
		die "Cyclone DDS $have is too old: hyt needs $cyclone_min (Debian 12, Ubuntu 24.04 or newer)"
}

# npm writes hashes in base64.
npm_hash() {
	node -e 'const h = require("crypto").createHash("sha512");
		h.update(require("fs").readFileSync(process.argv[1]));
		process.stdout.write("sha512-" + h.digest("base64"))' "$1"
}

onnx_runtime() {
	local lib=$deps/onnxruntime/libonnxruntime.so
	if [ -e "$lib" ] && echo "$ort_sha  $lib" | sha256sum --check --status; then return; fi
	say "fetching ONNX Runtime $ort_version (100 MB)"
	mkdir -p "$deps/onnxruntime"
	local work
	work=$(mktemp -d "$deps/fetch.XXXXXX")
	trap "rm -rf '$work'" EXIT
	(cd "$work" && npm pack --silent "onnxruntime-node@$ort_version" >/dev/null) ||
		die "npm could not fetch onnxruntime-node@$ort_version: is the npm registry reachable?"
	local tarball=$work/onnxruntime-node-$ort_version.tgz
	local got
	got=$(npm_hash "$tarball")
	[ "$got" = "$ort_integrity" ] || die "onnxruntime-node@$ort_version has hash $got, not $ort_integrity: not used"
	local member=package/bin/napi-v6/linux/$arch/libonnxruntime.so.1
	tar xzf "$tarball" -C "$work" "$member"
	echo "$ort_sha  $work/$member" | sha256sum --check --status ||
		die "the library in onnxruntime-node@$ort_version does not have SHA-256 $ort_sha: not used"
	mv "$work/$member" "$lib"
}

case ${1:-all} in
all)
	debian_packages
	cyclone_version
	onnx_runtime
	;;
onnxruntime) onnx_runtime ;;
*) die "unknown part $1: all or onnxruntime" ;;
esac
