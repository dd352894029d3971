#!/usr/bin/env bash
# Measures SafeHype against Debian's Xen 4.17 on the same QEMU. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../run/fetch-deb.sh"

usage() {
  cat <<USAGE
usage: bench.sh [--quick] [--build DIR] [--hypervisor FILE] [--rounds N]
  Runs the micro-benchmark kernel (ubench) and boots stock Linux under three hypervisors, with the same QEMU line:
    SafeHype, Xen 4.17 as it comes, and Xen 4.17 with spec-ctrl=no,
  and prints a table with a line per operation, ratios and verdicts. Operations and virtual time are counted instructions
  (-icount shift=0,sleep=off), so they do not depend on the load of the machine; wall time does.
  --quick            ubench only
  --cpus             boots on 16 CPUs (a host thread each) and on 64 (one host thread for all) as well: some 20 minutes
  --build DIR        the build folder (BUILD, or build/ at the top of the tree); raw logs go to DIR/bench
  --hypervisor FILE  what to measure (DIR/safehype); a Xen image here tests the bench itself
  --rounds N         wall-clock boots of each hypervisor (3); the least counts
  Targets: every operation <= 1.00 of Xen spec-ctrl=no, their geometric mean <= 0.75; boot in virtual and in wall time <= Xen's.
  Ends with 0 when all are met, 1 when one is missed, 2 when it could not measure.
USAGE
}

build=${BUILD:-$here/../../build} hypervisor='' options=()
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --quick) options+=(--quick) ;;
    --cpus) options+=(--cpus) ;;
    --build) build=${2:?--build wants a folder}; shift ;;
    --hypervisor) hypervisor=${2:?--hypervisor wants a file}; shift ;;
    --rounds) options+=(--rounds "${2:?--rounds wants a number}"); shift ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
  shift
done
mkdir -p "$build/bench"
build=$(cd "$build" && pwd)
hypervisor=${hypervisor:-$build/safehype}
[ -s "$hypervisor" ] || { echo "bench.sh: no hypervisor at $hypervisor: run make first, or give --hypervisor FILE" >&2; exit 2; }

"$here/../run/fetch-xen.sh" "$build/guest" >&2
make -s -C "$here/ubench" OUT="$build/bench/ubench"
case " ${options[*]} " in
  *" --quick "*) ;;
  *) "$here/../run/fetch-kernel.sh" "$build/guest" >&2
     "$here/../run/mkinitramfs.sh" "$build/guest/initramfs.cpio.gz" >&2 ;;
esac
exec /usr/bin/env python3 "$here/bench.py" --build "$build" --hypervisor "$hypervisor" "${options[@]}"
