/* SPDX-License-Identifier: MIT */
/*
 * kimage_load() over the table of images that make_inputs.py wrote: each is loaded twice, with windows of 4 KiB and of
 * 2 MiB, and compared with what the table says and with the memory that the maker computed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "hypervisor/unpack/unpack.h"
#include "sink.h"
#include "xen-compat/kimage/kimage.h"

#define CASES_MAX 200
#define ARENA_BYTES ((size_t)36 << 20)
#define SINK_LIMIT ((uint64_t)64 << 20)

struct image_case {
    char name[64];
    char file[64];
    char rc[16];
    char expect[1024];
    char memory[64];
};

static const char *folder;
static void *arena;
static struct image_case cases[CASES_MAX];
static struct CMUnitTest tests[CASES_MAX];

static uint8_t *read_input(const char *name, size_t *len)
{
    char path[512];
    uint8_t *bytes;

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    bytes = sink_read_file(path, len);
    assert_non_null(bytes);
    return bytes;
}

static const char *info_text(const struct kimage_info *info, const char *key)
{
    if (strcmp(key, "guest_os") == 0)
        return info->guest_os;
    if (strcmp(key, "guest_version") == 0)
        return info->guest_version;
    if (strcmp(key, "xen_version") == 0)
        return info->xen_version;
    return strcmp(key, "loader") == 0 ? info->loader : NULL;
}

#define FIELD(name) if (strcmp(key, #name) == 0) return info->name

static uint64_t info_number(const struct kimage_info *info, const char *key)
{
    FIELD(paddr_start);
    FIELD(paddr_end);
    FIELD(virt_kstart);
    FIELD(virt_kend);
    FIELD(virt_base);
    FIELD(paddr_offset);
    FIELD(virt_entry);
    FIELD(hypercall_page);
    FIELD(init_p2m);
    FIELD(hv_start_low);
    FIELD(phys32_entry);
    FIELD(l1_mfn_valid_mask);
    FIELD(l1_mfn_valid_value);
    FIELD(features_required);
    FIELD(features_supported);
    FIELD(pae);
    FIELD(has_notes);
    FIELD(mod_start_pfn);
    FIELD(suspend_cancel);
    FIELD(bsd_symtab);
    fail_msg("no field %s", key);
    return 0;
}

static void compare_field(const struct kimage_info *info, const char *key, const char *value)
{
    const char *text = info_text(info, key);
    uint64_t number;

    if (text != NULL) {
        assert_string_equal(text, value);
        return;
    }
    number = strcmp(value, "none") == 0 ? KIMAGE_NONE : strtoull(value, NULL, 0);
    if (info_number(info, key) != number)
        fail_msg("%s is %#llx, not %s", key, (unsigned long long)info_number(info, key), value);
}

static void compare_fields(const struct kimage_info *info, const char *expect)
{
    char copy[1024];
    char *rest = copy;
    char *item;

    snprintf(copy, sizeof(copy), "%s", expect);
    while ((item = strsep(&rest, " ")) != NULL) {
        char *value = strchr(item, '=');

        assert_non_null(value);
        *value = '\0';
        compare_field(info, item, value + 1);
    }
}

static void compare_memory(const char *name)
{
    size_t len;
    uint8_t *bytes = read_input(name, &len);

    assert_int_equal(sink_get()->nr_bytes, len);
    for (size_t i = 0; i < len; i++)
        if (sink_byte(i) != bytes[i])
            fail_msg("memory differs at offset %#zx", i);
    free(bytes);
}

static void load_case(const struct image_case *image, uint64_t chunk_bytes)
{
    struct kimage_info info;
    size_t len;
    uint8_t *bytes = read_input(image->file, &len);
    int rc;

    sink_reset(chunk_bytes, SINK_LIMIT);
    unpack_arena_set(arena, ARENA_BYTES);
    rc = kimage_load(bytes, len, &info);
    free(bytes);
    if (strcmp(image->rc, "any") == 0)
        assert_int_not_equal(rc, 0);
    else if (rc != atoi(image->rc))
        fail_msg("rc is %d (%s), not %s", rc, kimage_error(), image->rc);
    if (rc == 0)
        compare_fields(&info, image->expect);
    else if (strstr(kimage_error(), image->expect) == NULL)
        fail_msg("the reason is \"%s\", without \"%s\"", kimage_error(), image->expect);
    if (rc == 0 && strcmp(image->memory, "-") != 0)
        compare_memory(image->memory);
}

static void run_case(void **state)
{
    load_case(*state, 4096);
    load_case(*state, (uint64_t)2 << 20);
}

static size_t read_cases(void)
{
    char path[512];
    char line[2048];
    size_t count = 0;
    FILE *file;

    snprintf(path, sizeof(path), "%s/cases.tsv", folder);
    file = fopen(path, "r");
    while (file != NULL && fgets(line, sizeof(line), file) != NULL && count < CASES_MAX) {
        struct image_case *image = &cases[count];
        char *rest = line;

        line[strcspn(line, "\n")] = '\0';
        snprintf(image->name, sizeof(image->name), "%s", strsep(&rest, "\t"));
        snprintf(image->file, sizeof(image->file), "%s", strsep(&rest, "\t"));
        snprintf(image->rc, sizeof(image->rc), "%s", strsep(&rest, "\t"));
        snprintf(image->expect, sizeof(image->expect), "%s", strsep(&rest, "\t"));
        snprintf(image->memory, sizeof(image->memory), "%s", rest);
        tests[count] = (struct CMUnitTest){ image->name, run_case, NULL, NULL, image };
        count++;
    }
    if (file != NULL)
        fclose(file);
    return count;
}

int main(int argc, char **argv)
{
    size_t count;

    if (argc != 2)
        return 2;
    folder = argv[1];
    arena = malloc(ARENA_BYTES);
    count = read_cases();
    if (count == 0)
        return 2;
    return _cmocka_run_group_tests("kimage", tests, count, NULL, NULL);
}
