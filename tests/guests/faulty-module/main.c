/*
 * A wrong module is caught by its checks and contained; the hypervisor goes on.
 *
 * Checks: each operation of modules/faulty with good numbers gives its result, with bad numbers -XEN_EFAULT; its lock is free
 *   afterwards; other hypercalls go on. On the ordinary hypervisor, which has no such module, the call is -ENOSYS.
 * Expect: with build/safehype-faulty, one line "check failed: module faulty, rule SC-nn, FILE:LINE" for each bad call.
 */
#include "guest.h"

#define FAULTY 53

static long faulty(u64 op, u64 x, u64 y)
{
    return hypercall(FAULTY, op, x, y, 0, 0);
}

void test_main(void)
{
    if (faulty(100, 0, 0) == -XEN_ENOSYS && faulty(0, 3, 0) == -XEN_ENOSYS) {
        check("absent", true);
        return;
    }
    check_eq("index_good", faulty(0, 3, 0), 9);
    check_eq("index_bad", faulty(0, 8, 0), -XEN_EFAULT);
    check_eq("index_huge", faulty(0, ~0UL, 0), -XEN_EFAULT);
    check_eq("null_good", faulty(1, 0, 0), 7);
    check_eq("null_bad", faulty(1, 1, 0), -XEN_EFAULT);
    check_eq("divide_good", faulty(2, 12, 4), 3);
    check_eq("divide_bad", faulty(2, 12, 0), -XEN_EFAULT);
    check_eq("shift_good", faulty(3, 4, 0), 16);
    check_eq("shift_bad", faulty(3, 64, 0), -XEN_EFAULT);
    check_eq("count_good", faulty(4, 8, 0), 140);
    check_eq("count_bad", faulty(4, 9, 0), -XEN_EFAULT);
    check_eq("size_good", faulty(5, 2, 0), 140);
    check_eq("size_bad", faulty(5, 0x4000000000000001UL, 0), -XEN_EFAULT);
    check_eq("loop_good", faulty(6, 10, 2), 5);
    check_eq("loop_bad", faulty(6, 10, 0), -XEN_EFAULT);
    check_eq("locked_bad", faulty(7, 8, 0), -XEN_EFAULT);
    check_eq("locked_again", faulty(7, 7, 0), 49);
    check_eq("nested_good", faulty(8, 2, 4), (0 ^ 0 ^ 0 ^ 0) ^ (0 ^ 1 ^ 2 ^ 3));
    check("nested_often", faulty(8, 1000, 1000) != -XEN_EFAULT);
    check_eq("nested_too_often", faulty(8, 2000, 1000), -XEN_EFAULT);
    check("nested_anew", faulty(8, 1000, 1000) != -XEN_EFAULT); // each call has its own turns
    check_eq("index_still_good", faulty(0, 7, 0), 49);
    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
}
