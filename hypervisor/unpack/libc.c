/* SPDX-License-Identifier: MIT */
/*
 * What Debian's archives name beyond the core's memcpy, memmove, memset and memcmp. Freestanding builds only. The
 * decoders are given the arena as their allocator; malloc and free are for what asks behind their backs.
 */
#include "backend.h"
#include "core/lib_call.h"
#include "crc64.h"

/* Named by code that no path of ours reaches; says so if that is wrong. */
#define LIBC_DEAD(name)                        \
    _Noreturn void name(void);                 \
    _Noreturn void name(void)                  \
    {                                          \
        lib_panic("unpack: " #name " called"); \
    }

void *malloc(size_t len_bytes);
void *calloc(size_t count, size_t each_bytes);
void free(void *block);
_Noreturn void __stack_chk_fail(void);
void *__memcpy_chk(void *dst, const void *src, size_t len, size_t room);
void *__memset_chk(void *dst, int value, size_t len, size_t room);
uint64_t ZSTD_trace_decompress_begin(const void *ctx);
void ZSTD_trace_decompress_end(uint64_t trace, const void *what);
uint64_t lzma_crc64(const uint8_t *bytes, size_t len, uint64_t sum);

SC_UNSAFE_DECL("DEV-132: the C library's name, for the libraries")
void *__memcpy_chk(void *dst, const void *src, size_t len, size_t room)
{
    if (len > room)
        lib_panic("memcpy past the end of an object");
    return memcpy(dst, src, len);
}

SC_UNSAFE_DECL("DEV-133: the C library's name, for the libraries")
void *__memset_chk(void *dst, int value, size_t len, size_t room)
{
    if (len > room)
        lib_panic("memset past the end of an object");
    return memset(dst, value, len);
}

SC_UNSAFE_DECL("DEV-48: the C library's name, for the libraries")
void *malloc(size_t len_bytes)
{
    return arena_alloc(len_bytes);
}

SC_UNSAFE_DECL("DEV-49: the C library's name, for the libraries")
void *calloc(size_t count, size_t each_bytes)
{
    return arena_alloc_zeroed(count, each_bytes);
}

SC_UNSAFE_DECL("DEV-50: the C library's name, for the libraries")
void free(void *block)
{
    arena_free(block);
}

_Noreturn void __stack_chk_fail(void)
{
    lib_panic("unpack: stack smashed");
}

/* libzstd refers to these two weakly; undefined, they would not link this far above address 0. 0: no tracing. */
uint64_t ZSTD_trace_decompress_begin(const void *ctx)
{
    (void)ctx;
    return 0;
}

void ZSTD_trace_decompress_end(uint64_t trace, const void *what)
{
    (void)trace;
    (void)what;
}

/* Takes the place of liblzma's, which is called only for checks that unpack_xz.c has switched off: see crc64.h. */
uint64_t lzma_crc64(const uint8_t *bytes SC_COUNT(len), size_t len, uint64_t sum)
{
    return crc64_add(bytes, len, sum);
}

/* Decoders of zstd's formats before 1.0; a stub each keeps 90 KiB of them out of the image. */
LIBC_DEAD(ZBUFFv05_createDCtx)
LIBC_DEAD(ZBUFFv05_decompressContinue)
LIBC_DEAD(ZBUFFv05_decompressInitDictionary)
LIBC_DEAD(ZBUFFv05_freeDCtx)
LIBC_DEAD(ZBUFFv06_createDCtx)
LIBC_DEAD(ZBUFFv06_decompressContinue)
LIBC_DEAD(ZBUFFv06_decompressInitDictionary)
LIBC_DEAD(ZBUFFv06_freeDCtx)
LIBC_DEAD(ZBUFFv07_createDCtx)
LIBC_DEAD(ZBUFFv07_decompressContinue)
LIBC_DEAD(ZBUFFv07_decompressInitDictionary)
LIBC_DEAD(ZBUFFv07_freeDCtx)
LIBC_DEAD(ZSTDv05_createDCtx)
LIBC_DEAD(ZSTDv05_decompress_usingDict)
LIBC_DEAD(ZSTDv05_findFrameSizeInfoLegacy)
LIBC_DEAD(ZSTDv05_freeDCtx)
LIBC_DEAD(ZSTDv05_getFrameParams)
LIBC_DEAD(ZSTDv06_createDCtx)
LIBC_DEAD(ZSTDv06_decompress_usingDict)
LIBC_DEAD(ZSTDv06_findFrameSizeInfoLegacy)
LIBC_DEAD(ZSTDv06_freeDCtx)
LIBC_DEAD(ZSTDv06_getFrameParams)
LIBC_DEAD(ZSTDv07_createDCtx)
LIBC_DEAD(ZSTDv07_decompress_usingDict)
LIBC_DEAD(ZSTDv07_findFrameSizeInfoLegacy)
LIBC_DEAD(ZSTDv07_freeDCtx)
LIBC_DEAD(ZSTDv07_getFrameParams)
