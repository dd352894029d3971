/*
 * mmuext_op CLEAR_PAGE and COPY_PAGE.
 *
 * Checks: the page is cleared, or copied, as a whole; page-table frames, frames of others and of nobody are refused as destinations, and as
 *   sources those that are not the domain's.
 */
#include "guest.h"

static u64 from[512] PAGE, to[512] PAGE, table[512] PAGE;

void test_main(void)
{
    u64 wrong = 0;

    for (u32 i = 0; i < 512; i++)
        from[i] = i * 3 + 1, to[i] = ~0UL;
    check_eq("clear", mmuext(MMUEXT_CLEAR_PAGE, mfn_of(to), 0), 0);
    for (u32 i = 0; i < 512; i++)
        wrong += to[i] != 0;
    check_eq("clear_whole", (long)wrong, 0);
    check_eq("copy", mmuext(MMUEXT_COPY_PAGE, mfn_of(to), mfn_of(from)), 0);
    for (u32 i = 0; i < 512; i++)
        wrong += to[i] != i * 3 + 1;
    check_eq("copy_whole", (long)wrong, 0);
    check_eq("copy_onto_itself", mmuext(MMUEXT_COPY_PAGE, mfn_of(to), mfn_of(to)), 0);
    check_eq("copy_onto_itself_keeps", (long)to[9], 28);

    map_ro(table);
    check_eq("pin", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(table), 0), 0);
    check("clear_table", mmuext(MMUEXT_CLEAR_PAGE, mfn_of(table), 0) < 0);
    check("copy_to_table", mmuext(MMUEXT_COPY_PAGE, mfn_of(table), mfn_of(from)) < 0);
    check("clear_running_table", mmuext(MMUEXT_CLEAR_PAGE, mfn_of((void *)si->pt_base), 0) < 0);
    check_eq("copy_from_table", mmuext(MMUEXT_COPY_PAGE, mfn_of(to), mfn_of(table)), 0);
    check_eq("unpin", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(table), 0), 0);

    const u64 bad[] = { ~0UL, 1UL << 40, 0xfffffffffffUL, 1 };

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
        check("clear_bad", mmuext(MMUEXT_CLEAR_PAGE, bad[i], 0) < 0);
        check("copy_to_bad", mmuext(MMUEXT_COPY_PAGE, bad[i], mfn_of(from)) < 0);
        check("copy_from_bad", mmuext(MMUEXT_COPY_PAGE, mfn_of(to), bad[i]) < 0);
    }
    check("clear_foreign", mmuext_dom(MMUEXT_CLEAR_PAGE, mfn_of(to), 0, 1234) < 0);
}
