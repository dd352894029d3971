/* SPDX-License-Identifier: MIT */
/* What XEN_ELFNOTE_FEATURES says: names, of which the required ones begin with a '!'. */
#include "internal.h"

/* What was asked for so far. */
struct asked {
    uint32_t supported;
    uint32_t required;
};

/*@ predicate name_of(struct kbytes *text, integer from, integer to, integer f) = name_required(text, from, to) ?
      kfeature_names(text, from + 1, to - from - 1, f) : kfeature_names(text, from, to - from, f);
    predicate name_known(struct kbytes *text, integer from, integer to) = name_required(text, from, to) ?
      kfeature_known(text, from + 1, to - from - 1) : kfeature_known(text, from, to - from);
    predicate bit_supported(struct asked now, integer f) = has_bit(now.supported, kfeatures[f].bit);
    predicate bit_required(struct asked now, integer f) = has_bit(now.required, kfeatures[f].bit);
    predicate grown(struct asked was, struct asked now) =
      features_grow(was.supported, was.required, now.supported, now.required);
*/
/*@ lemma text_end_once: \forall struct kbytes *text, integer at, len, a, b;
      text_ends(text, at, len, a) && text_ends(text, at, len, b) ==> a == b;
    lemma name_once: \forall struct kbytes *text, integer end, from, a, b;
      name_is(text, end, from, a) && name_is(text, end, from, b) ==> a == b;
    lemma name_inner: \forall struct kbytes *text, integer first, end, from, to, i;
      name_is(text, end, from, to) && first <= from < i <= to ==> !name_begins(text, first, i);
    lemma name_is_good: \forall struct kbytes *text, integer first, end, from, to;
      name_begins(text, first, from) && name_is(text, end, from, to) ==>
      (names_good_at(text, first, end, from) <==> name_good(text, from, to));
    lemma names_step: \forall struct kbytes *text, integer first, end, from, to; first <= from &&
      name_begins(text, first, from) && name_is(text, end, from, to) && names_good(text, first, end, from) ==>
      (names_good(text, first, end, to + 1) <==> name_good(text, from, to));
    lemma names_less: \forall struct kbytes *text, integer first, end, n, m;
      names_good(text, first, end, m) && n <= m ==> names_good(text, first, end, n);
    lemma features_are: \forall struct kbytes *text, integer at, len, end; text_ends(text, at, len, end) ==>
      (features_good(text, at, len) <==> names_good(text, at, end, end + 1));
*/

/*@ requires bit < 32;
    assigns \nothing;
    ensures added: \forall integer k; 0 <= k < 32 ==> (has_bit(\result, k) <==> k == bit || has_bit(bits, k));
*/
static uint32_t with_bit(uint32_t bits, uint32_t bit)
{
    return bits | UINT32_C(1) << bit;
}

/*@ requires f < KFEATURES;
    assigns \nothing;
    ensures grown: grown(was, \result);
    ensures there: bit_supported(\result, f);
    ensures required: required != 0 ==> bit_required(\result, f);
*/
static struct asked feature_ask(struct asked was, size_t f, int required)
{
    uint32_t bit = kfeature_bit(f);

    was.supported = with_bit(was.supported, bit);
    if (required)
        was.required = with_bit(was.required, bit);
    return was;
}

/*@ requires from <= to <= text->nr;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures required: \result == 1 <==> name_required(text, from, to);
*/
static int is_required(const struct kbytes *text, size_t from, size_t to)
{
    return from < to && text->bytes[from] == '!';
}

/* The feature of that name, or KFEATURES. */
/*@ requires from <= to <= text->nr;
    assigns \nothing;
    ensures known: \result < KFEATURES <==> name_known(text, from, to);
    ensures found: \result < KFEATURES ==> name_of(text, from, to, \result);
    ensures one_of: \result <= KFEATURES;
*/
static size_t name_find(const struct kbytes *text, size_t from, size_t to)
{
    return is_required(text, from, to) ? kfeature_find(text, from + 1, to - from - 1)
                                       : kfeature_find(text, from, to - from);
}

/* That nobody knows a name is no harm if it is wished for, not required. */
/*@ requires from <= to <= text->nr;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures good: \result == 1 <==> name_good(text, from, to);
*/
static int name_is_good(const struct kbytes *text, size_t from, size_t to)
{
    return !is_required(text, from, to) || name_find(text, from, to) < KFEATURES;
}

/*@ requires from <= to <= text->nr && (f < KFEATURES ==> name_of(text, from, to, f));
    assigns \nothing;
    ensures grown: grown(was, \result);
    ensures supported: f < KFEATURES ==> bit_supported(\result, f);
    ensures required: f < KFEATURES && name_required(text, from, to) ==> bit_required(\result, f);
*/
static struct asked name_take(const struct kbytes *text, size_t from, size_t to, size_t f, struct asked was)
{
    return f < KFEATURES ? feature_ask(was, f, is_required(text, from, to)) : was;
}

/* Where the name ends that begins at from. */
/*@ requires from <= end <= text->nr;
    assigns \nothing;
    ensures ends: name_is(text, end, from, \result);
*/
static size_t name_end(const struct kbytes *text, size_t end, size_t from)
{
    size_t to = from;

    /*@ loop invariant from <= to <= end;
        loop invariant \forall integer i; from <= i < to ==> !bar(text, i);
        loop assigns to;
        loop variant end - to;
    */
    while (to < end && text->bytes[to] != '|')
        to++;
    return to;
}

/*@ requires first <= end <= text->nr;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures good: \result == 1 <==> names_good(text, first, end, end + 1);
*/
static int names_are_good(const struct kbytes *text, size_t first, size_t end)
{
    size_t from = first, to;

    /*@ loop invariant first <= from <= end;
        loop invariant begins: name_begins(text, first, from);
        loop invariant good: names_good(text, first, end, from);
        loop assigns from, to;
        loop variant end - from;
    */
    for (;;) {
        to = name_end(text, end, from);
        /*@ assert step: names_good(text, first, end, to + 1) <==> name_good(text, from, to); */
        /*@ assert all: names_good(text, first, end, end + 1) ==> names_good(text, first, end, to + 1); */
        if (!name_is_good(text, from, to))
            return 0;
        if (to == end)
            return 1;
        /*@ assert bar: to < end && bar(text, to); */
        from = to + 1;
        /*@ assert next: from == to + 1; */
    }
}

/*@ requires first <= end <= text->nr;
    assigns \nothing;
    ensures grown: grown(asked, \result);
*/
static struct asked names_take(const struct kbytes *text, size_t first, size_t end, struct asked asked)
{
    size_t from = first, to;

    /*@ loop invariant first <= from <= end;
        loop invariant grown: grown(\at(asked, Pre), asked);
        loop assigns from, to, asked;
        loop variant end - from;
    */
    for (;;) {
        to = name_end(text, end, from);
        asked = name_take(text, from, to, name_find(text, from, to), asked);
        if (to == end)
            return asked;
        from = to + 1;
    }
}

/*@ requires inside(text, at, len);
    assigns \nothing;
    ensures there: text_ends(text, at, len, \result);
*/
static size_t text_end(const struct kbytes *text, size_t at, size_t len)
{
    return at + kbytes_text_len(text, at, len);
}

/*@ requires inside(text, at, len);
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures good: \result == 1 <==> features_good(text, at, len);
*/
static int features_are_good(const struct kbytes *text, size_t at, size_t len)
{
    return names_are_good(text, at, text_end(text, at, len));
}

int kfeatures_parse(const struct kbytes *text, size_t at, size_t len, struct kimage_info *info)
{
    struct asked asked = { info->features_supported, info->features_required };

    if (!features_are_good(text, at, len))
        return kimage_fail(-XEN_ENOEXEC, "the kernel requires a feature that is not known");
    asked = names_take(text, at, text_end(text, at, len), asked);
    info->features_supported = asked.supported;
    info->features_required = asked.required;
    return 0;
}
