#!/usr/bin/env bash
# Makes the initramfs that run.sh and the boot tests use. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: mkinitramfs.sh [--tools] OUT.cpio.gz
  Packs busybox (Debian's busybox-static), our /init, /bin/selftest and /bin/rdtsc into an initramfs; of the build folder, if
  they are there, shctl, the signed modules that MODULES names (to /modules) and the stock kernel's xen-privcmd.ko.
  In the guest: a shell on hvc0; with "selftest" on the kernel command line the self-test runs and the guest powers off.
  --tools: Debian's xen-livepatch too, with the libraries that it needs (BUILD/guest/xen-utils: tools/run/fetch-xen-utils.sh).
  Environment: BUSYBOX (default: the busybox on PATH, which must be static), CC (default: clang-19, clang or gcc),
  BUILD (default: two folders above OUT), MODULES (default: "sched_rr evtchn", and all of BUILD/examples).
USAGE
}

tools=''
case ${1:-} in
  -h|--help) usage; exit 0 ;;
  --tools) tools=1; shift ;;
esac
[ $# -eq 1 ] || { usage >&2; exit 2; }
out=$(realpath -m "$1")
build=${BUILD:-$(dirname "$out")/..}
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
if [ -x "$build/shctl" ]; then install -m 755 "$build/shctl" "$tree/bin/shctl"; fi
mkdir "$tree/modules"
for name in ${MODULES-sched_rr evtchn}; do
  if [ -s "$build/modules/$name.sho" ]; then install -m 644 "$build/modules/$name.sho" "$tree/modules/"; fi
done
for file in "$build"/examples/*.sho; do
  if [ -s "$file" ]; then install -m 644 "$file" "$tree/modules/"; fi
done
# /dev/xen/privcmd, of the first domain's kernel; other kernels do without.
for file in "$build"/guest/kernel/lib/modules/*/kernel/drivers/xen/xen-privcmd.ko; do
  if [ -s "$file" ]; then install -D -m 644 "$file" "$tree/lib/modules/$(basename "${file%/kernel/drivers/*}")/xen-privcmd.ko"; fi
done
if [ -n "$tools" ]; then
  livepatch=$build/guest/xen-utils/usr/lib/xen-4.17/bin/xen-livepatch
  [ -s "$livepatch" ] || die "no $livepatch: run tools/run/fetch-xen-utils.sh $build/guest first"
  libraries=$(ldd "$livepatch")
  ! grep 'not found' <<< "$libraries" >&2 || die "xen-livepatch lacks these libraries: apt-get install libxen-dev"
  install -D -m 755 "$livepatch" "$tree/bin/xen-livepatch"
  grep -o '/[^ ]*' <<< "$libraries" | while read -r file; do install -D -m 755 "$file" "$tree$file"; done
fi
# One time stamp and one owner: the same inputs give the same bytes.
find "$tree" -exec touch -h -d @0 {} +
(cd "$tree" && find . | LC_ALL=C sort | cpio -o -H newc -R 0:0 --quiet --reproducible | gzip -n -9) > "$out.part"
mv "$out.part" "$out"
echo "initramfs: $out ($(stat -c %s "$out") bytes)"
