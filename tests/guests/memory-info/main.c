/*
 * memory_op: the questions (how much memory, where is the machine-to-physical table, the memory maps).
 *
 * Checks: machphys_mapping, machphys_mfn_list, maximum_ram_page, current_reservation, maximum_reservation, maximum_gpfn,
 *   machine_memory_map (first domain), and each with a bad pointer, a bad domain and a bad size.
 */
#include "guest.h"

static struct xen_machphys_mapping mapping;
static u8 entries[128 * 20];
static xen_pfn_t list[16];

static void check_machphys(void)
{
    check_eq("machphys_mapping", HC(memory_op, XENMEM_machphys_mapping, &mapping), 0);
    check_eq("machphys_start", (long)mapping.v_start, (long)HYPERVISOR_START);
    check("machphys_end", mapping.v_end > mapping.v_start && mapping.v_end <= HYPERVISOR_END);
    check("machphys_max_mfn", mapping.max_mfn > mfn_of(entries));
    check_eq("machphys_mapping_bad_pointer", HC(memory_op, XENMEM_machphys_mapping, HYPERVISOR_PRIVATE), -XEN_EFAULT);
    check_eq("machphys_mapping_null", HC(memory_op, XENMEM_machphys_mapping, NULL), -XEN_EFAULT);

    struct xen_machphys_mfn_list extents = { .max_extents = ARRAY_SIZE(list) };

    set_xen_guest_handle(extents.extent_start, list);
    check_eq("machphys_mfn_list", HC(memory_op, XENMEM_machphys_mfn_list, &extents), 0);
    check_range("machphys_mfn_list_extents", extents.nr_extents, 1, 16);
    check("machphys_mfn_list_first", list[0] != 0);
    set_xen_guest_handle(extents.extent_start, (xen_pfn_t *)HYPERVISOR_PRIVATE);
    check_eq("machphys_mfn_list_bad_pointer", HC(memory_op, XENMEM_machphys_mfn_list, &extents), -XEN_EFAULT);
}

static void check_reservations(void)
{
    domid_t self = DOMID_SELF, stranger = 1234;

    check_eq("current_reservation", HC(memory_op, XENMEM_current_reservation, &self), (long)si->nr_pages);
    check("maximum_reservation", HC(memory_op, XENMEM_maximum_reservation, &self) >= (long)si->nr_pages);
    shared->arch.max_pfn = si->nr_pages; // the guest says so itself
    check("maximum_gpfn", HC(memory_op, XENMEM_maximum_gpfn, &self) >= (long)si->nr_pages - 1);
    self = 0;
    check_eq("current_reservation_by_number", HC(memory_op, XENMEM_current_reservation, &self), (long)si->nr_pages);
    check_eq("current_reservation_stranger", HC(memory_op, XENMEM_current_reservation, &stranger), -XEN_ESRCH);
    check_eq("maximum_reservation_stranger", HC(memory_op, XENMEM_maximum_reservation, &stranger), -XEN_ESRCH);
    check_eq("maximum_gpfn_stranger", HC(memory_op, XENMEM_maximum_gpfn, &stranger), -XEN_ESRCH);
    check_eq("current_reservation_bad_pointer", HC(memory_op, XENMEM_current_reservation, NON_CANONICAL), -XEN_EFAULT);
    check("maximum_ram_page", HC(memory_op, XENMEM_maximum_ram_page, NULL) >= (long)mfn_of(entries));
}

static void check_memory_map(void)
{
    struct xen_memory_map memory = { .nr_entries = 128 };

    set_xen_guest_handle(memory.buffer, entries);
    check_eq("machine_memory_map", HC(memory_op, XENMEM_machine_memory_map, &memory), 0);
    check_range("machine_memory_map_entries", memory.nr_entries, 2, 128);

    u64 ram = 0;

    for (u32 i = 0; i < memory.nr_entries; i++) {
        u64 size;
        u32 type;

        memcpy(&size, entries + i * 20 + 8, 8);
        memcpy(&type, entries + i * 20 + 16, 4);
        if (type == 1)
            ram += size;
    }
    check_range("machine_memory_map_ram", ram, 400UL << 20, 512UL << 20);
    memory.nr_entries = 1;
    check_eq("machine_memory_map_short", HC(memory_op, XENMEM_machine_memory_map, &memory), -XEN_EINVAL);
    memory.nr_entries = 128;
    set_xen_guest_handle(memory.buffer, (void *)HYPERVISOR_PRIVATE);
    check_eq("machine_memory_map_bad_buffer", HC(memory_op, XENMEM_machine_memory_map, &memory), -XEN_EFAULT);
    check_eq("machine_memory_map_bad_pointer", HC(memory_op, XENMEM_machine_memory_map, NULL), -XEN_EFAULT);
}

void test_main(void)
{
    check_machphys();
    check_reservations();
    check_memory_map();
    check_eq("unknown_subop", HC(memory_op, 60, NULL), -XEN_ENOSYS);
}
