/*
 * One frame mapped writable a million times: its counts neither wrap nor drift.
 *
 * Checks: 2,049 level-1 tables full of writable mappings of one frame are pinned until the hypervisor has enough or the tables are at
 *   an end; a refusal leaves the refused table plain memory; when all are gone the frame has no use left: it can become a table itself.
 * Expect: SafeHype refuses at 2^20 references (docs/decisions/0002), Xen counts further.
 * Run: timeout=120
 */
#include "guest.h"

#define TABLES 2049
static u64 tables[TABLES][512] PAGE, data[512] PAGE;

void test_main(void)
{
    u64 entry = (mfn_of(data) << 12) | RW_PTE;
    u32 pinned = 0;
    long rc = 0;

    for (u32 t = 0; t < TABLES; t++) {
        for (u32 i = 0; i < 512; i++)
            tables[t][i] = entry;
        map_ro(tables[t]);
    }
    while (pinned < TABLES && rc == 0) {
        rc = mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(tables[pinned]), 0);
        pinned += rc == 0;
    }
    check("a_million_at_least", pinned >= 2000);
    check("refused_or_all", rc < 0 || pinned == TABLES);
    if (rc < 0)
        check_eq("refused_table_is_plain", va_update(tables[pinned], (mfn_of(tables[pinned]) << 12) | RW_PTE, UVMF_INVLPG), 0);
    check_eq("frame_still_writable", (long)try_write(data, 7), NO_TRAP);
    check("frame_is_no_table", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data), 0) < 0);
    for (u32 t = 0; t < pinned; t++)
        rc |= mmuext(MMUEXT_UNPIN_TABLE, mfn_of(tables[t]), 0) != 0;
    check_eq("last_table_free", va_update(tables[0], (mfn_of(tables[0]) << 12) | RW_PTE, UVMF_INVLPG), 0);
    data[0] = 0;
    map_ro(data);
    check_eq("frame_may_be_a_table_again", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(data), 0), 0);
    check_eq("and_plain_again", mmuext(MMUEXT_UNPIN_TABLE, mfn_of(data), 0), 0);
    check_eq("writable_again", va_update(data, (mfn_of(data) << 12) | RW_PTE, UVMF_INVLPG), 0);
}
