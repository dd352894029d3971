#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Install the Debian packages that building, running and testing need, if they are missing.
# usage: deps.sh [--list]
set -euo pipefail
packages=(clang-19 lld-19 llvm-19 clang-tidy-19 clang-format-19 clang-tools-19 clangd-19 libclang-rt-19-dev libclang-19-dev llvm-19-dev g++ gcc libc6-dev libxen-dev
  liblzma-dev zlib1g-dev libzstd-dev liblz4-dev qemu-system-x86 busybox-static cpio grub-common grub-pc-bin grub-efi-amd64-bin xorriso mtools ovmf python3-pytest python3-pytest-rerunfailures python3-pexpect python3-yaml
  libcmocka-dev libbearssl-dev libssl-dev openssl gdb bochs bochs-term bochsbios vgabios xz-utils zstd lz4 binutils python3 file
  frama-c-base why3 z3 cvc4 spin)
if [ "${1:-}" = --list ]; then printf '%s\n' "${packages[@]}"; exit 0; fi
missing=()
for p in "${packages[@]}"; do
  dpkg-query -W -f='${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0
echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
sudo=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "deps.sh: not root and no sudo: install them yourself, then run make again" >&2; exit 1; }
  sudo=(sudo)
fi
"${sudo[@]}" apt-get -q update
"${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
