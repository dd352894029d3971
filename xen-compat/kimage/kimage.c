/* SPDX-License-Identifier: MIT */
/* The order of events: find the payload, parse the headers, reserve, stream the segments, read the notes, check. */
#include "internal.h"

#define PAGE_MASK UINT64_C(0xFFF)

static int notes_watch(struct kelf *elf)
{
    int rc = 0;

    for (uint32_t i = 0; i < elf->nr_notes && rc == 0; i++)
        rc = kstream_watch(elf->notes[i].offset, elf->notes[i].len, &elf->notes[i].watched_at);
    return rc;
}

/* Unpacks one segment's bytes straight into the domain's memory. */
static int load_place(const struct kelf_load *load, uint64_t base)
{
    uint64_t offset = load->paddr - base;
    uint64_t left = load->filesz;
    int rc = left == 0 ? 0 : kstream_seek(load->offset);

    while (rc == 0 && left != 0) {
        struct kimage_window window = kimage_sink_window(offset, left);
        size_t got = window.nr < left ? window.nr : left;

        if (got == 0)
            return kimage_fail(-XEN_ENOMEM, "no memory at the kernel's address");
        rc = kstream_read(window.bytes, got);
        offset += got;
        left -= got;
    }
    return rc;
}

static int loads_place(const struct kelf *elf)
{
    uint64_t base = elf->paddr_start & ~PAGE_MASK;
    int rc = kimage_sink_reserve(base, elf->paddr_end - base);

    if (rc != 0)
        return kimage_fail(rc, "no memory of the kernel's size");
    for (uint32_t i = 0; i < elf->nr_loads && rc == 0; i++)
        rc = load_place(&elf->loads[i], base);
    return rc;
}

/* Moves on past the last note segment, so that all of them have been seen. */
static int notes_pass(const struct kelf *elf)
{
    uint64_t end = 0;

    for (uint32_t i = 0; i < elf->nr_notes; i++)
        if (elf->notes[i].offset + elf->notes[i].len > end)
            end = elf->notes[i].offset + elf->notes[i].len;
    return kstream_pass(end);
}

static int notes_take(const struct kelf *elf, struct kimage_info *out)
{
    struct kbytes watched = kstream_watched();
    uint32_t found = 0;
    int rc = 0;

    for (uint32_t i = 0; i < elf->nr_notes && rc == 0; i++)
        rc = knotes_parse(&watched, elf->notes[i].watched_at, elf->notes[i].len, out, &found);
    if (rc == 0 && found == 0)
        rc = ksections_parse(elf, out, &found);
    if (rc == 0 && found == 0)
        rc = kimage_fail(-XEN_ENOEXEC, "not a Xen kernel: no ELF notes of Xen's and no __xen_guest section");
    return rc;
}

static int load_open_stream(struct kimage_info *out)
{
    static struct kelf elf SC_BOOT; /* too big for a stack */
    struct kbytes head = kstream_head();
    int rc = kelf_parse(&head, &elf);

    if (rc == 0)
        rc = notes_watch(&elf);
    if (rc == 0)
        rc = loads_place(&elf);
    if (rc == 0)
        rc = notes_pass(&elf);
    if (rc == 0)
        rc = notes_take(&elf, out);
    if (rc == 0)
        rc = klayout_check(&elf, out);
    if (rc == 0)
        rc = kstream_finish();
    return rc;
}

int kimage_load(const uint8_t *src, size_t len, struct kimage_info *out)
{
    const struct kbytes file = { src, len };
    struct kpayload payload;
    int rc;

    kimage_fail_none();
    klayout_unset(out);
    rc = kpayload_find(&file, &payload);
    if (rc == 0)
        rc = kstream_open(&file, &payload);
    if (rc == 0)
        rc = load_open_stream(out);
    kstream_close();
    return rc;
}
