#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Boot the hypervisor and stock Linux under gdb.  See --help.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=${BUILD:-$here/../../build}
if [ "${1:-}" = --help ] || [ "${1:-}" = -h ]; then
  cat <<USAGE
usage: gdb.sh [--batch "COMMANDS; ..."] [run.sh options]
  Starts QEMU stopped, its serial console in BUILD/gdb.log, and gdb on it with the hypervisor's symbols and the commands
  sh-domains, sh-vcpus, sh-runq, sh-frame MFN.  In gdb: "continue", Ctrl-c, then look.
  --batch "..."  let it run for BATCH_SECONDS (20), then run these gdb commands (separated by ;) and end
USAGE
  exit 0
fi
batch=''
if [ "${1:-}" = --batch ]; then batch=$2; shift 2; fi
port=${GDB_PORT:-$((20000 + RANDOM % 20000))}
stop=-S
[ -n "$batch" ] && stop=''
log=$build/gdb.log
cmd=$("$here/../run/run.sh" --dry-run "$@" 2>/dev/null)
eval "$cmd -gdb tcp:127.0.0.1:$port $stop" </dev/null >"$log" 2>&1 &
qemu=$!
trap 'kill $qemu 2>/dev/null || true' EXIT
sleep 1
args=(-q -ex "set pagination off" -ex "file $build/safehype.dbg" -ex "source $here/safehype.py" -ex "target remote 127.0.0.1:$port")
if [ -n "$batch" ]; then
  sleep "${BATCH_SECONDS:-20}"
  IFS=';' read -r -a commands <<<"$batch"
  for c in "${commands[@]}"; do args+=(-ex "$c"); done
  gdb -batch "${args[@]}"
else
  gdb "${args[@]}"
fi
