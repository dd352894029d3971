#!/usr/bin/env bash
# Gets Debian's stock kernel and unpacks it. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: fetch-kernel.sh [--cloud] OUTDIR
  Downloads the kernel package that linux-image-amd64 depends on and unpacks it into OUTDIR/kernel:
    OUTDIR/kernel/vmlinuz         the stock bzImage
    OUTDIR/kernel/lib/modules/    its modules
  --cloud   linux-image-cloud-amd64 instead, into OUTDIR/kernel-cloud (an lz4 payload; for domU only)
  Does nothing when it has been done before; remove the folder to get a newer kernel.
USAGE
}

meta=linux-image-amd64 name=kernel
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --cloud) meta=linux-image-cloud-amd64 name=kernel-cloud ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 1 ] || { usage >&2; exit 2; }
out=$1/$name
if [ -s "$out/vmlinuz" ]; then echo "kernel: $out/vmlinuz ($(cat "$out/version"), kept)"; exit 0; fi

mkdir -p "$1"
package=$(apt-cache depends "$meta" | awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ { print $2; exit }')
[ -n "$package" ] || die "apt knows no $meta: run apt-get update first"
deb=$(fetch_deb "$package" "$1/debs")
rm -rf "$out.part" "$out"
dpkg-deb -x "$deb" "$out.part"
version=${package#linux-image-}
mv "$out.part/boot/vmlinuz-$version" "$out.part/vmlinuz"
echo "$version" > "$out.part/version"
mv "$out.part" "$out"
echo "kernel: $out/vmlinuz ($version)"
