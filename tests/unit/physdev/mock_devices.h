/* SPDX-License-Identifier: MIT */
/* mock_devices.h - the machine below module physdev: 24 lines, line 4 the hypervisor's; device 00:04.0 with MSI (8) and MSI-X (4). */
#ifndef MOCK_DEVICES_H
#define MOCK_DEVICES_H

#include "core/devices.h"

#define MOCK_GSIS 24
#define MOCK_DEVICE 0x20

struct mock_line { bool level, low, masked; uint8_t vector; };
extern struct mock_line mock_lines[MOCK_GSIS];
extern unsigned mock_events[256]; /* evtchn_send_pirq, by pirq */
extern unsigned mock_nr_programmed, mock_nr_stopped, mock_nr_moved, mock_moved_from;
extern struct msi mock_last_msi;
void mock_devices_reset(void);

#endif
