/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <xen/errno.h>
#include "sink.h"
#include "xen-compat/kimage/kimage.h"
#include "xen-compat/kimage/kimage_sink.h"

static struct sink sink;
static uint64_t limit;

static uint64_t nr_chunks(void)
{
    return (sink.nr_bytes + sink.chunk_bytes - 1) / sink.chunk_bytes;
}

void sink_reset(uint64_t chunk_bytes, uint64_t limit_bytes)
{
    if (sink.chunks != NULL)
        for (uint64_t i = 0; i < nr_chunks(); i++)
            free(sink.chunks[i]);
    free(sink.chunks);
    sink.chunks = NULL;
    sink.nr_bytes = 0;
    sink.chunk_bytes = chunk_bytes;
    limit = limit_bytes;
}

const struct sink *sink_get(void)
{
    return &sink;
}

uint8_t sink_byte(uint64_t offset)
{
    return offset < sink.nr_bytes ? sink.chunks[offset / sink.chunk_bytes][offset % sink.chunk_bytes] : 0;
}

int kimage_sink_reserve(uint64_t paddr_start, uint64_t nr_bytes)
{
    if (sink.chunks != NULL || (paddr_start & 0xFFF) != 0 || nr_bytes == 0)
        abort();
    if (nr_bytes > limit)
        return -XEN_ENOMEM;
    sink.paddr_start = paddr_start;
    sink.nr_bytes = nr_bytes;
    sink.chunks = calloc(nr_chunks(), sizeof(*sink.chunks));
    for (uint64_t i = 0; i < nr_chunks(); i++)
        sink.chunks[i] = calloc(1, sink.chunk_bytes);
    return 0;
}

struct kimage_window kimage_sink_window(uint64_t offset, size_t want)
{
    uint64_t room = sink.chunk_bytes - offset % sink.chunk_bytes;

    if (sink.chunks == NULL || offset >= sink.nr_bytes || want == 0 || want > sink.nr_bytes - offset)
        abort();
    return (struct kimage_window){ &sink.chunks[offset / sink.chunk_bytes][offset % sink.chunk_bytes],
                                   want < room ? want : room };
}

uint8_t *sink_read_file(const char *path, size_t *len)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;

    if (file == NULL)
        return NULL;
    fseek(file, 0, SEEK_END);
    *len = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(*len == 0 ? 1 : *len);
    if (fread(bytes, 1, *len, file) != *len) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}
