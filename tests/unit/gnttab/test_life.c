/* SPDX-License-Identifier: MIT */
/* The ends of domains, and random operations, in either version of the table. */
#include "tests/unit/gnttab/gnttab_test.h"

/* The granting domain dies first: what is mapped stays until it is unmapped. */
static void test_granter_dies(void **state)
{
    mfn_t m = mock_frame(domu), table;
    uint32_t h, x;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(gnttab_frame(domu, 0, &table), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    domu->dying = true;
    gnttab_domain_destroy(domu);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    assert_int_equal(frame_state(table) & FS_ALLOC, 0);
    assert_int_equal(map(v0, domu->id, 9, VA + 4096, GNTMAP_host_map, &x), GNTST_bad_gntref);
    assert_int_equal(frame_unassign(m, domu->id), 0);
    assert_int_equal(mock_refs_rw(m), 1); /* still there */
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(frame_state(m), FS_OWNER(DOMID_NONE)); /* freed */
}

/* The mapping domain dies: its grants are released. */
static void test_mapper_dies(void **state)
{
    mfn_t m = mock_frame(domu);
    uint32_t h;

    grant(domu, 9, 0, m, 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map | GNTMAP_device_map, &h), GNTST_okay);
    gnttab_domain_destroy(dom0);
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(entry(domu, 9)->flags, GTF_permit_access);
    assert_int_equal(mock_refs_rw(m), 1); /* the page-table entry's own */
    assert_int_equal(mock_refs_ro(m), 0);
}

/* The same in steps, for a domain with several pages of mappings. */
static void test_mapper_dies_in_steps(void **state)
{
    uint32_t h, chunk = 0, steps = 1;
    mfn_t m = mock_frame(domu);

    grant(domu, 9, 0, m, 0);
    for (uint32_t i = 0; i < 3 * TRACK_CHUNK; i++)
        assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_device_map, &h), GNTST_okay);
    dom0->dying = true;
    gnttab_domain_close(dom0);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    while (gnttab_abandon_step(dom0, &chunk))
        steps++;
    assert_int_equal(steps, 4); /* one for each page, and one that finds no more */
    assert_int_equal(gnttab_domain_pins(domu), 0);
    assert_int_equal(mock_refs_rw(m), 0);
    assert_int_equal(mock_refs_ro(m), 0);
    assert_false(gnttab_abandon_step(dom0, &chunk));
}

/* Random operations; at the end everything is undone and nothing is lost. */
static void random_run(bool v2)
{
    struct { uint64_t va; uint32_t handle; bool used, dev; mfn_t m; } slot[64] = { 0 };
    mfn_t m[8];
    unsigned seed = 12345;

    for (int i = 0; i < 8; i++) {
        m[i] = mock_frame(domu);
        (v2 ? grant2 : grant)(domu, 100 + i, 0, m[i], i & 1 ? GTF_readonly : 0);
    }
    for (int n = 0; n < 20000; n++) {
        unsigned r = (seed = seed * 1103515245 + 12345) >> 8, s = r % 64, g = r / 64 % 8;

        if (slot[s].used) {
            assert_int_equal(unmap(v0, slot[s].va, slot[s].dev ? slot[s].m.v << 12 : 0,
                                   slot[s].handle), GNTST_okay);
            slot[s].used = false;
        } else {
            uint32_t flags = GNTMAP_host_map | (r & 1 << 12 ? GNTMAP_readonly : 0) |
                             (r & 1 << 13 ? GNTMAP_device_map : 0);
            int16_t st;

            slot[s].va = VA + s * 4096UL;
            mock_pvmmu_rc = r & 1 << 14 ? 0 : r & 1 << 15 ? -EINVAL : 0;
            st = map(v0, domu->id, 100 + g, slot[s].va, flags, &slot[s].handle);
            slot[s].used = st == GNTST_okay;
            slot[s].dev = (flags & GNTMAP_device_map) != 0;
            slot[s].m = m[g];
            assert_int_equal(st, mock_pvmmu_rc != 0 || ((g & 1) && !(flags & GNTMAP_readonly))
                                     ? GNTST_general_error : GNTST_okay);
            mock_pvmmu_rc = 0;
        }
        if (n % 1000 == 999) /* the arena is for one test only */
            mock_guest_free_all();
    }
    for (int s = 0; s < 64; s++)
        if (slot[s].used)
            assert_int_equal(unmap(v0, slot[s].va, slot[s].dev ? slot[s].m.v << 12 : 0,
                                   slot[s].handle), GNTST_okay);
    for (int i = 0; i < 8; i++) {
        assert_int_equal(mock_refs_rw(m[i]) + mock_refs_ro(m[i]), 0);
        assert_int_equal((v2 ? *status_of(domu, 100 + i) : entry(domu, 100 + i)->flags) & (GTF_reading | GTF_writing),
                         0);
    }
    assert_int_equal(gnttab_domain_pins(domu), 0);
}

static void test_random(void **state)
{
    random_run(false);
}

static void test_random_v2(void **state)
{
    assert_int_equal(set_version(domu, 2), 0);
    random_run(true);
}

/* The granting domain dies with version 2: the status frames go with the table, the grant in use does not. */
static void test_granter_dies_v2(void **state)
{
    mfn_t m = mock_frame(domu), status;
    uint32_t h;

    assert_int_equal(set_version(domu, 2), 0);
    grant2(domu, 9, 0, m, 0);
    assert_int_equal(gnttab_status_frame(domu, 0, &status), 0);
    assert_int_equal(map(v0, domu->id, 9, VA, GNTMAP_host_map, &h), GNTST_okay);
    domu->dying = true;
    gnttab_domain_destroy(domu);
    assert_int_equal(gnttab_domain_pins(domu), 1);
    assert_int_equal(frame_state(status), FS_OWNER(DOMID_NONE));
    assert_int_equal(gnttab_status_frame(domu, 0, &status), -EINVAL);
    assert_int_equal(gnttab_set_version(domu, 1), -EINVAL);
    assert_int_equal(unmap(v0, VA, 0, h), GNTST_okay);
    assert_int_equal(gnttab_domain_pins(domu), 0);
}

int run_life(void)
{
    const struct CMUnitTest tests[] = {
        T(granter_dies), T(mapper_dies), T(mapper_dies_in_steps), T(random), T(random_v2), T(granter_dies_v2),
    };

    return cmocka_run_group_tests_name("life", tests, NULL, NULL);
}
