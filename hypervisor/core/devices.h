/* SPDX-License-Identifier: MIT */
/*
 * devices.h - what a module may ask about devices and their interrupts: the
 * firmware's tables, interrupt lines, PCI configuration, messages.  A module
 * names this header, never arch/.
 */
#ifndef CORE_DEVICES_H
#define CORE_DEVICES_H

#include "arch/acpi.h"
#include "arch/apic.h"
#include "arch/ioapic.h"
#include "arch/msi.h"
#include "arch/pci.h"

#endif
