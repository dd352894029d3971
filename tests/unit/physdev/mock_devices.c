/* SPDX-License-Identifier: MIT */
#include "mock_devices.h"

#include "core/guest.h"
#include "core/guest_kernel.h"
#include "ports/evtchn.h"

struct mock_line mock_lines[MOCK_GSIS];
unsigned mock_events[256], mock_nr_programmed, mock_nr_stopped, mock_nr_moved, mock_moved_from;
struct msi mock_last_msi;
static struct acpi_info info;

void mock_devices_reset(void)
{
    for (unsigned i = 0; i < MOCK_GSIS; i++)
        mock_lines[i] = (struct mock_line){ .level = i >= 16, .low = i >= 16, .masked = true };
    memset(mock_events, 0, sizeof(mock_events));
    mock_nr_programmed = mock_nr_stopped = mock_nr_moved = 0;
}

void evtchn_send_pirq(struct domain *d, uint32_t pirq) { mock_events[pirq % 256]++; }
const struct acpi_info *acpi_get(void) { return &info; }
int guest_kernel_read(const struct vcpu *v, void *dst, gva_t src, uint64_t nr_bytes) { return guest_read(dst, src, nr_bytes); }
uint32_t ioapic_nr_gsis(void) { return MOCK_GSIS; }
bool ioapic_line_is_ours(uint32_t gsi) { return gsi == 4; }
bool ioapic_line_ok(uint32_t gsi) { return gsi < MOCK_GSIS && gsi != 4; }
bool ioapic_line_is_level(uint32_t gsi) { return ioapic_line_ok(gsi) && mock_lines[gsi].level; }
int ioapic_line_setup(uint32_t gsi, bool level, bool active_low)
{
    if (!ioapic_line_ok(gsi))
        return -EINVAL;
    mock_lines[gsi].level = level;
    mock_lines[gsi].low = active_low;
    return 0;
}
int ioapic_line_route(uint32_t gsi, uint32_t vector)
{
    if (!ioapic_line_ok(gsi))
        return -EINVAL;
    mock_lines[gsi].vector = (uint8_t)vector;
    mock_lines[gsi].masked = true;
    return 0;
}
void ioapic_line_unroute(uint32_t gsi)
{
    mock_lines[gsi % MOCK_GSIS].vector = 0;
    mock_lines[gsi % MOCK_GSIS].masked = true;
}
void ioapic_line_mask(uint32_t gsi) { mock_lines[gsi % MOCK_GSIS].masked = true; }
void ioapic_line_unmask(uint32_t gsi) { mock_lines[gsi % MOCK_GSIS].masked = false; }
int ioapic_read_register(uint64_t physbase, uint32_t reg, uint32_t *value)
{
    *value = 0x170020;
    return physbase == 0xfec00000 ? 0 : -EINVAL;
}
int ioapic_decode_write(uint64_t physbase, uint32_t reg, uint32_t *gsi)
{
    *gsi = (reg - 0x10) / 2;
    return physbase != 0xfec00000 ? -EINVAL : reg < 0x10 || (reg & 1) != 0 || *gsi >= MOCK_GSIS ? -ENOENT : 0;
}

uint8_t pci_find_capability(pci_bdf_t at, uint8_t id) { return at.v == MOCK_DEVICE ? 0x40 : 0; }
int msi_find(pci_bdf_t bdf, unsigned entry, unsigned nr_log2, struct msi *out)
{
    if (bdf.v != MOCK_DEVICE)
        return -ENODEV;
    *out = (struct msi){ .bdf = bdf, .nr_log2 = (uint8_t)nr_log2 };
    return nr_log2 > 3 ? -EINVAL : 0;
}
int msix_find(pci_bdf_t bdf, unsigned entry, struct msi *out)
{
    if (bdf.v != MOCK_DEVICE)
        return -ENODEV;
    *out = (struct msi){ .bdf = bdf, .is_x = true, .entry = (uint16_t)entry };
    return entry >= 4 ? -EINVAL : 0;
}
void msi_program(struct msi *m, uint8_t vector)
{
    m->vector = vector;
    m->masked = true;
    mock_last_msi = *m;
    mock_nr_programmed++;
}
void msi_set_masked(struct msi *m, bool masked)
{
    m->masked = masked;
    mock_last_msi = *m;
}
void msi_stop(struct msi *m) { mock_nr_stopped++; }
void msi_move(const struct msi *m, uint32_t from)
{
    mock_nr_moved++;
    mock_moved_from = from;
}
void msi_restore(const struct msi *m) { mock_nr_programmed++; }
