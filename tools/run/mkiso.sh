#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Makes the ISO that boots on BIOS and on UEFI. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: mkiso.sh [--hypervisor FILE] OUTPUT
  Makes OUTPUT, a hybrid ISO (for a CD, or for a USB stick by dd): GRUB for BIOS and for UEFI, SafeHype (BUILD/safehype),
  and what run.sh boots: Debian's stock kernel and our initramfs, which are fetched and made first where they are missing.
  --hypervisor FILE  another hypervisor image
  Environment: BUILD (the build folder).
USAGE
}

hypervisor=''
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --hypervisor) [ $# -ge 2 ] || die "$1 wants a value (see --help)"; hypervisor=$2; shift ;;
    -*) die "unknown option $1 (see --help)" ;;
    *) break ;;
  esac
  shift
done
[ $# -eq 1 ] || { usage >&2; exit 2; }
output=$1
build=${BUILD:-$here/../../build}
hypervisor=${hypervisor:-$build/safehype}
[ -s "$hypervisor" ] || die "no hypervisor at $hypervisor: run make first, or give --hypervisor FILE"
command -v grub-mkrescue >/dev/null || die "no grub-mkrescue: run make deps first"
for folder in i386-pc x86_64-efi; do
  [ -d "/usr/lib/grub/$folder" ] || die "GRUB's $folder modules are missing: run make deps first"
done
"$here/fetch-kernel.sh" "$build/guest" >&2
"$here/mkinitramfs.sh" "$build/guest/initramfs.cpio.gz" >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/tree
mkdir -p "$tree/boot/grub"
cp "$hypervisor" "$tree/boot/safehype"
cp "$build/guest/kernel/vmlinuz" "$build/guest/initramfs.cpio.gz" "$tree/boot/"
cp "$here/iso-grub.cfg" "$tree/boot/grub/grub.cfg"
if ! grub-mkrescue -o "$output.part" -volid SAFEHYPE "$tree" > "$work/log" 2>&1; then
  cat "$work/log" >&2
  die "grub-mkrescue failed: see above"
fi
mv "$output.part" "$output"
echo "iso: $output ($(stat -c %s "$output") bytes)"
