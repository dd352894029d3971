/* SPDX-License-Identifier: MIT */
/* Hypercalls of a process: Linux's privcmd driver (linux/include/uapi/xen/privcmd.h). */
#include "shctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DEVICE "/dev/xen/privcmd"
#define BUFFER_DEVICE "/dev/xen/hypercall" /* its mappings are memory of the kernel's */

struct privcmd_hypercall {
    uint64_t op;
    uint64_t arg[5];
};
#define IOCTL_PRIVCMD_HYPERCALL _IOC(_IOC_NONE, 'P', 0, sizeof(struct privcmd_hypercall))

static int privcmd = -1, buffers = -1;

bool hypervisor_open(void)
{
    if (privcmd >= 0)
        return true;
    privcmd = open(DEVICE, O_RDWR | O_CLOEXEC);
    if (privcmd < 0) {
        fprintf(stderr,
                "shctl: %s: %s; run it in the first domain of a SafeHype, as root, with the kernel's module "
                "xen-privcmd loaded\n",
                DEVICE, strerror(errno));
        return false;
    }
    buffers = open(BUFFER_DEVICE, O_RDWR | O_CLOEXEC);
    return true;
}

void *hypervisor_memory(size_t nr_bytes)
{
    void *memory;

    if (buffers >= 0) {
        memory = mmap(NULL, nr_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, buffers, 0);
    } else {
        memory = mmap(NULL, nr_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
        if (memory != MAP_FAILED && mlock(memory, nr_bytes) != 0) {
            munmap(memory, nr_bytes);
            memory = MAP_FAILED;
        }
    }
    if (memory == MAP_FAILED) {
        fprintf(stderr, "shctl: no %zu bytes of memory that stays in its place: %s\n", nr_bytes, strerror(errno));
        return NULL;
    }
    memset(memory, 0, nr_bytes);
    return memory;
}

void hypervisor_memory_free(void *memory, size_t nr_bytes)
{
    if (memory != NULL)
        munmap(memory, nr_bytes);
}

#define EXTENSION 54 /* __HYPERVISOR_arch_6 */

int hypervisor_module_op(struct sh_module_op *op)
{
    struct privcmd_hypercall call = { .op = SH_MODULE_OP, .arg = { (uintptr_t)op } };

    return ioctl(privcmd, IOCTL_PRIVCMD_HYPERCALL, &call) < 0 ? errno : 0;
}

long hypervisor_extension(const uint64_t args[5])
{
    struct privcmd_hypercall call = { EXTENSION, { args[0], args[1], args[2], args[3], args[4] } };
    long result = syscall(SYS_ioctl, privcmd, IOCTL_PRIVCMD_HYPERCALL, &call); /* ioctl() keeps 32 bits of it */

    return result < 0 ? -errno : result;
}
