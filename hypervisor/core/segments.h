/* SPDX-License-Identifier: MIT */
/*
 * segments.h - descriptor tables and segment state of the vcpu in the machine.
 * Source: AMD APM vol. 2, chapter 4.
 */
#ifndef CORE_SEGMENTS_H
#define CORE_SEGMENTS_H

#include "core/domain.h"

#define SEL_HV_CS 0xe008
#define SEL_HV_DS 0xe010
#define SEL_TSS 0xe040
#define SEL_LDT 0xe050

SC_CORE void segments_save(struct vcpu *v);
/* prev: whose state was loaded before, or null. */
SC_CORE void segments_load(struct vcpu *v, const struct vcpu *prev SC_NULLABLE);
/* The hypervisor's own tables, for when no vcpu's state is in the machine. */
SC_CORE void segments_load_hv(struct cpu *cpu);
/* (Re)load v's LDT, v being in the machine. */
void segments_load_ldt(struct vcpu *v);
/* The bases of v, which is in the machine: with CR4.FSGSBASE it changes them without a trap. */
void segments_read_bases(struct vcpu *v);
/* v, which is in the machine, writes CR4: TSD and FSGSBASE are its own. */
void segments_guest_cr4(struct vcpu *v, uint64_t value);
/* The CPU has RDFSBASE and its kin, and a guest's kernel may turn them on. */
bool fsgsbase_offered(void);
/* (Re)load v's debug registers. */
void segments_load_debug(struct vcpu *v);
/* The page-table entry that maps this CPU's reserved GDT page. */
SC_CORE uint64_t cpu_gdt_pte(const struct cpu *cpu);
/* The guest switches between its kernel and its users. */
void toggle_guest_mode(struct vcpu *v);
/* Make GDT, TSS, entry stub and stacks of a CPU, with the first one the IDT. */
SC_CORE void cpu_make_tables(struct cpu *cpu);
/* This CPU runs on its own descriptor tables from here on. */
SC_CORE void cpu_load_tables(struct cpu *cpu);
/* SYSCALL entry MSRs of this CPU. */
SC_CORE void cpu_setup_syscall(struct cpu *cpu);

#endif
