/* SPDX-License-Identifier: MIT */
/* ELF64 headers (System V ABI, AMD64 supplement), all of them hostile. */
#include "elf64.h"
#include "internal.h"

/*@ assigns \nothing;
    ensures \result == 0 || \result == -XEN_ENOEXEC;
    ensures \result == 0 ==> head->nr >= EH_BYTES;
*/
static int header_check(const struct kbytes *head)
{
    if (head->nr < EH_BYTES || !kbytes_begin(head, 0, head->nr, KTEXT("\177ELF")))
        return kimage_fail(-XEN_ENOEXEC, "not an ELF file, nor a bzImage that holds one");
    if (head->bytes[EH_CLASS] != CLASS_64 || head->bytes[EH_DATA] != DATA_LITTLE)
        return kimage_fail(-XEN_ENOEXEC, "ELF: not 64-bit little-endian");
    if (kbytes_le16(head, EH_MACHINE) != MACHINE_X86_64)
        return kimage_fail(-XEN_ENOEXEC, "ELF: not for x86-64");
    if (kbytes_le16(head, EH_PHENTSIZE) != PH_BYTES || kbytes_le16(head, EH_PHNUM) == 0)
        return kimage_fail(-XEN_ENOEXEC, "ELF: no program headers of the usual size");
    return 0;
}

/*@ requires inside(head, at, PH_BYTES);
    requires loads_good(out) && \separated(head, out);
    assigns out->nr_loads, out->loads[0 .. 31];
    ensures \result == 0 || \result == -XEN_ENOEXEC;
    ensures loads_good(out);
*/
static int load_add(const struct kbytes *head, size_t at, struct kelf *out)
{
    struct kelf_load load;
    uint32_t place;

    load.offset = kbytes_le64(head, at + PH_OFFSET);
    load.filesz = kbytes_le64(head, at + PH_FILESZ);
    load.paddr = kbytes_le64(head, at + PH_PADDR);
    load.memsz = kbytes_le64(head, at + PH_MEMSZ);
    if (load.memsz == 0 && load.filesz == 0)
        return 0;
    if (load.filesz > load.memsz)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a segment has more bytes in the file than in memory");
    if (load.filesz > UINT64_MAX - load.offset || load.memsz > UINT64_MAX - load.paddr)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a segment wraps around");
    if (out->nr_loads >= KELF_LOADS_MAX)
        return kimage_fail(-XEN_ENOEXEC, "ELF: more than 32 segments to load");
    /*@ loop invariant 0 <= place <= out->nr_loads;
        loop invariant \forall integer i; 0 <= i < place ==> load_good(out, i);
        loop invariant \forall integer i; place < i <= out->nr_loads ==> load_good(out, i);
        loop assigns place, out->loads[0 .. 31];
        loop variant place;
    */
    for (place = out->nr_loads; place > 0 && out->loads[place - 1].offset > load.offset; place--)
        out->loads[place] = out->loads[place - 1];
    out->loads[place] = load;
    out->nr_loads++;
    return 0;
}

/*@ requires inside(head, at, PH_BYTES);
    requires notes_good(out) && \separated(head, out);
    assigns out->nr_notes, out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
    ensures \result == 0 || \result == -XEN_ENOEXEC;
    ensures notes_good(out);
*/
static int note_add(const struct kbytes *head, size_t at, struct kelf *out)
{
    uint64_t offset = kbytes_le64(head, at + PH_OFFSET);
    uint64_t len = kbytes_le64(head, at + PH_FILESZ);

    if (offset == 0 || len == 0) /* some linkers leave a note segment without a place */
        return 0;
    if (len > UINT64_MAX - offset)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a note segment wraps around");
    if (out->nr_notes >= KSTREAM_WATCH_MAX)
        return kimage_fail(-XEN_ENOEXEC, "ELF: too many notes");
    out->notes[out->nr_notes].offset = offset;
    out->notes[out->nr_notes].len = len;
    out->nr_notes++;
    return 0;
}

/*@ requires head->nr >= EH_BYTES && \separated(head, out);
    requires loads_good(out) && notes_good(out);
    assigns out->nr_loads, out->loads[0 .. 31], out->nr_notes, out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
    ensures \result == 0 || \result == -XEN_ENOEXEC;
    ensures loads_good(out) && notes_good(out);
*/
static int segments_parse(const struct kbytes *head, struct kelf *out)
{
    uint64_t phoff = kbytes_le64(head, EH_PHOFF);
    uint32_t phnum = kbytes_le16(head, EH_PHNUM);
    int rc = 0;

    if (phoff > head->nr || phnum * PH_BYTES > head->nr - phoff)
        return kimage_fail(-XEN_ENOEXEC, "ELF: program headers outside the first 4 KiB of the file");
    /*@ assert inside: phoff + phnum * PH_BYTES <= head->nr; */
    /*@ loop invariant 0 <= i <= phnum;
        loop invariant rc == 0 || rc == -XEN_ENOEXEC;
        loop invariant loads_good(out);
        loop invariant notes_good(out);
        loop assigns i, rc, out->nr_loads, out->loads[0 .. 31], out->nr_notes,
          out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
        loop variant phnum - i;
    */
    for (uint32_t i = 0; i < phnum && rc == 0; i++) {
        size_t at = (size_t)phoff + i * PH_BYTES;
        /*@ assert here: at == phoff + i * PH_BYTES; */
        uint32_t type = kbytes_le32(head, at + PH_TYPE);

        if (type == SEGMENT_LOAD && (kbytes_le32(head, at + PH_FLAGS) & SEGMENT_RWX) != 0)
            rc = load_add(head, at, out);
        else if (type == SEGMENT_NOTE)
            rc = note_add(head, at, out);
    }
    return rc;
}

/*@ requires a + a_len <= UINT64_MAX && b + b_len <= UINT64_MAX;
    assigns \nothing;
    ensures \result == 0 <==> apart(a, a_len, b, b_len);
*/
static int overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
    return a_len != 0 && b_len != 0 && a < b + b_len && b < a + a_len;
}

/*@ requires loads_good(elf);
    assigns \nothing;
    ensures \result == 0 || \result == -XEN_ENOEXEC;
    ensures some: \result == 0 ==> elf->nr_loads > 0;
    ensures apart: \result == 0 ==> loads_apart(elf, elf->nr_loads);
*/
static int loads_check(const struct kelf *elf)
{
    if (elf->nr_loads == 0)
        return kimage_fail(-XEN_ENOEXEC, "ELF: nothing to load");
    /*@ loop invariant 1 <= i <= elf->nr_loads;
        loop invariant loads_apart(elf, i);
        loop assigns i;
        loop variant elf->nr_loads - i;
    */
    for (uint32_t i = 1; i < elf->nr_loads; i++)
        /*@ loop invariant 0 <= j <= i;
            loop invariant \forall integer k; 0 <= k < j ==> two_apart(elf, i, k);
            loop assigns j;
            loop variant i - j;
        */
        for (uint32_t j = 0; j < i; j++) {
            if (overlap(elf->loads[i].offset, elf->loads[i].filesz, elf->loads[j].offset, elf->loads[j].filesz))
                return kimage_fail(-XEN_ENOEXEC, "ELF: segments overlap in the file");
            if (overlap(elf->loads[i].paddr, elf->loads[i].memsz, elf->loads[j].paddr, elf->loads[j].memsz))
                return kimage_fail(-XEN_ENOEXEC, "ELF: segments overlap in memory");
        }
    return 0;
}

/*@ requires loads_good(elf);
    assigns elf->paddr_start, elf->paddr_end;
    ensures bounded(elf, elf->nr_loads);
*/
static void loads_bound(struct kelf *elf)
{
    elf->paddr_start = UINT64_MAX;
    elf->paddr_end = 0;
    /*@ loop invariant 0 <= i <= elf->nr_loads;
        loop invariant bounded(elf, i);
        loop assigns i, elf->paddr_start, elf->paddr_end;
        loop variant elf->nr_loads - i;
    */
    for (uint32_t i = 0; i < elf->nr_loads; i++) {
        uint64_t end = elf->loads[i].paddr + elf->loads[i].memsz;

        if (elf->loads[i].paddr < elf->paddr_start)
            elf->paddr_start = elf->loads[i].paddr;
        if (end > elf->paddr_end)
            elf->paddr_end = end;
    }
}

int kelf_parse(const struct kbytes *head, struct kelf *out)
{
    int rc = header_check(head);

    if (rc != 0)
        return rc;
    out->entry = kbytes_le64(head, EH_ENTRY);
    out->shoff = kbytes_le64(head, EH_SHOFF);
    out->shnum = kbytes_le16(head, EH_SHNUM);
    out->shstrndx = kbytes_le16(head, EH_SHSTRNDX);
    if (kbytes_le16(head, EH_SHENTSIZE) != SH_BYTES)
        out->shnum = 0;
    out->nr_loads = 0;
    out->nr_notes = 0;
    rc = segments_parse(head, out);
    if (rc == 0)
        rc = loads_check(out);
    if (rc == 0)
        loads_bound(out);
    return rc;
}
