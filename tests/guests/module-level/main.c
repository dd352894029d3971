/*
 * A port that asks for proofs takes no module without.
 *
 * Checks: with module-level=hooks:contract a hook whose manifest says that it is safe is refused, with the reason, and nothing has changed; one that says
 *   contract is taken; so is a safe scheduler, of which nothing is asked. The list says which level each has.
 * Expect: a line "module safe is refused (-8)" that says why.
 * Run: hv=module-level=hooks:contract
 */
#include "module.h"

#define ENOEXEC 8

MODULE_FILE(safe, "../test-modules/trap_hook.sho");
MODULE_FILE(proved, "../examples/event_limit.sho");
MODULE_FILE(rr, "sched_rr.sho");
struct sh_module_op module_op;

void test_main(void)
{
    u32 count = modules_count();

    check_eq("safe", module_load("safe", safe, safe_end), -ENOEXEC);
    check("why", strstr(module_op.problem, "a port of its asks for proofs (module-level=)") != NULL);
    check_eq("nothing_changed", modules_count(), count);
    check_eq("proved", module_load("proved", proved, proved_end), 0);
    check_eq("proved_is_applied", module_state("proved"), SH_MODULE_APPLIED);
    check_eq("proved_level", module_op.info.level, 1);
    check_eq("another_port", module_load("rr", rr, rr_end), 0);
    check_eq("another_is_applied", module_state("rr"), SH_MODULE_APPLIED);
    check_eq("another_level", module_op.info.level, 0);
    check_eq("unload", module_unload("rr"), 0);
    check_eq("unload_proved", module_unload("proved"), 0);
    check_eq("as_before", modules_count(), count);
}
