/*
 * domu= options that ask for what is not there: each is left out with a reason, the good one and the first domain boot.
 *
 * Checks: the first domain runs and finds domain 7, and no other.
 * Expect: a line with the reason for each (tests/boot/test_domains.py reads them).
 * Domain: ends=left-out domu=kernel=77,memory=16M
 * Domain: ends=left-out domu=kernel=0,memory=16M
 * Domain: ends=left-out domu=memory=16M
 * Domain: ends=left-out domu=kernel=4,memory=100G
 * Domain: ends=left-out domu=kernel=5,memory=1M
 * Domain: ends=left-out domu=kernel=6,colour=red
 * Domain: memory=16M
 * Domain: ends=left-out domu=kernel=7,memory=16M
 */
#include "peer.h"

void test_main(void)
{
    u32 port;

    if (!first_domain()) {
        port = peer_offer(0);
        peer_wait(port, 0);
        check("alive", true);
        return;
    }
    for (domid_t domain = 1; domain <= 8; domain++)
        if (domain != 7)
            check_eq("left_out", bind_interdomain(domain, 1, &port), -XEN_ESRCH);
    peer_finish(peer_bind(7));
}
