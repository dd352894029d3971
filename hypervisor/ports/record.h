/* SPDX-License-Identifier: MIT */
/*
 * record.h - what the records have in common in which a module writes its state for another version of it
 * (ports/evtchn.h, ports/gnttab.h).  They are described there, in full, and are part of the interface that a module was
 * built with.
 */
#ifndef PORTS_RECORD_H
#define PORTS_RECORD_H

#include "core/base.h"

/* Where in a domain's state a record is; { 0, 0 } at first. */
struct record_at {
    uint32_t kind, number;
};

/* What an export says. */
enum record {
    RECORD_FULL,  /* the record is filled */
    RECORD_EMPTY, /* there is nothing at that place: the record was left alone */
    RECORD_END,   /* nor behind it */
};

#endif
