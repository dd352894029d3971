// What the first domain asks of the hypervisor about the others, and does to them.
#pragma once
#ifndef __XEN_TOOLS__
#define __XEN_TOOLS__ 1
#endif
#include "guest.h"
#include <xen/domctl.h>
#include <xen/sysctl.h>

typedef struct xen_domctl_getdomaininfo domain_info_t;

long ctl_domain(u32 cmd, u32 id);              // a domctl without arguments, on any vcpu
long ctl_info(u32 id, domain_info_t *info);    // XEN_DOMCTL_getdomaininfo: also of the next domain
long ctl_list(u32 first, u32 most, domain_info_t *list); // how many
bool ctl_there(u32 id, domain_info_t *info);   // false: no domain with just this id
u64 ctl_free_pages(void);
// XEN_SYSCTL_readconsole: *nr bytes at most, from *index on if incremental; says how many, and where it ended.
long ctl_log(char *to, u32 *nr, u32 *index, bool incremental, bool clear);
// Waits, blocked, until there is no such domain and the log says that its memory is free; fatal after ten seconds.
void ctl_wait_gone(u32 id);
