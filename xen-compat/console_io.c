/* SPDX-License-Identifier: MIT */
/* console_io (Xen public header xen.h): the hardware domain's console is the serial line; others only write, line by
 * line. */
#include "core/cont.h"
#include "core/guest.h"
#include "ports/console.h"
#include "xen-compat/hypercalls.h"

#define CHUNK 128
#define CHUNKS_LOOK 8

static long console_write(struct vcpu *v, uint64_t buffer, uint64_t count)
{
    char chunk[CHUNK];
    uint64_t done = 0;

    if (v->cont.active) {
        done = v->cont.word[0];
        v->cont.active = false;
    }
    for (unsigned turn = 1; done < count; turn++) {
        uint64_t n = min_u64(count - done, CHUNK);

        if (guest_read(chunk, gva(buffer + done), n) != 0)
            return -EFAULT;
        if (v->domain->privileged)
            console_write_guest(chunk, n);
        else
            console_write_domain(v->domain, chunk, n);
        done += n;
        if (turn % CHUNKS_LOOK == 0 && done < count && preempt_needed()) {
            v->cont.active = true;
            v->cont.op = __HYPERVISOR_console_io;
            v->cont.version = 1;
            v->cont.word[0] = done;
            return HC_CONTINUE;
        }
    }
    return 0;
}

static long console_read(uint64_t buffer, uint64_t count)
{
    char chunk[CHUNK];
    uint64_t n = console_read_guest(chunk, min_u64(count, CHUNK));

    return guest_write(gva(buffer), chunk, n) != 0 ? -EFAULT : (long)n;
}

long hc_console_io(struct vcpu *v, uint64_t cmd, uint64_t count, uint64_t buffer, uint64_t a4, uint64_t a5)
{
    if (!v->domain->privileged && (int)cmd != CONSOLEIO_write)
        return -EPERM;
    if ((int)count < 0)
        return -EINVAL;
    switch ((int)cmd) {
    case CONSOLEIO_write: return console_write(v, buffer, (uint32_t)count);
    case CONSOLEIO_read: return console_read(buffer, (uint32_t)count);
    default: return -ENOSYS;
    }
}
