#!/usr/bin/env bash
# Gets Debian's stock xen-livepatch and what else is in its package. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: fetch-xen-utils.sh OUTDIR
  Downloads xen-utils-4.17 and unpacks it to OUTDIR/xen-utils; nothing is installed.
  Does nothing when it has been done before; remove the folder to get a newer one.
USAGE
}

case ${1:-} in -h|--help) usage; exit 0 ;; esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
out=$1/xen-utils
if [ -s "$out/usr/lib/xen-4.17/bin/xen-livepatch" ]; then echo "xen-utils: $out (kept)"; exit 0; fi

mkdir -p "$1"
deb=$(fetch_deb xen-utils-4.17 "$1/debs")
rm -rf "$out.part" "$out"
dpkg-deb -x "$deb" "$out.part"
[ -s "$out.part/usr/lib/xen-4.17/bin/xen-livepatch" ] || die "no xen-livepatch in $deb"
mv "$out.part" "$out"
echo "xen-utils: $out ($(basename "$deb"))"
