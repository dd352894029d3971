/*
 * mmuext_op with hostile arguments: lists, counts, domains, each command with each kind of bad number.
 *
 * Checks: no answer of success to what cannot be, and the hypervisor lives.
 */
#include "guest.h"

static struct mmuext_op op;

void test_main(void)
{
    const u64 bad[] = { 0, NON_CANONICAL, HYPERVISOR_START, HYPERVISOR_PRIVATE, HYPERVISOR_END - 1, ~0UL, ~0UL - 23, 0x7fffffffffff };
    const u32 counts[] = { 1, 2, 0x7fffffff, 0x7ffffffe };
    const u32 harmless_everywhere[] = { MMUEXT_INVLPG_LOCAL, MMUEXT_INVLPG_ALL, MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_TLB_FLUSH_ALL };
    u32 done = 0;

    for (u32 i = 0; i < ARRAY_SIZE(bad); i++)
        for (u32 j = 0; j < ARRAY_SIZE(counts); j++)
            check("list_bad", HC(mmuext_op, bad[i], counts[j], &done, DOMID_SELF) < 0);
    check_eq("count_0", HC(mmuext_op, &op, 0, &done, DOMID_SELF), 0);
    for (u32 command = 0; command < 24; command++) {
        bool harmless = false;

        for (u32 i = 0; i < ARRAY_SIZE(harmless_everywhere); i++)
            harmless = harmless || harmless_everywhere[i] == command;
        for (u32 i = 0; i < ARRAY_SIZE(bad); i++) {
            // 0 is no table (NEW_USER_BASEPTR), no LDT entries, and a mask that is not there; an LDT without entries may be anywhere
            if (harmless || bad[i] == 0 || (command == MMUEXT_SET_LDT && (u32)bad[i] == 0) || command == MMUEXT_FLUSH_CACHE ||
                command == MMUEXT_FLUSH_CACHE_GLOBAL)
                continue;
            check("command_bad", mmuext(command, bad[i], bad[i]) < 0);
        }
    }
    for (u32 command = 0; command < 24; command++)
        check("command_foreign", mmuext_dom(command, mfn_of(&op), 0, 77) < 0);
    check("command_max", mmuext(0xffffffff, 0, 0) < 0);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    op.cmd = MMUEXT_TLB_FLUSH_LOCAL;
    check_eq("good_after", HC(mmuext_op, &op, 1, &done, DOMID_SELF), 0);
    check_eq("good_after_done", done, 1);
}
