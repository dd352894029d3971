#!/usr/bin/env bash
# Gets Debian's stock Xen, the hypervisor that SafeHype is measured against. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: fetch-xen.sh OUTDIR
  Downloads xen-hypervisor-4.17-amd64 and unpacks it to OUTDIR/xen, the ELF32 multiboot image that qemu -kernel starts.
  Does nothing when OUTDIR/xen is there.
USAGE
}

case ${1:-} in -h|--help) usage; exit 0 ;; esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
out=$1/xen
if [ -s "$out" ]; then echo "xen: $out (kept)"; exit 0; fi

mkdir -p "$1"
deb=$(fetch_deb xen-hypervisor-4.17-amd64 "$1/debs")
scratch=$(mktemp -d "$1/xen-unpack.XXXXXX")
trap 'rm -rf "$scratch"' EXIT
dpkg-deb -x "$deb" "$scratch"
image=$(find "$scratch/boot" -name 'xen-*.gz' | head -n 1)
[ -n "$image" ] || die "no boot/xen-*.gz in $deb"
gunzip -c "$image" > "$out.part"
mv "$out.part" "$out"
echo "xen: $out ($(basename "$deb"))"
