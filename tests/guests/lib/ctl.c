// domctl and sysctl.
#include "ctl.h"
#include "peer.h"

#define PATIENCE_NS 10000000000UL

long ctl_domain(u32 cmd, u32 id)
{
    struct xen_domctl op = { .cmd = cmd, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = (domid_t)id };

    return HC(domctl, &op);
}

long ctl_info(u32 id, domain_info_t *info)
{
    struct xen_domctl op = { .cmd = XEN_DOMCTL_getdomaininfo, .interface_version = XEN_DOMCTL_INTERFACE_VERSION, .domain = (domid_t)id };
    long ret = HC(domctl, &op);

    *info = op.u.getdomaininfo;
    if (ret == 0 && op.domain != info->domain)
        fatal("getdomaininfo says %u and %u", op.domain, info->domain);
    return ret;
}

static long sysctl(struct xen_sysctl *op, u32 cmd)
{
    op->cmd = cmd;
    op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
    return HC(sysctl, op);
}

long ctl_list(u32 first, u32 most, domain_info_t *list)
{
    struct xen_sysctl op = { 0 };
    long ret;

    op.u.getdomaininfolist.first_domain = (domid_t)first;
    op.u.getdomaininfolist.max_domains = most;
    set_xen_guest_handle(op.u.getdomaininfolist.buffer, list);
    ret = sysctl(&op, XEN_SYSCTL_getdomaininfolist);
    return ret != 0 ? ret : (long)op.u.getdomaininfolist.num_domains;
}

bool ctl_there(u32 id, domain_info_t *info)
{
    return ctl_info(id, info) == 0 && info->domain == id;
}

u64 ctl_free_pages(void)
{
    struct xen_sysctl op = { 0 };

    if (sysctl(&op, XEN_SYSCTL_physinfo) != 0)
        fatal("no physinfo");
    return op.u.physinfo.free_pages;
}

long ctl_log(char *to, u32 *nr, u32 *index, bool incremental, bool clear)
{
    struct xen_sysctl op = { 0 };
    long ret;

    op.u.readconsole.clear = clear;
    op.u.readconsole.incremental = incremental;
    op.u.readconsole.index = *index;
    op.u.readconsole.count = *nr;
    set_xen_guest_handle(op.u.readconsole.buffer, to);
    ret = sysctl(&op, XEN_SYSCTL_readconsole);
    *index = op.u.readconsole.index;
    *nr = op.u.readconsole.count;
    return ret;
}

// "Domain ID (NAME) is gone", on a line.
static bool log_says_gone(const char *log, u32 id)
{
    char words[] = "Domain 0 (";

    if (id > 9)
        fatal("domain %u has two digits", id);
    words[strlen("Domain ")] += (char)id;
    for (log = strstr(log, words); log != NULL; log = strstr(log + 1, words)) {
        if (strstr(log, ") is gone\n") != NULL && strstr(log, ") is gone\n") < strstr(log, "\n"))
            return true;
    }
    return false;
}

// Off the list first, freed after a grace period, and then said.
void ctl_wait_gone(u32 id)
{
    static char log[65536];
    u64 until = now_ns() + PATIENCE_NS;
    domain_info_t info;
    u32 nr, index = 0;

    do {
        if (now_ns() >= until)
            fatal("domain %u is %s", id, ctl_there(id, &info) ? "there still" : "not freed");
        sleep_ns(1000000);
        nr = sizeof(log) - 1;
        if (ctl_log(log, &nr, &index, false, false) != 0)
            fatal("the log cannot be read");
        log[nr] = 0;
    } while (ctl_there(id, &info) || !log_says_gone(log, id));
}
