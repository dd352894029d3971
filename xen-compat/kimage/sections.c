/* SPDX-License-Identifier: MIT */
/*
 * For kernels without Xen notes in a PT_NOTE segment. Section headers lie at the end of the file and what they name
 * before it, so this goes back, which unpacks the file again; such kernels are old, small or both.
 */
#include "elf64.h"
#include "internal.h"

#define SECTIONS_MAX 256u
#define NOTE_SECTIONS_MAX 8u
#define CONTENT_MAX 8192u

struct section {
    uint32_t name;
    uint32_t type;
    uint64_t offset;
    uint64_t len;
};

static struct section sections[SECTIONS_MAX] SC_BOOT;
static uint8_t content[CONTENT_MAX] SC_BOOT;

static int sections_read(const struct kelf *elf)
{
    static uint8_t header[SH_BYTES] SC_BOOT; /* the stream may still point to it at the next read */
    const struct kbytes in = { header, SH_BYTES };
    int rc = kstream_seek(elf->shoff);

    for (uint32_t i = 0; i < elf->shnum && rc == 0; i++) {
        rc = kstream_read(header, SH_BYTES);
        if (rc != 0)
            break;
        sections[i].name = kbytes_le32(&in, SH_NAME);
        sections[i].type = kbytes_le32(&in, SH_TYPE);
        sections[i].offset = kbytes_le64(&in, SH_OFFSET);
        sections[i].len = kbytes_le64(&in, SH_SIZE);
    }
    return rc;
}

/* Brings a section's bytes into content, when they fit, and shows them. */
static int content_read(const struct section *section, struct kbytes *out)
{
    int rc;

    *out = (struct kbytes){ content, 0 };
    if (section->len > CONTENT_MAX)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a section that should be small is not");
    rc = kstream_seek(section->offset);
    if (rc == 0)
        rc = kstream_read(content, (size_t)section->len);
    if (rc == 0)
        *out = (struct kbytes){ content, (size_t)section->len };
    return rc;
}

static int note_sections_parse(const struct kelf *elf, struct kimage_info *info, uint32_t *found)
{
    uint32_t seen = 0;
    struct kbytes in;
    int rc = 0;

    for (uint32_t i = 0; i < elf->shnum && rc == 0; i++) {
        if (sections[i].type != SECTION_NOTE || sections[i].len > CONTENT_MAX)
            continue;
        if (seen == NOTE_SECTIONS_MAX)
            return kimage_fail(-XEN_ENOEXEC, "ELF: too many notes");
        seen++;
        rc = content_read(&sections[i], &in);
        if (rc == 0)
            rc = knotes_parse(&in, 0, in.nr, info, found);
    }
    return rc;
}

/* The index of the section of that name, or shnum. */
static uint32_t section_find(const struct kelf *elf, const struct kbytes *names, const char *name SC_COUNT(nr),
                             size_t nr)
{
    uint32_t i;

    for (i = 0; i < elf->shnum; i++) {
        size_t at = sections[i].name;
        size_t end = at;

        while (end < names->nr && names->bytes[end] != 0)
            end++;
        if (end < names->nr && kbytes_equal(names, at, end - at, name, nr))
            break;
    }
    return i;
}

static int guest_section_parse(const struct kelf *elf, struct kimage_info *info, uint32_t *found)
{
    uint32_t index;
    struct kbytes in;
    int rc;

    if (elf->shstrndx >= elf->shnum)
        return 0;
    rc = content_read(&sections[elf->shstrndx], &in);
    if (rc != 0)
        return rc;
    index = section_find(elf, &in, KTEXT("__xen_guest"));
    if (index == elf->shnum)
        return 0;
    rc = content_read(&sections[index], &in);
    if (rc != 0)
        return rc;
    info->has_notes = 0;
    *found = 1;
    return kguestinfo_parse(&in, info);
}

int ksections_parse(const struct kelf *elf, struct kimage_info *info, uint32_t *found)
{
    int rc;

    if (elf->shoff == 0 || elf->shnum == 0)
        return 0;
    if (elf->shnum > SECTIONS_MAX)
        return kimage_fail(-XEN_ENOEXEC, "ELF: more than 256 sections, and no Xen notes in a segment");
    rc = sections_read(elf);
    if (rc == 0)
        rc = note_sections_parse(elf, info, found);
    if (rc == 0 && *found == 0)
        rc = guest_section_parse(elf, info, found);
    return rc;
}
