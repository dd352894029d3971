/* SPDX-License-Identifier: MIT */
/*
 * Module physdev and the decoder of physdev_op, over mock lines and a mock device.
 *
 * Checks: mapping, binding, masking until EOI, the EOI page, messages and their vectors, many at once, running out, refusals to an
 *   unprivileged domain, bad pointers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../mock/mock.h"
#include "mock_devices.h"

#include "modules/physdev/physdev.h"
#include "xen-compat/hypercalls.h"

static struct domain *dom0, *domu;

static int setup(void **state)
{
    mock_setup(state);
    mock_devices_reset();
    dom0 = mock_domain(0, 2, true);
    domu = mock_domain(1, 1, false);
    return physdev_domain_init(dom0) | physdev_domain_init(domu) | physdev_device_add(dom0, (pci_bdf_t){ MOCK_DEVICE });
}

static int teardown(void **state)
{
    physdev_domain_destroy(dom0);
    physdev_domain_destroy(domu);
    for (unsigned i = 0; i < MOCK_GSIS; i++)
        assert_true(mock_lines[i].masked && mock_lines[i].vector == 0);
    return mock_teardown(state);
}

static void map_and_bind(int gsi)
{
    int pirq = gsi;

    assert_int_equal(physdev_map_gsi(dom0, gsi, &pirq), 0);
    assert_int_equal(physdev_pirq_bind(dom0, (uint32_t)gsi, false), 0);
    assert_false(mock_lines[gsi].masked);
}

/* As ioapic_ack and the exit path. */
static void interrupt(unsigned gsi)
{
    if (mock_lines[gsi].level)
        mock_lines[gsi].masked = true;
    physdev_irq(mock_lines[gsi].vector);
}

static void test_map_gsi(void **state)
{
    int pirq = PIRQ_ANY;

    assert_int_equal(physdev_map_gsi(dom0, 9, &pirq), 0);
    assert_int_equal(pirq, 9);
    assert_int_equal(physdev_map_gsi(dom0, 9, &pirq), 0);
    pirq = 10;
    assert_int_equal(physdev_map_gsi(dom0, 9, &pirq), -EEXIST);
    pirq = 9;
    assert_int_equal(physdev_map_gsi(dom0, 10, &pirq), -EEXIST);
    pirq = NR_PIRQS;
    assert_int_equal(physdev_map_gsi(dom0, 11, &pirq), -EINVAL);
    pirq = PIRQ_ANY;
    assert_int_equal(physdev_map_gsi(dom0, MOCK_GSIS, &pirq), -EINVAL);
    assert_int_equal(physdev_map_gsi(dom0, -1, &pirq), -EINVAL);
    assert_int_equal(physdev_map_gsi(dom0, 0, &pirq), -EPERM);
    assert_int_equal(physdev_map_gsi(domu, 9, &pirq), -EPERM);
    assert_int_equal(physdev_unmap(dom0, 9), 0);
    assert_int_equal(physdev_unmap(dom0, 9), -EINVAL);
}

static void test_bind(void **state)
{
    int pirq = 4;

    assert_int_equal(physdev_pirq_bind(dom0, 9, false), -EPERM);
    assert_int_equal(physdev_pirq_bind(domu, 9, false), -EPERM);
    map_and_bind(9);
    assert_int_equal(physdev_pirq_bind(dom0, 9, false), -EBUSY);
    assert_int_equal(physdev_map_gsi(dom0, 4, &pirq), 0);
    assert_int_equal(physdev_pirq_bind(dom0, 4, false), -EBUSY);
    assert_int_equal(physdev_setup_gsi(dom0, 9, true, true), -EEXIST);
    physdev_pirq_unbind(dom0, 9);
    assert_true(mock_lines[9].masked);
    assert_int_equal(mock_lines[9].vector, 0);
    physdev_pirq_unbind(dom0, 9);
    assert_int_equal(physdev_pirq_bind(dom0, 9, false), 0);
    assert_int_equal(physdev_unmap(dom0, 9), 0); /* bound: by force */
    assert_true(mock_lines[9].masked);
    physdev_pirq_unbind(dom0, 9);
}

static void test_edge(void **state)
{
    map_and_bind(9);
    interrupt(9);
    assert_int_equal(mock_events[9], 1);
    assert_false(mock_lines[9].masked);
    assert_int_equal(physdev_eoi(dom0, 9), 0);
    assert_int_equal(physdev_eoi(dom0, 10), -EINVAL);
    assert_int_equal(physdev_eoi(dom0, 0xffffffff), -EINVAL);
    physdev_irq(0x99); /* no one's vector */
    physdev_irq(0xffffffff);
}

static void test_level(void **state)
{
    map_and_bind(20);
    interrupt(20);
    assert_int_equal(mock_events[20], 1);
    assert_true(mock_lines[20].masked);
    assert_int_equal(physdev_eoi(dom0, 20), 0);
    assert_false(mock_lines[20].masked);
    interrupt(20);
    physdev_pirq_unbind(dom0, 20); /* waits for an EOI: stays masked */
    assert_int_equal(physdev_eoi(dom0, 20), 0);
    assert_true(mock_lines[20].masked);
}

static bool bit(mfn_t page, unsigned pirq)
{
    return (frame_words(page)[pirq / 64] >> (pirq % 64) & 1) != 0;
}

static void test_eoi_page(void **state)
{
    mfn_t page = mock_frame(dom0), other = mock_frame(domu);

    map_and_bind(20);
    assert_int_equal(physdev_set_eoi_page(dom0, gfn(other.v)), -EINVAL);
    assert_int_equal(physdev_set_eoi_page(dom0, gfn(UINT64_MAX)), -EINVAL);
    assert_int_equal(physdev_set_eoi_page(dom0, gfn(page.v)), 0);
    assert_int_equal(physdev_set_eoi_page(dom0, gfn(page.v)), -EBUSY);
    assert_int_equal(mock_refs_rw(page), 1);
    assert_true(bit(page, 20)); /* bound before */
    map_and_bind(21);
    map_and_bind(9);
    assert_true(bit(page, 21));
    assert_false(bit(page, 9));
    frame_words(page)[0] = 0; /* the guest's to spoil */
    interrupt(21);
    assert_int_equal(physdev_eoi(dom0, 21), 0);
    physdev_domain_destroy(dom0);
    assert_int_equal(mock_refs_rw(page), 0);
}

static void test_setup_gsi(void **state)
{
    assert_int_equal(physdev_setup_gsi(dom0, 22, false, false), 0);
    assert_false(mock_lines[22].level);
    assert_int_equal(physdev_setup_gsi(dom0, 22, true, true), -EEXIST);
    assert_int_equal(physdev_setup_gsi(dom0, 4, true, true), -EEXIST);
    assert_int_equal(physdev_setup_gsi(dom0, 1000, true, true), -EINVAL);
    assert_int_equal(physdev_setup_gsi(dom0, -1, true, true), -EINVAL);
    assert_int_equal(physdev_setup_gsi(domu, 23, true, true), -EPERM);
}

static void test_msix(void **state)
{
    struct physdev_msi r = { .bdf = { MOCK_DEVICE }, .is_x = true, .nr = 1 };
    int first = PIRQ_ANY, second = PIRQ_ANY;

    assert_int_equal(physdev_map_msi(domu, &r, &first), -EPERM);
    assert_int_equal(physdev_map_msi(dom0, &r, &first), 0);
    assert_int_equal(first, NR_PIRQS - 1);
    assert_true(mock_last_msi.masked);
    assert_int_equal(physdev_map_msi(dom0, &r, &second), -EEXIST);
    r.entry = 4;
    assert_int_equal(physdev_map_msi(dom0, &r, &second), -EINVAL);
    r.entry = 3;
    assert_int_equal(physdev_map_msi(dom0, &r, &second), 0);
    assert_int_equal(second, NR_PIRQS - 2);
    assert_int_equal(physdev_pirq_bind(dom0, (uint32_t)second, true), 0);
    assert_false(mock_last_msi.masked);
    physdev_irq(mock_last_msi.vector);
    assert_int_equal(mock_events[second], 1);
    assert_int_equal(physdev_eoi(dom0, (uint32_t)second), 0);
    assert_int_equal(physdev_msix_announce(dom0, r.bdf, true), -EBUSY);
    r.bdf.v = 0x28;
    assert_int_equal(physdev_map_msi(dom0, &r, &second), -ENODEV);
    r.bdf.v = MOCK_DEVICE;
    assert_int_equal(physdev_restore_msi(dom0, r.bdf), 0);
    assert_int_equal(mock_nr_programmed, 4);
    assert_int_equal(physdev_device_remove(dom0, r.bdf), 0);
    assert_int_equal(mock_nr_stopped, 2);
    assert_int_equal(physdev_device_remove(dom0, r.bdf), -ENODEV);
    assert_int_equal(physdev_map_msi(dom0, &r, &second), -ENODEV);
    assert_int_equal(physdev_device_add(dom0, r.bdf), 0);
}

static void test_multi_msi(void **state)
{
    struct physdev_msi r = { .bdf = { MOCK_DEVICE }, .nr = 5 };
    int pirq = PIRQ_ANY;

    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), 0);
    assert_int_equal(pirq, NR_PIRQS - 5);
    assert_int_equal(mock_last_msi.vector % 8, 4); /* the last of an aligned block of 8 */
    assert_int_equal(mock_last_msi.entry, 4);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(physdev_pirq_bind(dom0, (uint32_t)pirq + i, true), 0);
    physdev_irq(mock_last_msi.vector - 4U);
    assert_int_equal(mock_events[pirq], 1);
    hardware_domain = dom0;
    physdev_msi_move(9); /* a CPU goes out of service: each message is asked whether it goes there */
    assert_int_equal(mock_nr_moved, 5);
    assert_int_equal(mock_moved_from, 9);
    assert_int_equal(physdev_unmap(dom0, pirq + 1), -EINVAL);
    assert_int_equal(physdev_unmap(dom0, pirq), 0);
    assert_int_equal(mock_nr_stopped, 5);
    physdev_msi_move(9);
    assert_int_equal(mock_nr_moved, 5);
    r.nr = 9;
    pirq = PIRQ_ANY;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), -EINVAL);
    r.nr = 0;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), -EINVAL);
    r.nr = 33;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), -EINVAL);
}

static void test_out_of_memory(void **state)
{
    struct physdev_msi r = { .bdf = { MOCK_DEVICE }, .nr = 4 };
    int pirq = PIRQ_ANY;

    mock_pool_fail_in = 3;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), -ENOMEM);
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), 0);
    mock_pool_fail_in = 1;
    pirq = PIRQ_ANY;
    assert_int_equal(physdev_map_gsi(dom0, 9, &pirq), -ENOMEM);
}

static void test_get_free(void **state)
{
    struct physdev_msi r = { .bdf = { MOCK_DEVICE }, .is_x = true, .nr = 1 };
    uint32_t got;
    int pirq;

    assert_int_equal(physdev_get_free(dom0, MAP_PIRQ_TYPE_GSI, &got), 0);
    assert_int_equal(got, 16);
    assert_int_equal(physdev_pirq_bind(dom0, got, false), -EPERM); /* reserved is not mapped */
    assert_int_equal(physdev_get_free(dom0, MAP_PIRQ_TYPE_MSI, &got), 0);
    assert_int_equal(got, NR_PIRQS - 1);
    pirq = (int)got;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), 0);
    assert_int_equal(pirq, got);
    for (uint32_t i = MOCK_GSIS; i < NR_PIRQS - 1; i++)
        assert_int_equal(physdev_get_free(dom0, MAP_PIRQ_TYPE_MSI, &got), 0);
    assert_int_equal(physdev_get_free(dom0, MAP_PIRQ_TYPE_MSI, &got), -ENOSPC);
    r.entry = 1;
    pirq = PIRQ_ANY;
    assert_int_equal(physdev_map_msi(dom0, &r, &pirq), -ENOSPC);
}

static long op(struct domain *d, uint32_t cmd, const void *p)
{
    return hc_physdev_op(d->vcpu[0], cmd, mock_gva(p), 0, 0, 0);
}

static void test_decode(void **state)
{
    struct physdev_map_pirq *m = mock_guest_alloc(sizeof(*m));
    struct physdev_set_iopl *l = mock_guest_alloc(sizeof(*l));

    for (uint32_t cmd = 0; cmd < 40; cmd++) {
        long rc = hc_physdev_op(dom0->vcpu[0], cmd, MOCK_BAD_GVA, 0, 0, 0);

        assert_true(rc == -EFAULT || rc == -ENOSYS);
    }
    *m = (struct physdev_map_pirq){ .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI, .index = 9, .pirq = 9 };
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), 0);
    assert_int_equal(op(domu, PHYSDEVOP_map_pirq, m), -EPERM);
    m->domid = 77;
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), -ESRCH);
    m->domid = 1;
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), -EOPNOTSUPP);
    *m = (struct physdev_map_pirq){ .domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MULTI_MSI, .index = -1, .pirq = -1,
                                    .devfn = MOCK_DEVICE, .entry_nr = 2 };
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), 0);
    assert_int_equal(m->pirq, NR_PIRQS - 2);
    m->pirq = -1;
    m->entry_nr = -1;
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), -EINVAL);
    m->type = MAP_PIRQ_TYPE_UNKNOWN;
    assert_int_equal(op(dom0, PHYSDEVOP_map_pirq, m), -EINVAL);
    l->iopl = 4;
    assert_int_equal(op(domu, PHYSDEVOP_set_iopl, l), -EINVAL);
    l->iopl = 3;
    assert_int_equal(op(domu, PHYSDEVOP_set_iopl, l), 0);
    assert_int_equal(domu->vcpu[0]->iopl, 3);
}

static void test_iobitmap(void **state)
{
    uint8_t *bits = mock_guest_alloc(16);
    const struct vcpu *v = dom0->vcpu[1];

    memset(bits, 0xff, 16);
    bits[2] = 0x7e; /* ports 16 and 23 */
    bits[3] = 0xfe; /* port 24 */
    assert_false(physdev_port_allowed(v, 16, 1));
    assert_int_equal(physdev_set_iobitmap(dom0->vcpu[1], mock_gva(bits), 65537), -EINVAL);
    assert_int_equal(physdev_set_iobitmap(dom0->vcpu[1], HV_VIRT_START, 8), -EINVAL);
    assert_int_equal(physdev_set_iobitmap(dom0->vcpu[1], mock_gva(bits), 32), 0);
    assert_true(physdev_port_allowed(v, 16, 1));
    assert_false(physdev_port_allowed(v, 16, 2));
    assert_true(physdev_port_allowed(v, 23, 2)); /* in two bytes */
    assert_false(physdev_port_allowed(v, 23, 4));
    assert_false(physdev_port_allowed(v, 32, 1));
    assert_false(physdev_port_allowed(v, 0xffff, 4));
    assert_false(physdev_port_allowed(dom0->vcpu[0], 16, 1));
    assert_int_equal(physdev_set_iobitmap(dom0->vcpu[1], MOCK_BAD_GVA, 65536), 0);
    assert_false(physdev_port_allowed(v, 16, 1));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_map_gsi), T(test_bind), T(test_edge), T(test_level), T(test_eoi_page), T(test_setup_gsi), T(test_msix),
        T(test_multi_msi), T(test_out_of_memory), T(test_get_free), T(test_decode), T(test_iobitmap),
    };

    return cmocka_run_group_tests(tests, mock_start, NULL);
}
