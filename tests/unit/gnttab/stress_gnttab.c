/* SPDX-License-Identifier: MIT */
/*
 * Grants given and taken back by a guest on one CPU while others copy through them, under ThreadSanitizer, with either
 * version of the table.  The guest keeps to the protocol of grant_table.h, and touches its page without further ado
 * when it has taken it back.  Checked: no data race (nobody copies from or to a page that was taken back), some
 * copies were made and some refused, and in the end nothing is held.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#define sched_yield libc_sched_yield /* the scheduler port has one of its own */
#include <pthread.h>
#undef sched_yield
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/mock/mock.h"

#include "modules/gnttab/gnttab_private.h"

#define COPIERS 2
#define ROUNDS 20000
#define REF 10 /* even: its status word is where the hypervisor's 32-bit word is */
#define REF_TRANSITIVE 12
#define BYTES 64

static struct domain *user, *granter, *middle;
static mfn_t page;
static bool v2, done;
static unsigned copied, refused;

/* The core's: a frame's TLB stamp is a plain word, as long as there is one CPU (docs/decisions/0012-one-cpu.md). */
const char *__tsan_default_suppressions(void);
const char *__tsan_default_suppressions(void)
{
    return "race:^frame_put$\n";
}

static void check(bool ok, const char *what)
{
    if (!ok) {
        fprintf(stderr, "stress: %s\n", what);
        abort();
    }
}

static uint32_t *entry_words(struct domain *d, uint32_t ref)
{
    mfn_t m;

    check(gnttab_frame(d, 0, &m) == 0, "frame");
    return (uint32_t *)(void *)&frame_bytes(m)[ref << (gnttab_version(d) == 2 ? 4 : 3)];
}

static uint16_t *marks(struct domain *d, uint32_t ref)
{
    mfn_t m;

    if (gnttab_version(d) == 1)
        return (uint16_t *)(void *)entry_words(d, ref);
    check(gnttab_status_frame(d, 0, &m) == 0, "status frame");
    return (uint16_t *)(void *)&frame_bytes(m)[ref * 2];
}

static void give(uint32_t *words, uint16_t flags)
{
    __atomic_store_n(&words[v2 ? 2 : 1], (uint32_t)page.v, __ATOMIC_RELAXED);
    __atomic_store_n((uint16_t *)(void *)words + 1, middle->id, __ATOMIC_RELAXED);
    __atomic_store_n((uint16_t *)(void *)words, flags, __ATOMIC_RELEASE);
}

/* One attempt; false: it is in use. */
static bool take_back(uint16_t *flags, uint16_t *status)
{
    uint16_t seen;

    if (v2) {
        __atomic_store_n(flags, 0, __ATOMIC_SEQ_CST);
        __atomic_thread_fence(__ATOMIC_SEQ_CST);
        return (__atomic_load_n(status, __ATOMIC_ACQUIRE) & (GTF_reading | GTF_writing)) == 0;
    }
    seen = __atomic_load_n(flags, __ATOMIC_ACQUIRE);
    return (seen & (GTF_reading | GTF_writing)) == 0 &&
           __atomic_compare_exchange_n(flags, &seen, 0, false, __ATOMIC_SEQ_CST, __ATOMIC_ACQUIRE);
}

static void *guest(void *unused)
{
    uint32_t *words = entry_words(granter, REF);
    uint16_t *flags = (uint16_t *)(void *)words, *status = marks(granter, REF);
    unsigned before;

    for (unsigned i = 0; i < ROUNDS; i++) {
        memset(frame_bytes(page), (int)i, PAGE_SIZE);
        give(words, GTF_permit_access);
        /* Sometimes at once, mostly when somebody has copied or is about to. */
        before = __atomic_load_n(&copied, __ATOMIC_RELAXED);
        for (unsigned k = 0; k < i % 8 * 2000 && __atomic_load_n(&copied, __ATOMIC_RELAXED) == before; k++)
            continue;
        while (!take_back(flags, status))
            continue;
    }
    __atomic_store_n(&done, true, __ATOMIC_RELEASE);
    return unused;
}

/* Through the transitive grant, in bytes that are this thread's alone. */
static void *copier(void *arg)
{
    unsigned me = (unsigned)(uintptr_t)arg;
    struct vcpu *v = user->vcpu[me];
    mfn_t own = mock_frame(user);

    mock_cpu(me + 1);
    while (!__atomic_load_n(&done, __ATOMIC_ACQUIRE)) {
        struct gnttab_copy_end theirs = { .number = REF_TRANSITIVE, .domid = middle->id, .offset = (uint16_t)(me * BYTES),
                                          .is_gref = true };
        struct gnttab_copy_end ours = { .number = own.v, .domid = DOMID_SELF };
        struct gnttab_copy_request from = { theirs, ours, BYTES }, to = { ours, theirs, BYTES };
        int rc = gnttab_copy(v, &from), rc2 = gnttab_copy(v, &to);

        check((rc == GNTST_okay || rc == GNTST_general_error) && (rc2 == GNTST_okay || rc2 == GNTST_general_error),
              "status");
        __atomic_fetch_add(&copied, (rc == GNTST_okay) + (rc2 == GNTST_okay), __ATOMIC_RELAXED);
        __atomic_fetch_add(&refused, (rc != GNTST_okay) + (rc2 != GNTST_okay), __ATOMIC_RELAXED);
    }
    return NULL;
}

static struct domain *domain_with_grants(domid_t id)
{
    struct domain *d = mock_domain(id, COPIERS, id == 0);

    check(gnttab_domain_init(d) == 0, "init");
    return d;
}

static void run(bool version_2)
{
    pthread_t thread[COPIERS + 1];
    union grant_entry_v2 *e;

    v2 = version_2;
    done = false;
    copied = refused = 0;
    user = domain_with_grants(0);
    granter = domain_with_grants(7);
    middle = domain_with_grants(8);
    check(gnttab_set_version(middle, 2) == 0 && gnttab_set_version(granter, v2 ? 2 : 1) == 0, "version");
    page = mock_frame(granter);
    e = (union grant_entry_v2 *)(void *)entry_words(middle, REF_TRANSITIVE);
    e->transitive.trans_domid = granter->id;
    e->transitive.gref = REF;
    e->hdr.flags = GTF_transitive; /* domid: 0 */
    check(pthread_create(&thread[COPIERS], NULL, guest, NULL) == 0, "thread");
    for (uintptr_t i = 0; i < COPIERS; i++)
        check(pthread_create(&thread[i], NULL, copier, (void *)i) == 0, "thread");
    for (unsigned i = 0; i <= COPIERS; i++)
        pthread_join(thread[i], NULL);
    printf("version %d: %u copied, %u refused\n", v2 ? 2 : 1, copied, refused);
    check(copied != 0 && refused != 0, "nothing copied, or nothing refused");
    check(mock_refs_rw(page) + mock_refs_ro(page) == 0, "the page is held");
    check(*marks(granter, REF) == 0 && *marks(middle, REF_TRANSITIVE) == 0, "marks are left");
    for (struct domain *d = domain_list; d != NULL; d = d->next) {
        check(gnttab_domain_pins(d) == 0, "grants are in use");
        gnttab_domain_destroy(d);
    }
    for (struct domain *d = domain_list; d != NULL; d = d->next)
        gnttab_domain_free(d);
}

int main(void)
{
    check(mock_start(NULL) == 0, "start");
    mock_lock_jitter = 50;
    for (int i = 0; i < 2; i++) {
        check(mock_setup(NULL) == 0, "setup");
        run(i == 1);
        check(mock_teardown(NULL) == 0, "teardown");
    }
    return 0;
}
