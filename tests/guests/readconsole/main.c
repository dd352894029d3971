/*
 * XEN_SYSCTL_readconsole: the hypervisor's log, as `xl dmesg` reads it.
 *
 * Checks: all of it; in pieces of 100 bytes, which are the same; from an index on; from one that is not there; none; new lines only; cleared. A buffer
 *   that is not the guest's, which clears nothing.
 * Xen differs: new_line_is_read: it says nothing of a sysctl that it does not know
 */
#include "ctl.h"

#define ROOM 65536U

static char whole[ROOM + 1], pieces[ROOM + 1];

static u32 read_log(char *to, u32 room, u32 *index, bool incremental, bool clear)
{
    u32 nr = room;

    check_eq("read", ctl_log(to, &nr, index, incremental, clear), 0);
    check("no_more_than_room", nr <= room);
    to[nr] = 0;
    return nr;
}

static u32 read_pieces(u32 first, u32 *end)
{
    u32 nr, all = 0;

    *end = first;
    do {
        u32 before = *end;

        nr = 100;
        if (all + nr > ROOM || ctl_log(pieces + all, &nr, end, true, false) != 0 || nr > 100 || *end != before + nr)
            fatal("a piece at %u", before);
        all += nr;
    } while (nr != 0);
    return all;
}

static void in_pieces(void)
{
    u32 end = 0, index, nr = read_log(whole, ROOM, &index, false, false);

    check("is_a_log", nr > 1000 && whole[nr - 1] == '\n');
    u32 first = index - nr;
    check_eq("pieces", read_pieces(first, &end), nr);
    check("same", memcmp(whole, pieces, nr) == 0);
    check_eq("same_end", end, index);
    check_eq("nothing_new", read_log(pieces, ROOM, &end, true, false), 0);
    index = first + nr / 2;
    check_eq("from_the_middle", read_log(pieces, ROOM, &index, true, false), nr - nr / 2);
    check("is_the_rest", memcmp(whole + nr / 2, pieces, nr - nr / 2) == 0);
    for (u32 bad = 0; bad < 4; bad++) {
        index = (u32[]){ first - 1, end + 1, end + 0x80000000, first - 100000 }[bad];
        check_eq("from_nowhere", read_log(pieces, ROOM, &index, true, false), nr);
    }
    check_eq("no_room", read_log(pieces, 0, &index, false, false), 0);
    check_eq("stays_at_the_first", index, first);
}

static void refused(void)
{
    u32 index = 0, nr = ROOM, before = read_log(whole, ROOM, &index, false, false);

    check_eq("hypervisor", ctl_log((char *)HYPERVISOR_PRIVATE, &nr, &index, false, true), -XEN_EFAULT);
    nr = ROOM;
    check_eq("non_canonical", ctl_log((char *)NON_CANONICAL, &nr, &index, false, true), -XEN_EFAULT);
    nr = ROOM;
    check_eq("null", ctl_log(NULL, &nr, &index, false, true), -XEN_EFAULT);
    check_eq("nothing_is_cleared", read_log(pieces, ROOM, &index, false, false), before);
}

static void cleared(void)
{
    struct xen_sysctl unknown = { .cmd = 0x7777, .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
    u32 index = 0, end;

    check("clears", read_log(whole, ROOM, &index, false, true) > 0);
    end = index;
    check_eq("is_clear", read_log(whole, ROOM, &index, false, false), 0);
    check_eq("same_index", index, end);
    check_eq("unknown", HC(sysctl, &unknown), -XEN_ENOSYS);
    read_log(whole, ROOM, &end, true, false);
    check("new_line_is_read", strstr(whole, "sysctl 30583") != NULL);
    check_eq("again_from_the_first", read_log(pieces, ROOM, &index, false, false), strlen(whole));
    check("same_line", memcmp(whole, pieces, strlen(whole)) == 0);
}

void test_main(void)
{
    in_pieces();
    refused();
    cleared();
}
