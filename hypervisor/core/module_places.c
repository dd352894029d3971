/* SPDX-License-Identifier: MIT */
/* Where modules lie: pages of the area behind the image, by region (core/layout.h). */
#include "core/image.h"
#include "core/module_link.h"

#define AREA_PAGES (MODULES_DATA_BYTES / PAGE_SIZE)
static bool page_taken[SHO_REGIONS][AREA_PAGES] SC_BOOT;

static uint64_t area_start(enum sho_region region)
{
    return region == SHO_TEXT       ? image.area_text_start
           : region == SHO_READONLY ? image.area_readonly_start
                                    : image.area_data_start;
}

static uint64_t area_end(enum sho_region region)
{
    return region == SHO_TEXT       ? image.area_readonly_start
           : region == SHO_READONLY ? image.area_data_start
                                    : image.area_end;
}

/* So many pages of a region that nobody has: the first one's number, or AREA_PAGES. */
static uint64_t pages_find(enum sho_region region, uint64_t nr)
{
    uint64_t pages = (area_end(region) - area_start(region)) / PAGE_SIZE, run = 0;

    for (uint64_t i = 0; i < pages && i < AREA_PAGES; i++) {
        run = page_taken[region % SHO_REGIONS][i] ? 0 : run + 1;
        if (run >= nr)
            return i + 1 - run;
    }
    return AREA_PAGES;
}

static void pages_mark(enum sho_region region, uint64_t address, uint64_t nr_bytes, bool as)
{
    uint64_t first = (address - area_start(region)) / PAGE_SIZE, nr = (nr_bytes + PAGE_SIZE - 1) / PAGE_SIZE;

    for (uint64_t i = first; i < first + nr && i < AREA_PAGES; i++)
        page_taken[region % SHO_REGIONS][i] = as;
}

/* Those of the regions before `end`. */
static void regions_take_back(const struct module *m, uint32_t end)
{
    for (uint32_t r = SHO_TEXT; r < end && r < SHO_REGIONS; r++)
        pages_mark((enum sho_region)r, m->place[r], m->sho.region_bytes[r], false);
}

bool places_give(struct module *m)
{
    for (uint32_t r = SHO_TEXT; r < SHO_REGIONS; r++) {
        enum sho_region region = (enum sho_region)r;
        uint64_t nr_bytes = m->sho.region_bytes[r], nr = (nr_bytes + PAGE_SIZE - 1) / PAGE_SIZE;
        uint64_t first = nr == 0 ? 0 : pages_find(region, nr);

        if (first >= AREA_PAGES || (r != SHO_DATA && nr_bytes > STAGING_BYTES)) {
            regions_take_back(m, r);
            return false;
        }
        m->place[r] = area_start(region) + first * PAGE_SIZE;
        pages_mark(region, m->place[r], nr_bytes, true);
    }
    m->placed = true;
    return true;
}

void places_take_back(struct module *m)
{
    regions_take_back(m, SHO_REGIONS);
    m->placed = false;
}
