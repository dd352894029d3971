/*
 * Grant tables change places with a version of other structures, and back, while two vcpus work.
 *
 * Checks: swaps= times (10), for each version of the table, grant tables whose structures have other fields, in another order, are loaded and unloaded by
 *   vcpu 0, while vcpu 1 maps, reads, copies and unmaps grants all the time without an error; after each swap every mapping that was made before is
 *   there, one grant's several ones, read-only, for a device, by the address of an entry, and 300 handles in two pages of them; marks are the same; new
 *   mappings get handles that nobody has; swap_grant_ref finds in use what is; sizes are the same. In the end all of them unmap, once, and nothing is marked
 *   or in use: the version can be changed, which status frames that are counted once too often would not allow. A version that refuses a record and one that
 *   traps over one leave everything as it was. No frame is lost. How long CPUs waited is said.
 * Expect: a line "check failed: module gnttab" for the version that traps.
 * Run: vcpus=2 smp=2 timeout=150 icount=1 args=swaps=10
 */
#include "ctl.h" // first: it says that this is a tool
#include "grant.h"
#include "module.h"
#include "smp.h"

#define EREMOTEIO 121

MODULE_FILE(other, "../test-modules/other_gnttab.sho");
MODULE_FILE(refuse, "../test-modules/refuse_gnttab.sho");
MODULE_FILE(trap, "../test-modules/trap_gnttab.sho");
struct sh_module_op module_op;

#define BUSY (GTF_reading | GTF_writing)
#define MANY 300
enum { TWICE = 10, READ_ONLY, DEVICE, BY_ENTRY, MANY_TIMES, NEW, COPIED, WORKERS, FREE };
enum { FIRST_OF_TWICE, SECOND_OF_TWICE, OF_READ_ONLY, OF_DEVICE, OF_BY_ENTRY, HELD };

static u64 data[512] PAGE, windows[HELD][512] PAGE, window_new[512] PAGE, copied[512] PAGE;
static u64 workers_data[512] PAGE, workers_window[512] PAGE, workers_copy[512] PAGE;
static u32 held[HELD], many[MANY];
static u16 marks_before[FREE + 1];
static u64 worst_ns;
static volatile u32 rounds, errors, stop, stopped;

// As grant_unmap, of a mapping for a device.
static long grant_unmap_device(u32 handle, u64 frame)
{
    struct gnttab_unmap_grant_ref op = { .status = -99, .dev_bus_addr = frame << 12, .handle = handle };
    long ret = grant_op(GNTTABOP_unmap_grant_ref, &op, 1);

    return ret != 0 ? -1000 + ret : op.status;
}

// ---- vcpu 1

static void work(u32 vcpu)
{
    u32 handle;

    (void)vcpu;
    for (;;) {
        if (stop != 0) {
            stopped = 1;
            while (stop != 0)
                relax();
            stopped = 0;
        }
        workers_data[5] = rounds;
        add32(&errors, grant_map(WORKERS, workers_window, GNTMAP_host_map, 0, &handle) != GNTST_okay);
        add32(&errors, workers_window[5] != rounds);
        add32(&errors, grant_copy_from(0, WORKERS, 40, 8, workers_copy) != GNTST_okay || workers_copy[0] != rounds);
        add32(&errors, grant_unmap(handle, workers_window) != GNTST_okay);
        add32(&rounds, 1);
        relax();
    }
}

static void worker_stop(void)
{
    stop = 1;
    smp_wait(&stopped, 1, "the other to stop");
}

static void worker_start(void)
{
    stop = 0;
    smp_wait(&rounds, rounds + 3, "the other's rounds");
}

// ---- what is there

static bool version_2;

static void give(u32 ref, const void *page, u16 flags)
{
    if (version_2)
        grant2_give(ref, 0, mfn_of(page), flags);
    else
        grant_give(ref, mfn_of(page), flags);
}

static u16 marks(u32 ref)
{
    return version_2 ? grant2_status(ref) : grant(ref)->flags & BUSY;
}

static void mapped(const char *what, u32 ref, u32 who, const void *at, u32 flags)
{
    check_eq(what, grant_map(ref, at, flags, 0, &held[who]), GNTST_okay);
}

static void mappings_make(void)
{
    u32 bad = 0;

    data[7] = 777;
    for (u32 i = 0; i < HELD; i++)
        unmap(windows[i]);
    for (u32 ref = TWICE; ref <= COPIED; ref++)
        give(ref, data, ref == READ_ONLY ? GTF_readonly : 0);
    mapped("once", TWICE, FIRST_OF_TWICE, windows[FIRST_OF_TWICE], GNTMAP_host_map);
    mapped("twice", TWICE, SECOND_OF_TWICE, windows[SECOND_OF_TWICE], GNTMAP_host_map | GNTMAP_readonly);
    mapped("read_only", READ_ONLY, OF_READ_ONLY, windows[OF_READ_ONLY], GNTMAP_host_map | GNTMAP_readonly);
    mapped("device", DEVICE, OF_DEVICE, windows[OF_DEVICE], GNTMAP_host_map | GNTMAP_device_map);
    mapped("by_entry", BY_ENTRY, OF_BY_ENTRY, (void *)entry_maddr(windows[OF_BY_ENTRY], 1), GNTMAP_host_map | GNTMAP_contains_pte);
    for (u32 i = 0; i < MANY; i++)
        bad += grant_map(MANY_TIMES, NULL, GNTMAP_device_map | (i % 2 != 0 ? GNTMAP_readonly : 0), 0, &many[i]) != GNTST_okay;
    check_eq("many", bad, 0);
    for (u32 i = 0; i < MANY; i += 3) // holes
        bad += grant_unmap_device(many[i], mfn_of(data)) != GNTST_okay;
    check_eq("holes", bad, 0);
    for (u32 ref = 0; ref <= FREE; ref++)
        marks_before[ref] = marks(ref);
}

static bool in_use(u32 handle)
{
    for (u32 i = 0; i < HELD; i++)
        if (held[i] == handle)
            return true;
    for (u32 i = 0; i < MANY; i++)
        if (i % 3 != 0 && many[i] == handle)
            return true;
    return false;
}

// How much is not as it was.
static u32 differences(void)
{
    u32 bad = 0, handle[4];

    for (u32 ref = 0; ref <= FREE; ref++)
        bad += ref != WORKERS && marks(ref) != marks_before[ref];
    for (u32 i = 0; i < HELD; i++)
        bad += try_read(&windows[i][7]) != NO_TRAP || try_value != data[7];
    bad += try_write(&windows[SECOND_OF_TWICE][8], 1) != 14 || try_write(&windows[OF_READ_ONLY][8], 1) != 14;
    bad += try_write(&windows[FIRST_OF_TWICE][7], data[7] + 1) != NO_TRAP;
    bad += grant_unmap(held[FIRST_OF_TWICE], window_new) == GNTST_okay || grant_unmap(many[0], NULL) == GNTST_okay;
    bad += grant_swap(TWICE, FREE) != GNTST_eagain || grant_swap(FREE, FREE + 1) != GNTST_okay || grant_swap(FREE + 1, FREE) != GNTST_okay;
    bad += grant_copy_from(0, COPIED, 56, 8, copied) != GNTST_okay || copied[0] != data[7];
    for (u32 i = 0; i < ARRAY_SIZE(handle); i++) {
        bad += grant_map(NEW, NULL, GNTMAP_device_map, 0, &handle[i]) != GNTST_okay || in_use(handle[i]);
        bad += i > 0 && handle[i] == handle[i - 1];
    }
    for (u32 i = 0; i < ARRAY_SIZE(handle); i++)
        bad += grant_unmap_device(handle[i], mfn_of(data)) != GNTST_okay;
    return bad;
}

static void mappings_end(void)
{
    u32 bad = 0;

    for (u32 i = 0; i < MANY; i++)
        if (i % 3 != 0)
            bad += grant_unmap_device(many[i], mfn_of(data)) != GNTST_okay;
    bad += grant_unmap(held[FIRST_OF_TWICE], windows[FIRST_OF_TWICE]) != GNTST_okay;
    bad += marks(TWICE) != GTF_reading;
    bad += grant_unmap(held[SECOND_OF_TWICE], windows[SECOND_OF_TWICE]) != GNTST_okay;
    bad += grant_unmap(held[OF_READ_ONLY], windows[OF_READ_ONLY]) != GNTST_okay;
    bad += grant_unmap(held[OF_DEVICE], windows[OF_DEVICE]) != GNTST_okay;
    bad += marks(DEVICE) != BUSY;
    bad += grant_unmap_device(held[OF_DEVICE], mfn_of(data)) != GNTST_okay;
    bad += grant_unmap(held[OF_BY_ENTRY], (void *)entry_maddr(windows[OF_BY_ENTRY], 1)) != GNTST_okay;
    for (u32 i = 0; i < HELD; i++)
        bad += grant_unmap(held[i], windows[i]) != GNTST_bad_handle;
    for (u32 ref = 0; ref <= FREE; ref++)
        bad += ref != WORKERS && marks(ref) != 0;
    check_eq("all_unmapped_once", bad, 0);
}

// ---- the swaps

static u32 there_and_back(void)
{
    u32 bad = module_load("other", other, other_end) != 0;

    bad += module_state("other") != SH_MODULE_APPLIED;
    worst_ns = module_op.info.swap_ns > worst_ns ? module_op.info.swap_ns : worst_ns;
    smp_wait(&rounds, rounds + 3, "the other's rounds");
    bad += differences();
    bad += module_unload("other") != 0;
    smp_wait(&rounds, rounds + 3, "the other's rounds");
    return bad + differences();
}

static void is_refused(const char *name, const u8 *from, const u8 *end)
{
    u32 count = modules_count();

    check_eq(name, module_load(name, from, end), -EREMOTEIO);
    check_eq("modules_as_before", modules_count(), count);
    check_eq("differences", differences(), 0);
    smp_wait(&rounds, rounds + 3, "the other's rounds");
}

static void swaps(const char *what, u32 count)
{
    struct gnttab_query_size size = { .dom = DOMID_SELF }, later = size;
    u32 bad = 0;
    u64 frames;

    mappings_make();
    worker_start();
    check_eq("no_differences", differences(), 0);
    check_eq("first", there_and_back(), 0);
    frames = ctl_free_pages();
    check_eq("size", grant_op(GNTTABOP_query_size, &size, 1), 0);
    for (u32 i = 1; i < count; i++)
        bad += there_and_back();
    check_eq("swaps", bad, 0);
    check_eq("frames_as_before", ctl_free_pages(), frames);
    check_eq("size_later", grant_op(GNTTABOP_query_size, &later, 1), 0);
    check("same_size", size.nr_frames == later.nr_frames && size.max_nr_frames == later.max_nr_frames);
    say("TEST %s %s: %u swaps, CPUs waited %lu ns at most\n", test_name, what, 2 * count, worst_ns);
    is_refused("refuse", refuse, refuse_end);
    is_refused("trap", trap, trap_end);
    check_eq("frames_after_refusals", ctl_free_pages(), frames);
    worker_stop();
    check_eq("workers_errors", errors, 0);
    mappings_end();
}

void test_main(void)
{
    u32 modules = modules_count(), count = (u32)argument("swaps", 10);

    grant_setup();
    unmap(workers_window);
    unmap(window_new);
    give(WORKERS, workers_data, 0);
    stop = 1;
    smp_start(2, work);
    swaps("version 1", count);
    grant2_setup(); // version 2: nothing is in use
    version_2 = true;
    give(WORKERS, workers_data, 0);
    swaps("version 2", count);
    check_eq("status_mapped", grant_set_version(1), -XEN_EBUSY);
    grant2_status_unmap();
    check_eq("load", module_load("other", other, other_end), 0);
    check_eq("back_to_version_1", grant_set_version(1), 0);
    check_eq("unload", module_unload("other"), 0);
    check_eq("modules_as_before", modules_count(), modules);
    say("TEST %s %u rounds of the other\n", test_name, rounds);
}
