/* SPDX-License-Identifier: MIT */
/* What an error of hypervisor/public/module_op.h means, and what to do next. */
#include "shctl.h"

#include <errno.h>
#include <string.h>

static const struct {
    int error;
    const char *means, *next;
} problems[] = {
    { EPERM, "only the first domain may manage modules", "run shctl there" },
    { ENOSYS, "this hypervisor has no such hypercall, or another version of it",
      "boot the SafeHype that was built together with this shctl" },
    { EFAULT, "the hypervisor cannot reach shctl's memory",
      "this is a fault of shctl's or of the kernel's privcmd driver: report it" },
    { EINVAL, "a name or a size that no module has", "names have 1 to 127 characters, files at most 4 MiB" },
    { ENOENT, "there is no such module", "`shctl module list` shows those that are there" },
    { EEXIST, "one of that name is loaded", "unload it first, or give this one another name with --name" },
    { ENOMEM, "the hypervisor has no room for it", "unload what is not needed; `shctl module list` shows sizes" },
    { ENOEXEC, "the file is refused",
      "build it for the hypervisor that runs; `modinspect --verify FILE` looks through it" },
    { EKEYREJECTED, "its signature is refused",
      "sign it with a key that this hypervisor trusts; `modinspect --verify FILE` says by whom it is" },
    { EBUSY, "it is in use, or another operation is under way", "unload what was loaded after it first, or try again" },
    { ETIME, "it took too long until all CPUs stopped and its state was handed over",
      "try again, or when the machine has less to do" },
    { EREMOTEIO, "its state could not be handed over, and the old module serves", "the hypervisor's log says more" },
};

void problem_print(const char *command, const char *what, int error, const struct sh_module_op *op)
{
    const char *means = strerror(error), *next = "the hypervisor's log may say more";
    int nr = op == NULL ? 0 : (int)strnlen(op->problem, sizeof(op->problem));

    for (size_t i = 0; i < sizeof(problems) / sizeof(problems[0]); i++) {
        if (problems[i].error == error) {
            means = problems[i].means;
            next = problems[i].next;
        }
    }
    fprintf(stderr, "shctl: %s%s%s: %s%s%.*s; %s\n", command, what[0] != 0 ? " " : "", what, means, nr > 0 ? ": " : "",
            nr, nr > 0 ? op->problem : "", next);
    if (error != ENOSYS && error != EPERM && strcmp(command, "list") != 0 && strcmp(command, "show") != 0)
        fprintf(stderr, "shctl: nothing has changed\n");
}
