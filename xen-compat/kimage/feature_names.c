/* SPDX-License-Identifier: MIT */
/* The feature names of XEN_ELFNOTE_FEATURES; bits as in the Xen public header features.h. */
#include "internal.h"

const struct kfeature kfeatures[KFEATURES] = {
    { XENFEAT_writable_page_tables, KTEXT("writable_page_tables") },
    { XENFEAT_writable_descriptor_tables, KTEXT("writable_descriptor_tables") },
    { XENFEAT_auto_translated_physmap, KTEXT("auto_translated_physmap") },
    { XENFEAT_supervisor_mode_kernel, KTEXT("supervisor_mode_kernel") },
    { XENFEAT_pae_pgdir_above_4gb, KTEXT("pae_pgdir_above_4gb") },
    { XENFEAT_hvm_callback_vector, KTEXT("hvm_callback_vector") },
    { XENFEAT_dom0, KTEXT("dom0") },
};

/*@ requires inside(text, at, len) && f < KFEATURES;
    assigns \nothing;
    ensures \result == 0 || \result == 1;
    ensures is: \result == 1 <==> kfeature_names(text, at, len, f);
*/
static int feature_is(const struct kbytes *text, size_t at, size_t len, size_t f)
{
    return kbytes_equal(text, at, len, kfeatures[f].name, kfeatures[f].nr);
}

size_t kfeature_find(const struct kbytes *text, size_t at, size_t len)
{
    size_t f;

    /*@ loop invariant 0 <= f <= KFEATURES;
        loop invariant \forall integer g; 0 <= g < f ==> !kfeature_names(text, at, len, g);
        loop assigns f;
        loop variant KFEATURES - f;
    */
    for (f = 0; f < KFEATURES; f++)
        if (feature_is(text, at, len, f))
            break;
    return f;
}

uint32_t kfeature_bit(size_t f)
{
    return kfeatures[f].bit;
}
