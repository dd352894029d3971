/* SPDX-License-Identifier: MIT */
#include "core/revoked.h"

#include "core/cmdline.h"
#include "core/log.h"
#include "core/signature.h"

static char line_at(uint32_t at)
{
    return at < OPT_LINE_BYTES ? opt_line[at] : '\0';
}

/* 16: none. */
static uint8_t hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (uint8_t)(c - 'a' + 10);
    return c >= 'A' && c <= 'F' ? (uint8_t)(c - 'A' + 10) : 16;
}

/* So many whole bytes of an id; 0: that is none. */
static uint32_t id_read(uint32_t at, uint8_t id[SHO_HASH_BYTES])
{
    uint32_t nr = 0;

    while (nr < SHO_HASH_BYTES && hex_digit(line_at(at)) < 16 && hex_digit(line_at(at + 1)) < 16) {
        id[nr++] = (uint8_t)(hex_digit(line_at(at)) << 4 | hex_digit(line_at(at + 1)));
        at += 2;
    }
    return line_at(at) == ' ' || line_at(at) == '\0' ? nr : 0;
}

/* NAME:EPOCH, a decimal number. */
static void epoch_look(uint32_t at)
{
    uint32_t nr = 0;

    while (line_at(at) != ':' && line_at(at) != ' ' && line_at(at) != '\0')
        at++;
    if (line_at(at) == ':')
        at++;
    while (line_at(at + nr) >= '0' && line_at(at + nr) <= '9')
        nr++;
    if (nr == 0 || (line_at(at + nr) != ' ' && line_at(at + nr) != '\0'))
        log_err("revoke-epoch=: not NAME:EPOCH with a decimal number");
}

/* What is behind the : of NAME:WORD; 0: the value is something else. */
static uint32_t word_at(uint32_t at)
{
    while (line_at(at) != ':' && line_at(at) != ' ' && line_at(at) != '\0')
        at++;
    return line_at(at) == ':' ? at + 1 : 0;
}

static bool word_is(uint32_t at, const char *word SC_COUNT(nr), uint32_t nr)
{
    for (uint32_t i = 0; i < nr; i++) {
        if (line_at(at + i) != word[i])
            return false;
    }
    return line_at(at + nr) == ' ' || line_at(at + nr) == '\0';
}

/* 0 safe, 1 contract; 2: neither. */
static uint32_t level_at(uint32_t at)
{
    uint32_t word = word_at(at);

    if (word != 0 && word_is(word, SHO_LITERAL("contract")))
        return 1;
    return word != 0 && word_is(word, SHO_LITERAL("safe")) ? 0 : 2;
}

void revoked_read(void)
{
    uint8_t id[SHO_HASH_BYTES] = { 0 };

    for (uint32_t i = 0; i < opt_nr_module_levels && i < MAX_REVOKED; i++) {
        if (level_at(opt_module_level[i]) > 1)
            log_err("module-level=: neither PORT:contract nor PORT:safe; nothing is asked by it");
    }

    for (uint32_t i = 0; i < opt_nr_revoke_epochs && i < MAX_REVOKED; i++)
        epoch_look(opt_revoke_epoch[i]);

    for (uint32_t i = 0; i < opt_nr_revoke_keys && i < MAX_REVOKED; i++) {
        uint32_t nr = id_read(opt_revoke_key[i], id);

        if (nr < 4)
            log_err("revoke-key=: not 8 to 64 hexadecimal digits, an even number; nothing is revoked by it");
        else if (!signature_revoke(id, nr))
            log_warn("revoke-key=: no trusted key has an id that begins so");
        else
            log_info("revoke-key=: signatures of key %02x%02x%02x%02x... are good no more", id[0], id[1], id[2], id[3]);
    }
}

/* Is the value at `at` NAME:EPOCH with that name?  Then *epoch. */
static bool epoch_read(uint32_t at, const char name[SHO_NAME_BYTES], uint32_t *epoch)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < SHO_NAME_BYTES && name[i] != '\0'; i++) {
        if (line_at(at++) != name[i])
            return false;
    }
    if (line_at(at++) != ':')
        return false;
    for (; line_at(at) >= '0' && line_at(at) <= '9' && n <= UINT32_MAX; at++)
        n = n * 10 + (uint64_t)(line_at(at) - '0');
    *epoch = (uint32_t)min_u64(n, UINT32_MAX);
    return true;
}

/* Is that the NAME of NAME:WORD? */
static bool name_is(uint32_t at, const char name[SHO_NAME_BYTES])
{
    for (uint32_t i = 0; i < SHO_NAME_BYTES && name[i] != '\0'; i++) {
        if (line_at(at++) != name[i])
            return false;
    }
    return line_at(at) == ':';
}

uint32_t level_asked(const char port[SHO_NAME_BYTES])
{
    uint32_t most = 0;

    for (uint32_t i = 0; i < opt_nr_module_levels && i < MAX_REVOKED; i++) {
        uint32_t level = level_at(opt_module_level[i]);

        if (level == 1 && name_is(opt_module_level[i], port))
            most = level;
    }
    return most;
}

uint32_t revoked_before(const char name[SHO_NAME_BYTES])
{
    uint32_t least = 0, epoch;

    for (uint32_t i = 0; i < opt_nr_revoke_epochs && i < MAX_REVOKED; i++) {
        if (epoch_read(opt_revoke_epoch[i], name, &epoch) && epoch > least)
            least = epoch;
    }
    return least;
}
