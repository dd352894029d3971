/* SPDX-License-Identifier: MIT */
/*
 * image_tables.h - what the build wrote into the image for the loader (tools/module/image.py): the bundle of modules,
 * what they may import from the core, and where the core refers to them.
 */
#ifndef CORE_IMAGE_TABLES_H
#define CORE_IMAGE_TABLES_H

#include "core/base.h"
#include "loader/sho.h"

/* The bundle; nr 0: the modules are part of the image (make SAFECC=0). */
SC_CORE struct sho_bytes bundle_bytes(void);
/* Was it built with the headers that this is? */
SC_CORE bool interface_is_ours(struct sho_bytes hash);
/* Writable memory of the modules' area (core/layout.h); nr 0 when it is not all inside. */
SC_CORE struct sho_place_at area_data(uint64_t at, uint64_t nr_bytes);

struct core_export {
    uint64_t address;
    uint32_t nr; /* an object's size; 0: a function */
    struct sho_type type;
};
/* By name. */
SC_CORE bool core_export_find(struct sho_bytes name, struct core_export *out);

/* Functions of modules that the core calls, by number. */
SC_CORE uint32_t port_symbols_nr(void);
SC_CORE struct sho_bytes port_symbol_name(uint32_t symbol);
SC_CORE struct sho_type port_symbol_type(uint32_t symbol);

/* Where it does. */
enum port_site_kind { PORT_SITE_ADDRESS, PORT_SITE_CALL };
struct port_site {
    uint32_t offset; /* from WINDOW_BASE, of the word or of the call's distance */
    uint16_t symbol;
    uint16_t kind;
};
/* They are sorted by symbol: the first of one, or of those behind it. */
SC_CORE uint32_t port_sites_first(uint32_t symbol);
SC_CORE struct port_site port_site(uint32_t i);

#endif
