#!/usr/bin/env bash
# Boots the hypervisor with a stock Linux as its first domain, console on this terminal. See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/fetch-deb.sh"
build=${BUILD:-$here/../../build}

usage() {
  cat <<USAGE
usage: run.sh [--xen | --hypervisor FILE] [-m MB] [--smp N] [--cpus N] [--hv-args "..."] [--linux-args "..."]
              [--kernel FILE] [--initrd FILE] [--selftest] [--tools] [--dry-run] [--qemu-args ...]
  Boots SafeHype (BUILD/safehype) with Debian's stock kernel and our initramfs; what is missing is fetched or made first.
  --xen              Debian's Xen 4.17 in its place
  --hypervisor FILE  another hypervisor image
  -m MB              the machine's memory (512); the first domain gets half of it, 256 MB at most,
                     unless --hv-args names dom0_mem
  --smp N            the machine's processors (1)
  --cpus N           the first domain's vcpus (as many as the machine has)
  --hv-args "..."    more words on the hypervisor's command line
  --linux-args "..." more words on the kernel's
  --kernel FILE      the guest kernel (with its own command line from --linux-args; no initrd unless given)
  --selftest         run the guest's self-test, then power off
  --tools            Debian's xen-livepatch in the guest too
  --dry-run          print the QEMU command and end
  --qemu-args ...    everything after this goes to QEMU
  To leave: Ctrl-a x ends QEMU, Ctrl-a c is its monitor. Ctrl-a Ctrl-a sends one Ctrl-a to the hypervisor; three of them
  switch the console between the first domain and the hypervisor.
  Environment: BUILD (the build folder), QEMU (qemu-system-x86_64), QEMU_CPU (qemu64,-svm).
USAGE
}

hypervisor='' memory=512 smp=1 cpus='' hv_args='' linux_args='' kernel='' initrd='' dry='' xen='' tools=''
while [ $# -gt 0 ]; do
  case $1 in
    -h|--help) usage; exit 0 ;;
    --xen) xen=1 ;;
    --selftest) linux_args+=' selftest' ;;
    --tools) tools=--tools ;;
    --dry-run) dry=1 ;;
    --qemu-args) shift; break ;;
    -m|--smp|--cpus|--hv-args|--linux-args|--hypervisor|--kernel|--initrd)
      [ $# -ge 2 ] || die "$1 wants a value (see --help)"
      case $1 in
        -m) memory=$2 ;;
        --smp) smp=$2 ;;
        --cpus) cpus=$2 ;;
        --hv-args) hv_args=$2 ;;
        --linux-args) linux_args+=" $2" ;;
        --hypervisor) hypervisor=$2 ;;
        --kernel) kernel=$2 ;;
        --initrd) initrd=$2 ;;
      esac
      shift ;;
    *) die "unknown option $1 (see --help)" ;;
  esac
  shift
done

mkdir -p "$build"
build=$(cd "$build" && pwd)
if [ -n "$xen" ]; then "$here/fetch-xen.sh" "$build/guest" >&2; hypervisor=$build/guest/xen; fi
hypervisor=${hypervisor:-$build/safehype}
[ -s "$hypervisor" ] || die "no hypervisor at $hypervisor: run make first, or give --hypervisor FILE or --xen"
if [ -z "$kernel" ]; then
  "$here/fetch-kernel.sh" "$build/guest" >&2
  kernel=$build/guest/kernel/vmlinuz
  if [ -z "$initrd" ]; then
    initrd=$build/guest/initramfs${tools:+-tools}.cpio.gz
    [ -z "$tools" ] || "$here/fetch-xen-utils.sh" "$build/guest" >&2
    newest=$(find "$here/initramfs" "$here/mkinitramfs.sh" $(ls -d "$build"/{shctl,modules,examples} 2>/dev/null) -newer "$initrd" -print -quit 2>/dev/null || echo absent)
    if [ ! -s "$initrd" ] || [ -n "$newest" ]; then "$here/mkinitramfs.sh" $tools "$initrd" >&2; fi
  fi
  linux_args="console=hvc0$linux_args"
fi
[ -s "$kernel" ] || die "no kernel at $kernel"

words="console=com1 com1=115200 loglvl=info"
case " $hv_args" in
  *" dom0_mem="*) ;;
  *) share=$((memory >= 512 ? 256 : memory * 3 / 4)); words+=" dom0_mem=${share}M" ;;
esac
[ -z "$cpus" ] || words+=" dom0_max_vcpus=$cpus"
words+=${hv_args:+ $hv_args}
module="$kernel ${linux_args# }"
[ -z "$initrd" ] || module+=",$initrd"

command=("${QEMU:-qemu-system-x86_64}" -nodefaults -no-reboot -display none
  -chardev stdio,id=tty,mux=on,signal=off -serial chardev:tty -mon chardev=tty,mode=readline
  -accel tcg -cpu "${QEMU_CPU:-qemu64,-svm}" -m "$memory" -smp "$smp"
  -kernel "$hypervisor" -append "$words" -initrd "$module" "$@")
if [ -n "$dry" ]; then printf '%q ' "${command[@]}"; echo; exit 0; fi
[ ! -t 0 ] || echo "run.sh: leave with Ctrl-a x; Ctrl-a c is QEMU's monitor; Ctrl-a Ctrl-a sends a Ctrl-a" >&2
exec "${command[@]}"
