/* SPDX-License-Identifier: MIT */
/* ELF64 headers (System V ABI, AMD64 supplement), all of them hostile. */
#include "elf64.h"
#include "internal.h"

/* An ELF file of this machine, whose program headers have the usual size. */
/*@ predicate elf_head(struct kbytes *head) = head->nr >= EH_BYTES && le32(head, EH_MAGIC) == MAGIC &&
      head->bytes[EH_CLASS] == CLASS_64 && head->bytes[EH_DATA] == DATA_LITTLE &&
      le16(head, EH_MACHINE) == MACHINE_X86_64 && le16(head, EH_PHENTSIZE) == PH_BYTES && le16(head, EH_PHNUM) != 0;
*/

/*@ assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures head: \result == 0 <==> elf_head(head);
*/
static int elf_head_check(const struct kbytes *head)
{
    if (head->nr < EH_BYTES || kbytes_le32(head, EH_MAGIC) != MAGIC)
        return kimage_fail(-XEN_ENOEXEC, "not an ELF file, nor a bzImage that holds one");
    if (head->bytes[EH_CLASS] != CLASS_64 || head->bytes[EH_DATA] != DATA_LITTLE)
        return kimage_fail(-XEN_ENOEXEC, "ELF: not 64-bit little-endian");
    if (kbytes_le16(head, EH_MACHINE) != MACHINE_X86_64)
        return kimage_fail(-XEN_ENOEXEC, "ELF: not for x86-64");
    if (kbytes_le16(head, EH_PHENTSIZE) != PH_BYTES || kbytes_le16(head, EH_PHNUM) == 0)
        return kimage_fail(-XEN_ENOEXEC, "ELF: no program headers of the usual size");
    return 0;
}

/*@ predicate load_is(struct kelf_load l, struct kbytes *head, integer at) =
      l.offset == le64(head, at + PH_OFFSET) && l.filesz == le64(head, at + PH_FILESZ) &&
      l.paddr == le64(head, at + PH_PADDR) && l.memsz == le64(head, at + PH_MEMSZ);
    predicate load_fits(struct kelf_load l) = l.filesz <= l.memsz &&
      l.offset + l.filesz <= UINT64_MAX && l.paddr + l.memsz <= UINT64_MAX;
*/

/*@ requires inside(head, at, PH_BYTES);
    assigns \nothing;
    ensures is: load_is(\result, head, at);
*/
static struct kelf_load load_at(const struct kbytes *head, size_t at)
{
    struct kelf_load load;

    load.offset = kbytes_le64(head, at + PH_OFFSET);
    load.filesz = kbytes_le64(head, at + PH_FILESZ);
    load.paddr = kbytes_le64(head, at + PH_PADDR);
    load.memsz = kbytes_le64(head, at + PH_MEMSZ);
    return load;
}

/* Not more from the file than memory is asked for, and neither wraps around. */
/*@ assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures fits: \result == 0 <==> load_fits(load);
*/
static int load_fits_check(struct kelf_load load)
{
    if (load.filesz > load.memsz)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a segment has more bytes in the file than in memory");
    if (load.filesz > UINT64_MAX - load.offset || load.memsz > UINT64_MAX - load.paddr)
        return kimage_fail(-XEN_ENOEXEC, "ELF: a segment wraps around");
    return 0;
}

/*@ predicate load_set(struct kelf *e, integer i, struct kelf_load l) =
      e->loads[i].offset == l.offset && e->loads[i].filesz == l.filesz &&
      e->loads[i].paddr == l.paddr && e->loads[i].memsz == l.memsz;
    predicate load_kept{A, B}(struct kelf *e, integer i) =
      \at(e->loads[i].offset, B) == \at(e->loads[i].offset, A) && (load_good{A}(e, i) ==> load_good{B}(e, i));
    predicate loads_kept{A, B}(struct kelf *e, integer at) =
      \forall integer i; 0 <= i < 32 && i != at ==> load_kept{A, B}(e, i);
    predicate later(struct kelf *e, integer at, integer offset) =
      \forall integer i; at < i <= e->nr_loads ==> offset < e->loads[i].offset;
    predicate good_but(struct kelf *e, integer at) =
      \forall integer i; 0 <= i <= e->nr_loads && i != at ==> load_good(e, i);
*/

/*@ requires at < KELF_LOADS_MAX;
    assigns out->loads[at].offset, out->loads[at].filesz, out->loads[at].paddr, out->loads[at].memsz;
    ensures set: load_set(out, at, load);
    ensures good: \old(good_but(out, at)) ==> good_but(out, at);
    ensures others: loads_kept{Pre, Post}(out, at);
*/
static void load_put(struct kelf *out, uint32_t at, struct kelf_load load)
{
    out->loads[at].offset = load.offset;
    out->loads[at].filesz = load.filesz;
    out->loads[at].paddr = load.paddr;
    out->loads[at].memsz = load.memsz;
}

/* Up by one, which makes room where it was. */
/*@ requires 0 < at <= out->nr_loads < KELF_LOADS_MAX;
    requires good_but(out, at);
    assigns out->loads[at].offset, out->loads[at].filesz, out->loads[at].paddr, out->loads[at].memsz;
    ensures up: out->loads[at].offset == out->loads[at - 1].offset;
    ensures good: good_but(out, at - 1);
    ensures others: loads_kept{Pre, Post}(out, at);
*/
static void load_up(struct kelf *out, uint32_t at)
{
    load_put(out, at, out->loads[at - 1]);
}

/* Makes room in the order of offsets, and says where: behind those of the same. */
/*@ requires loads_good(out) && out->nr_loads < KELF_LOADS_MAX;
    assigns out->loads[0 .. 31];
    ensures at: \result <= out->nr_loads;
    ensures good: good_but(out, \result);
    ensures behind: \result > 0 ==> out->loads[\result - 1].offset <= offset;
    ensures later: later(out, \result, offset);
*/
static uint32_t load_make_room(struct kelf *out, uint64_t offset)
{
    uint32_t place;

    /*@ loop invariant 0 <= place <= out->nr_loads;
        loop invariant good: good_but(out, place);
        loop invariant later: later(out, place, offset);
        loop assigns place, out->loads[0 .. 31];
        loop variant place;
    */
    for (place = out->nr_loads; place > 0 && out->loads[place - 1].offset > offset; place--)
        load_up(out, place);
    return place;
}

/*@ requires loads_good(out) && out->nr_loads < KELF_LOADS_MAX && load_fits(load);
    assigns out->nr_loads, out->loads[0 .. 31];
    ensures good: loads_good(out);
    ensures count: out->nr_loads == \old(out->nr_loads) + 1;
    ensures there: \exists integer at; 0 <= at < out->nr_loads && load_set(out, at, load);
*/
static void load_insert(struct kelf *out, struct kelf_load load)
{
    uint32_t place = load_make_room(out, load.offset);

    load_put(out, place, load);
    /*@ assert others: good_but(out, place); */
    /*@ assert this: load_good(out, place); */
    out->nr_loads++;
}

/*@ requires inside(head, at, PH_BYTES) && \separated(head, out);
    requires loads_good(out);
    assigns out->nr_loads, out->loads[0 .. 31];
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures good: loads_good(out);
    ensures added: out->nr_loads ==
      \old(out->nr_loads) + (\result == 0 && le64(head, at + PH_MEMSZ) != 0 ? 1 : 0);
*/
static int load_add(const struct kbytes *head, size_t at, struct kelf *out)
{
    struct kelf_load load = load_at(head, at);
    int rc = load_fits_check(load);

    if (rc != 0 || load.memsz == 0)
        return rc;
    if (out->nr_loads >= KELF_LOADS_MAX)
        return kimage_fail(-XEN_ENOEXEC, "ELF: more than 32 segments to load");
    load_insert(out, load);
    return 0;
}

/*@ requires inside(head, at, PH_BYTES);
    requires loads_good(out) && notes_good(out) && \separated(head, out);
    assigns out->nr_notes, out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures notes: notes_good(out);
    ensures loads: loads_good(out);
    ensures count: \old(out->nr_notes) <= out->nr_notes <= \old(out->nr_notes) + 1;
    ensures added: out->nr_notes != \old(out->nr_notes) ==>
      out->notes[out->nr_notes - 1].offset == le64(head, at + PH_OFFSET) &&
      out->notes[out->nr_notes - 1].len == le64(head, at + PH_FILESZ);
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

/*@ requires inside(head, at, PH_BYTES) && \separated(head, out);
    requires loads_good(out) && notes_good(out);
    assigns out->nr_loads, out->loads[0 .. 31], out->nr_notes, out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures loads: loads_good(out);
    ensures notes: notes_good(out);
    ensures only_loads: le32(head, at + PH_TYPE) != SEGMENT_LOAD ==> out->nr_loads == \old(out->nr_loads);
    ensures only_notes: le32(head, at + PH_TYPE) != SEGMENT_NOTE ==> out->nr_notes == \old(out->nr_notes);
*/
static int segment_parse(const struct kbytes *head, size_t at, struct kelf *out)
{
    uint32_t type = kbytes_le32(head, at + PH_TYPE);

    if (type == SEGMENT_LOAD && (kbytes_le32(head, at + PH_FLAGS) & SEGMENT_RWX) != 0)
        return load_add(head, at, out);
    return type == SEGMENT_NOTE ? note_add(head, at, out) : 0;
}

/*@ requires head->nr >= EH_BYTES && \separated(head, out);
    requires loads_good(out) && notes_good(out);
    assigns out->nr_loads, out->loads[0 .. 31], out->nr_notes, out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures inside: \result == 0 ==> \old(le64(head, EH_PHOFF) + le16(head, EH_PHNUM) * PH_BYTES <= head->nr);
    ensures loads: loads_good(out);
    ensures notes: notes_good(out);
*/
static int segments_parse(const struct kbytes *head, struct kelf *out)
{
    uint64_t phoff = kbytes_le64(head, EH_PHOFF);
    uint32_t phnum = kbytes_le16(head, EH_PHNUM);
    int rc = 0;

    if (phoff > head->nr || phnum * PH_BYTES > head->nr - phoff)
        return kimage_fail(-XEN_ENOEXEC, "ELF: program headers outside the first 4 KiB of the file");
    /*@ loop invariant 0 <= i <= phnum && phoff + phnum * PH_BYTES <= head->nr;
        loop invariant same: head->nr == \at(head->nr, Pre);
        loop invariant rc == 0 || rc == -XEN_ENOEXEC;
        loop invariant loads_good(out);
        loop invariant notes_good(out);
        loop assigns i, rc, out->nr_loads, out->loads[0 .. 31], out->nr_notes,
          out->notes[0 .. 7].offset, out->notes[0 .. 7].len;
        loop variant phnum - i;
    */
    for (uint32_t i = 0; i < phnum && rc == 0; i++) {
        /*@ assert here: inside(head, phoff + i * PH_BYTES, PH_BYTES); */
        rc = segment_parse(head, (size_t)phoff + i * PH_BYTES, out);
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

/* The i-th with each one before it. */
/*@ requires loads_good(elf) && i < elf->nr_loads;
    assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures apart: \result == 0 <==> load_apart(elf, i);
*/
static int load_check(const struct kelf *elf, uint32_t i)
{
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
    assigns \nothing;
    ensures one_of: \result == 0 || \result == -XEN_ENOEXEC;
    ensures good: \result == 0 <==> elf->nr_loads > 0 && loads_apart(elf, elf->nr_loads);
*/
static int loads_check(const struct kelf *elf)
{
    int rc = 0;

    if (elf->nr_loads == 0)
        return kimage_fail(-XEN_ENOEXEC, "ELF: nothing to load");
    /*@ loop invariant 1 <= i <= elf->nr_loads && (rc == 0 || rc == -XEN_ENOEXEC);
        loop invariant rc == 0 ==> loads_apart(elf, i);
        loop invariant rc != 0 ==> !loads_apart(elf, i);
        loop assigns i, rc;
        loop variant elf->nr_loads - i;
    */
    for (uint32_t i = 1; i < elf->nr_loads && rc == 0; i++)
        rc = load_check(elf, i);
    return rc;
}

/*@ requires loads_good(elf);
    assigns \nothing;
    ensures least: \forall integer i; 0 <= i < elf->nr_loads ==> \result <= elf->loads[i].paddr;
*/
static uint64_t loads_start(const struct kelf *elf)
{
    uint64_t start = UINT64_MAX;

    /*@ loop invariant 0 <= i <= elf->nr_loads;
        loop invariant \forall integer k; 0 <= k < i ==> start <= elf->loads[k].paddr;
        loop assigns i, start;
        loop variant elf->nr_loads - i;
    */
    for (uint32_t i = 0; i < elf->nr_loads; i++)
        if (elf->loads[i].paddr < start)
            start = elf->loads[i].paddr;
    return start;
}

/*@ requires loads_good(elf);
    assigns \nothing;
    ensures most: \forall integer i; 0 <= i < elf->nr_loads ==> load_end(elf, i) <= \result;
*/
static uint64_t loads_end(const struct kelf *elf)
{
    uint64_t end = 0;

    /*@ loop invariant 0 <= i <= elf->nr_loads;
        loop invariant \forall integer k; 0 <= k < i ==> load_end(elf, k) <= end;
        loop assigns i, end;
        loop variant elf->nr_loads - i;
    */
    for (uint32_t i = 0; i < elf->nr_loads; i++)
        if (elf->loads[i].paddr + elf->loads[i].memsz > end)
            end = elf->loads[i].paddr + elf->loads[i].memsz;
    return end;
}

/*@ requires loads_good(elf) && notes_good(elf);
    assigns elf->paddr_start, elf->paddr_end;
    ensures bounded: bounded(elf, elf->nr_loads);
    ensures loads: loads_good(elf);
    ensures notes: notes_good(elf);
*/
static void loads_bound(struct kelf *elf)
{
    uint64_t start = loads_start(elf), end = loads_end(elf);

    elf->paddr_start = start;
    elf->paddr_end = end;
}

/* What the header says besides; a table of sections of another size is none. */
/*@ requires head->nr >= EH_BYTES && \separated(head, out);
    assigns out->entry, out->shoff, out->shnum, out->shstrndx;
    ensures entry: out->entry == le64(head, EH_ENTRY);
    ensures table: out->shoff == le64(head, EH_SHOFF) && out->shstrndx == le16(head, EH_SHSTRNDX);
    ensures count: out->shnum == (le16(head, EH_SHENTSIZE) == SH_BYTES ? le16(head, EH_SHNUM) : 0);
*/
static void head_read(const struct kbytes *head, struct kelf *out)
{
    out->entry = kbytes_le64(head, EH_ENTRY);
    out->shoff = kbytes_le64(head, EH_SHOFF);
    out->shnum = kbytes_le16(head, EH_SHENTSIZE) == SH_BYTES ? kbytes_le16(head, EH_SHNUM) : 0;
    out->shstrndx = kbytes_le16(head, EH_SHSTRNDX);
}

int kelf_parse(const struct kbytes *head, struct kelf *out)
{
    int rc = elf_head_check(head);

    if (rc != 0)
        return rc;
    head_read(head, out);
    out->nr_loads = 0;
    out->nr_notes = 0;
    rc = segments_parse(head, out);
    if (rc != 0)
        return rc;
    loads_bound(out);
    return loads_check(out);
}
