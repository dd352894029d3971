/*
 * sched_op shutdown(crash): the hypervisor reports the domain's crash and lives.
 *
 * Checks: a bad reason does not pass unnoticed; the crash is reported.
 * Expect: a line of the hypervisor that the domain crashed, no END line.
 * Run: ends=crash
 */
#include "guest.h"

void test_main(void)
{
    struct sched_shutdown down = { SHUTDOWN_crash };

    check("alive", HC(xen_version, XENVER_version, NULL) > 0);
    HC(sched_op, SCHEDOP_shutdown, &down);
}
