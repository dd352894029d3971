/*
 * 64 MB from one domain to another through a ring of shared pages, with event channels and grants.
 *
 * Checks: domain 1 grants 17 pages, a page of indices and a ring of 64 KB; the first domain maps them and takes mb= megabytes out of it as domain 1
 *   puts them in, each waking the other by an event when it waits. Both hash what went through, in order, and compare.
 *   At the end all is unmapped, and the pages are domain 1's alone again.
 * Domain: memory=16M args=mb=64
 * Run: timeout=120 args=mb=64
 */
#include "grant.h"
#include "peer.h"

#define RING_PAGES 16
#define RING_WORDS (RING_PAGES * PAGE_SIZE / 8)
#define FIRST_REF 8 // of the page of indices; the ring's follow
#define BATCH 512   // words between two looks at the other's index

// Indices count words and only grow. Each is written by one side.
struct control {
    u64 put, taken;
    u32 producer_waits, consumer_waits;
    u64 producer_hash, consumer_hash;
    u64 done;
};

static u8 control_page[PAGE_SIZE] PAGE, ring_pages[RING_PAGES * PAGE_SIZE] PAGE;
#define control ((volatile struct control *)control_page)
#define ring ((volatile u64 *)ring_pages)

static u64 hash_word(u64 hash, u64 word)
{
    return (hash ^ word) * 0x100000001b3UL; // FNV-1a, by words
}

static u64 next_word(u64 word)
{
    word ^= word << 13;
    word ^= word >> 7;
    return word ^ word << 17;
}

static u64 load(volatile u64 *at)
{
    return __atomic_load_n(at, __ATOMIC_ACQUIRE);
}

// The other side has gone on: wake it if it waits.
static void announce(volatile u64 *index, u64 value, volatile u32 *waits, u32 port)
{
    __atomic_store_n(index, value, __ATOMIC_SEQ_CST);
    if (__atomic_exchange_n(waits, 0, __ATOMIC_SEQ_CST) != 0)
        evtchn_send(port);
}

// Blocks until *index is another; gives it.
static u64 await(volatile u64 *index, u64 value, volatile u32 *waits, u32 port)
{
    u64 now;

    while ((now = load(index)) == value) {
        u32 seen = event_count[port];

        __atomic_store_n(waits, 1, __ATOMIC_SEQ_CST);
        if (load(index) == value)
            peer_wait(port, seen);
    }
    return now;
}

static void produce(u32 port, u64 words)
{
    u64 word = 88172645463325252UL, hash = 0xcbf29ce484222325UL, taken = 0, blocked = 0;

    for (u64 put = 0; put < words;) {
        if (put - taken == RING_WORDS) {
            blocked += load(&control->taken) == taken;
            taken = await(&control->taken, taken, &control->producer_waits, port);
        }
        for (u32 i = 0; i < BATCH && put < words && put - taken < RING_WORDS; i++, put++) {
            word = next_word(word);
            ring[put % RING_WORDS] = word;
            hash = hash_word(hash, word);
        }
        announce(&control->put, put, &control->consumer_waits, port);
    }
    control->producer_hash = hash;
    announce(&control->done, 1, &control->consumer_waits, port);
    await(&control->done, 1, &control->producer_waits, port);
    check_eq("producer_hash", (long)control->consumer_hash, (long)hash);
    check("producer_waited", blocked > 0);
    say("TEST %s hash=%lx of %lu words, waited %lu times\n", test_name, hash, words, blocked);
}

static void consume(u32 port, u64 words)
{
    u64 hash = 0xcbf29ce484222325UL, put = 0, blocked = 0;

    for (u64 taken = 0; taken < words;) {
        if (put == taken) {
            blocked += load(&control->put) == put;
            put = await(&control->put, put, &control->consumer_waits, port);
            if (put - taken > RING_WORDS || put > words)
                fatal("index %lu when %lu of %lu were taken", put, taken, words);
        }
        for (u32 i = 0; i < BATCH && taken < put; i++, taken++)
            hash = hash_word(hash, ring[taken % RING_WORDS]);
        announce(&control->taken, taken, &control->producer_waits, port);
    }
    await(&control->done, 0, &control->consumer_waits, port);
    check_eq("consumer_hash", (long)hash, (long)control->producer_hash);
    check("consumer_waited", blocked > 0);
    control->consumer_hash = hash;
    announce(&control->done, 2, &control->producer_waits, port);
}

static u8 *page_of(u32 i)
{
    return i == 0 ? control_page : ring_pages + (i - 1) * PAGE_SIZE;
}

static bool any_busy(void)
{
    u32 marks = 0;

    for (u32 i = 0; i <= RING_PAGES; i++)
        marks |= grant(FIRST_REF + i)->flags;
    return (marks & (GTF_reading | GTF_writing)) != 0;
}

static void producer(u64 words)
{
    grant_setup();
    for (u32 i = 0; i <= RING_PAGES; i++)
        grant_give(FIRST_REF + i, mfn_of(page_of(i)), 0);
    u32 port = peer_offer(0);

    peer_wait(port, 0); // all is mapped
    check("busy", any_busy());
    produce(port, words);
    for (;;) {
        u32 seen = event_count[port];

        if (!any_busy())
            break;
        peer_wait(port, seen);
    }
    memset(control_page, 0, PAGE_SIZE);
    unmap(control_page);
    check_eq("page_is_ours_alone", mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(control_page), 0), 0);
}

static void consumer(u64 words)
{
    u32 handle[RING_PAGES + 1], bad = 0, ends = ends_port(), port = peer_bind(1);
    u64 start = now_ns();

    for (u32 i = 0; i <= RING_PAGES; i++) {
        unmap(page_of(i));
        bad += grant_map(FIRST_REF + i, page_of(i), GNTMAP_host_map, 1, &handle[i]) != GNTST_okay;
    }
    check_eq("mapped", bad, 0);
    evtchn_send(port);
    consume(port, words);
    say("TEST %s %lu MB in %lu ms\n", test_name, words >> 17, (now_ns() - start) / 1000000);
    for (u32 i = 0; i <= RING_PAGES; i++)
        bad += grant_unmap(handle[i], page_of(i)) != GNTST_okay;
    check_eq("unmapped", bad, 0);
    evtchn_send(port);
    peer_wait(ends, 0);
}

void test_main(void)
{
    u64 words = argument("mb", 64) << 17;

    if (first_domain())
        consumer(words);
    else
        producer(words);
}
