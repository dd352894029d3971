#!/bin/sh
# SPDX-License-Identifier: MIT
# link_check.sh TOP OUT: links hypervisor/unpack and xen-compat/kimage with Debian's archives at the core's address.
set -eu
top=$1 out=$2
lib=$(dirname "$(${CC:-clang-19} -print-file-name=liblzma.a)")
flags="-std=gnu11 -ffreestanding -O2 -fpie -fdirect-access-external-data -fvisibility=hidden -fno-jump-tables
 -fno-asynchronous-unwind-tables -fno-addrsig -mno-red-zone -mgeneral-regs-only -fno-stack-protector -Wall -Wextra -Wno-unused-parameter
 -Werror -fsanitize=kcfi"
mkdir -p "$out"
rm -f "$out"/*.o
for file in "$top"/hypervisor/unpack/*.c "$top"/xen-compat/kimage/*.c "$top"/tests/unit/kimage/link_core.c; do
    # shellcheck disable=SC2086
    "${CC:-clang-19}" $flags -I"$top" -I"$top/hypervisor" -D__XEN_INTERFACE_VERSION__=0x00040e00 -c -o "$out/$(basename "$file" .c).o" "$file"
done
ld.lld-19 --gc-sections -static --no-undefined --image-base=0xffff808000000000 -e link_entry -o "$out/linked" \
    "$out"/*.o "$lib/liblzma.a" "$lib/libz.a" "$lib/libzstd.a" "$lib/liblz4.a"
if readelf -rW "$out/linked" | grep -q R_X86_64; then
    echo "link_check: relocations are left for run time" >&2
    exit 1
fi
if readelf -sW "$out/linked" | grep -E ' (IFUNC|TLS) ' ||
    readelf -lW "$out/linked" | grep -E ' (TLS|DYNAMIC|INTERP) '; then
    echo "link_check: IFUNC, TLS or dynamic linking is in the image" >&2
    exit 1
fi
if readelf -SW "$out/linked" | grep -E '\.(init_array|ctors|preinit_array) '; then
    echo "link_check: something wants a constructor run, and the core runs none" >&2
    exit 1
fi
size "$out/linked" | awk -v limit=450000 'NR == 2 { print "link_check: " $1 " bytes text and read-only data, " $2 \
    " data, " $3 " bss"; exit $1 > limit }'
