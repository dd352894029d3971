/* SPDX-License-Identifier: MIT */
#include "ports/hypercall_page.h"

/* Stub i: push rcx, r11; mov eax, i; syscall; pop; ret.  iret does not come back. */
void hypercall_page_fill(uint8_t page[PAGE_SIZE])
{
    static const uint8_t stub[] = { 0x51, 0x41, 0x53, 0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0x41, 0x5b, 0x59, 0xc3 };
    static const uint8_t iret[] = { 0x51, 0x41, 0x53, 0x50, 0xb8, __HYPERVISOR_iret, 0, 0, 0, 0x0f, 0x05 };

    memset(page, 0xcc, PAGE_SIZE);
    for (unsigned i = 0; i < PAGE_SIZE / 32; i++) {
        if (i == __HYPERVISOR_iret) {
            memcpy(&page[i * 32], iret, sizeof(iret));
            continue;
        }
        memcpy(&page[i * 32], stub, sizeof(stub));
        page[i * 32 + 4] = (uint8_t)i;
    }
}

bool hypercall_page_at(struct vcpu *v, uint64_t value)
{
    fref_t r;

    if ((value & (PAGE_SIZE - 1)) != 0 || frame_get_rw(maddr_to_mfn(maddr(value)), v->domain->id, &r) != 0)
        return false;
    hypercall_page_fill(held_bytes(r));
    frame_put(r);
    return true;
}
