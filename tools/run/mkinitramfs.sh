#!/usr/bin/env bash
# Makes the initramfs that run.sh and the boot tests use. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: mkinitramfs.sh OUT.cpio.gz
  Packs busybox (Debian's busybox-static), our /init, /bin/selftest and /bin/rdtsc into an initramfs.
  In the guest: a shell on hvc0; with "selftest" on the kernel command line the self-test runs and the guest powers off.
  Environment: BUSYBOX (default: the busybox on PATH, which must be static), CC (default: clang-19, clang or gcc).
USAGE
}

case ${1:-} in -h|--help) usage; exit 0 ;; esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
out=$(realpath -m "$1")
busybox=${BUSYBOX:-$(command -v busybox || true)}
[ -n "$busybox" ] || die "no busybox: apt-get install busybox-static"
for cc in "${CC:-}" clang-19 clang gcc; do [ -n "$cc" ] && command -v "$cc" >/dev/null && break; done
command -v "$cc" >/dev/null || die "no C compiler: apt-get install clang-19"
command -v cpio >/dev/null || die "no cpio: apt-get install cpio"

mkdir -p "$(dirname "$out")"
tree=$(mktemp -d "$(dirname "$out")/initramfs.XXXXXX")
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
mkdir -p "$tree"/bin "$tree"/sbin "$tree"/proc "$tree"/sys "$tree"/dev "$tree"/tmp
cp "$busybox" "$tree/bin/busybox"
for applet in $("$busybox" --list); do [ "$applet" = busybox ] || ln -sf busybox "$tree/bin/$applet"; done
install -m 755 "$here/initramfs/init" "$tree/init"
install -m 755 "$here/initramfs/selftest" "$tree/bin/selftest"
"$cc" -O2 -static -nostdlib -ffreestanding -fno-stack-protector -fno-pic -fcf-protection=none -Wall -Wextra -Werror \
  -Wl,--build-id=none -o "$tree/bin/rdtsc" "$here/initramfs/rdtsc.c"
# One time stamp and one owner: the same inputs give the same bytes.
find "$tree" -exec touch -h -d @0 {} +
(cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet --reproducible | gzip -n -9) > "$out.part"
mv "$out.part" "$out"
echo "initramfs: $out ($(stat -c %s "$out") bytes)"
