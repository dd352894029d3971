# SPDX-License-Identifier: MIT
# The only entry point.  `make help` lists what a person can do.
SHELL := /bin/bash
BUILD ?= $(CURDIR)/build
CC := clang-19
LD := ld.lld-19
VERSION := 0.1
PY := /usr/bin/python3

# ---- the hypervisor ----
INCLUDES := -I hypervisor -I . -I $(BUILD)/gen -I $(BUILD)
CFLAGS_TARGET := -include core/fuel.h -std=gnu11 -ffreestanding -O2 -g -fpie -fdirect-access-external-data -fvisibility=hidden \
  -fno-jump-tables -fno-asynchronous-unwind-tables -fno-addrsig -mno-red-zone -mgeneral-regs-only \
  -fno-stack-protector -fsanitize=kcfi -ffile-prefix-map=$(CURDIR)/=
CFLAGS_WARN := -Wall -Wextra -Wcast-qual -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wno-unused-parameter -Werror
CFLAGS := $(CFLAGS_TARGET) $(CFLAGS_WARN) -D__XEN_INTERFACE_VERSION__=0x00040e00 -DSAFEHYPE_VERSION='"$(VERSION)"' $(INCLUDES)
ASFLAGS := -g $(INCLUDES) -ffile-prefix-map=$(CURDIR)/=
CORE_C := $(filter-out hypervisor/arch/asm_offsets.c,$(wildcard hypervisor/boot/*.c hypervisor/arch/*.c hypervisor/core/*.c hypervisor/dispatch/*.c \
  hypervisor/unpack/*.c)) $(wildcard loader/*.c)
MODULES_C := $(filter-out hypervisor/modules/faulty/faulty.c,$(wildcard hypervisor/modules/*/*.c xen-compat/*.c xen-compat/*/*.c))
HV_C := $(CORE_C) $(MODULES_C)
HV_S := $(wildcard hypervisor/boot/*.S hypervisor/arch/*.S)
CORE_O := $(CORE_C:%.c=$(BUILD)/obj/%.o) $(HV_S:%.S=$(BUILD)/obj/%.o)
MODULES_O := $(MODULES_C:%.c=$(BUILD)/obj/%.o)
HV_O := $(CORE_O) $(MODULES_O)
LIBDIR := /usr/lib/x86_64-linux-gnu
HV_LIBS := $(LIBDIR)/libbearssl.a $(LIBDIR)/liblzma.a $(LIBDIR)/libz.a $(LIBDIR)/liblz4.a $(LIBDIR)/libzstd.a
LDFLAGS := -static --gc-sections --no-undefined -z max-page-size=4096 -z noexecstack --build-id=sha1

# ---- safecc compiles all of it; SAFECC=0 is plain clang, for comparison ----
include safecc/build.mk
include verifier/verifier.mk
include loader/build.mk
include tools/shctl/build.mk
SAFECC ?= 1
SAFECC_PATHS := $(shell sed 's/\#.*//' .safecc)
SAFE_C := $(sort $(HV_C) $(LOADER_C))
# A program has one scheduler: the other is looked at in a second one.
SAFE_C_ONE := $(filter-out hypervisor/modules/sched_rr/%,$(SAFE_C))
SAFECC_CODE := $(filter-out -ffile-prefix-map=%,$(CFLAGS_TARGET)) -D__XEN_INTERFACE_VERSION__=0x00040e00 -DSAFEHYPE_VERSION='"$(VERSION)"' $(INCLUDES)
include examples/build.mk
include tools/module/extension.mk
include tests/modules/build.mk

.DEFAULT_GOAL := all
.PHONY: all
all: $(BUILD)/safehype $(BUILD)/safehype.pvh $(BUILD)/shctl ## build/safehype: the hypervisor; build/shctl

$(BUILD)/gen/asm_offsets.h: hypervisor/arch/asm_offsets.c $(wildcard hypervisor/core/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -fsanitize=kcfi -g,$(CFLAGS)) -S $< -o - | sed -n 's/.*=>\([A-Z0-9_]*\) \([0-9]*\)".*/#define \1 \2/p' > $@

$(BUILD)/obj/hypervisor/core/signature.o: $(BUILD)/gen/trusted_keys.inc
$(BUILD)/obj/hypervisor/core/image_tables.o: $(BUILD)/gen/interface.inc
$(BUILD)/obj/%.o: %.c $(BUILD)/gen/asm_offsets.h Makefile
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

ifneq ($(SAFECC),0)
# The plain compiler first, for its warnings and the list of headers; then safecc, which leaves NAME.checked.c beside the object.
$(SAFE_C:%.c=$(BUILD)/obj/%.o) $(BUILD)/obj/hypervisor/modules/faulty/faulty.o: $(BUILD)/obj/%.o: %.c $(BUILD)/gen/asm_offsets.h Makefile $(BUILD)/safecc
	@mkdir -p $(@D)
	@echo "  SC  $<"
	@$(CC) $(CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -fsyntax-only $<
	@$(BUILD)/safecc -c $< -o $@ --json $(@:.o=.json) $(SAFECC_CODE) $(SAFECC_PATHS) $(PROVED_ARGS)
$(PROVED_O): $(BUILD)/obj/%.o: $(BUILD)/proved/%.c.json
endif

$(BUILD)/obj/%.o: %.S $(BUILD)/gen/asm_offsets.h Makefile
	@mkdir -p $(@D)
	@echo "  AS  $<"
	@$(CC) $(ASFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/hypervisor.lds: hypervisor/hypervisor.lds hypervisor/core/layout.h
	@mkdir -p $(@D)
	@$(CC) -E -P -x c -I hypervisor $< -o $@

# What is linked: a module that was removed is linked no more.
.PHONY: FORCE
FORCE:
$(BUILD)/gen/objects: LINKED = $(HV_C) $(HV_S)
$(BUILD)/gen/safecc_objects: LINKED = $(SAFECC_CPP) $(SAFECC_PAGES)
$(BUILD)/gen/rule_pages.cpp: $(BUILD)/gen/safecc_objects
$(BUILD)/gen/objects $(BUILD)/gen/safecc_objects: FORCE
	@mkdir -p $(@D)
	@echo '$(LINKED)' | cmp -s - $@ || echo '$(LINKED)' > $@

# ---- the image: the core, and the modules in a bundle. Plain clang writes no types for the loader: there the modules are linked in ----
ifneq ($(SAFECC),0)
IMAGE_O := $(CORE_O)
IMAGE_MODULES := $(MODULE_FILES)
IMAGE_BUNDLE := $(BUILD)/modules/bundle
else
IMAGE_O := $(filter-out $(BUILD)/obj/hypervisor/modules/sched_rr/%,$(HV_O))
IMAGE_MODULES :=
IMAGE_BUNDLE :=
endif
# Two links: the first with empty tables of names and places, from which the second's are made. What does not depend on places comes before.
# $(1): the tables' name; $(2): objects of the core; $(3): modules; $(4): the bundle.
define make_fixed_tables
	@mkdir -p $(BUILD)/gen
	@tools/module/image.py stubs --objects $(2) --modules $(3) > $(BUILD)/gen/$(1).S && tools/module/image.py exports --objects $(2) --modules $(3) >> $(BUILD)/gen/$(1).S
	@tools/module/image.py bundle --objects $(2) --modules $(4) >> $(BUILD)/gen/$(1).S
	@$(CC) -c $(BUILD)/gen/$(1).S -o $(BUILD)/obj/$(1).o
endef
# $(1): the tables' name; $(2): the first link, or --empty; $(3): objects of the core; $(4): modules.
define make_tables
	@$(PY) tools/build/ksyms.py $(2) > $(BUILD)/gen/$(1).S
	@$(PY) tools/build/relocs.py $(2) >> $(BUILD)/gen/$(1).S
	@tools/module/image.py sites --objects $(3) --modules $(4) $(if $(filter --empty,$(2)),,--elf $(2)) >> $(BUILD)/gen/$(1).S
	@$(CC) -c $(BUILD)/gen/$(1).S -o $(BUILD)/obj/$(1).o
endef
# $(1): the image; $(2): its objects, the tables' too; $(3): more options.
define link_image
	@$(LD) $(LDFLAGS) $(3) -T $(BUILD)/gen/hypervisor.lds -o $(1) $(2) --start-group $(HV_LIBS) --end-group
endef
# $(1): the image's name; $(2): its objects; $(3): modules; $(4): the bundle.
define link_twice
	$(call make_fixed_tables,fixed-$(1),$(2),$(3),$(4))
	$(call make_tables,empty-$(1),--empty,$(2),$(3))
	$(call link_image,$(BUILD)/obj/pass1-$(1).elf,$(2) $(BUILD)/obj/fixed-$(1).o $(BUILD)/obj/empty-$(1).o,--emit-relocs)
	$(call make_tables,tables-$(1),$(BUILD)/obj/pass1-$(1).elf,$(2),$(3))
	@echo "  LD  $@"
	$(call link_image,$(BUILD)/$(1).dbg,$(2) $(BUILD)/obj/fixed-$(1).o $(BUILD)/obj/tables-$(1).o)
	@llvm-objcopy-19 --strip-all $(BUILD)/$(1).dbg $(BUILD)/$(1)
endef
IMAGE_TOOLS := $(BUILD)/gen/hypervisor.lds $(BUILD)/gen/objects tools/build/ksyms.py tools/build/relocs.py tools/module/image.py
$(BUILD)/obj/%.elf: ;
$(BUILD)/safehype.dbg: $(BUILD)/safehype ;
$(BUILD)/safehype: $(IMAGE_O) $(IMAGE_MODULES) $(IMAGE_BUNDLE) $(IMAGE_TOOLS)
	$(call link_twice,safehype,$(IMAGE_O),$(IMAGE_MODULES),$(IMAGE_BUNDLE))
	@echo "  OK  $@ ($$(stat -c %s $@) bytes)"

# QEMU looks for multiboot first: this one has no such header.
.PHONY: pvh
pvh: $(BUILD)/safehype.pvh ## build/safehype.pvh: the same for loaders that enter by PVH (part of all)
$(BUILD)/safehype.pvh: $(BUILD)/safehype
	@llvm-objcopy-19 --remove-section=.multiboot1 $< $@

-include $(HV_O:.o=.d)

# Variants, for tests: an object or a module instead of others.
# With a module that is wrong on purpose.
FAULTY_O := $(filter-out $(BUILD)/obj/hypervisor/dispatch/hypercall.o,$(IMAGE_O)) $(BUILD)/obj/hypercall_faulty.o
$(BUILD)/obj/hypercall_faulty.o: hypervisor/dispatch/hypercall.c $(BUILD)/gen/asm_offsets.h Makefile $(BUILD)/safecc
	@$(BUILD)/safecc -c $< -o $@ $(SAFECC_CODE) -DFAULTY_MODULE $(SAFECC_PATHS)
$(BUILD)/modules/bundle-faulty: $(MODULE_FILES) $(BUILD)/obj/modules/faulty.sho $(KEY)
	@$(SHO) bundle -o $@ --key $(KEY) $(MODULE_FILES) $(BUILD)/obj/modules/faulty.sho
.PHONY: faulty
faulty: $(BUILD)/safehype-faulty
$(BUILD)/safehype-faulty: $(FAULTY_O) $(BUILD)/modules/bundle-faulty $(IMAGE_TOOLS)
	$(call link_twice,safehype-faulty,$(FAULTY_O),$(MODULE_FILES) $(BUILD)/obj/modules/faulty.sho,$(BUILD)/modules/bundle-faulty)

# With a counter that every CPU writes to at each hypercall: make bench-scale must see it.
CONTROL_O := $(filter-out $(BUILD)/obj/hypervisor/arch/entry.o,$(IMAGE_O)) $(BUILD)/obj/entry_scale_control.o
$(BUILD)/obj/entry_scale_control.o: hypervisor/arch/entry.S $(BUILD)/gen/asm_offsets.h Makefile
	@$(CC) $(ASFLAGS) -DSCALE_CONTROL -c $< -o $@
.PHONY: scale-tools
scale-tools: $(BUILD)/safehype-scale-control $(BUILD)/bench/scale/plugin.so $(BUILD)/bench/numa/plugin.so
$(BUILD)/safehype-scale-control: $(CONTROL_O) $(IMAGE_MODULES) $(IMAGE_BUNDLE) $(IMAGE_TOOLS)
	$(call link_twice,safehype-scale-control,$(CONTROL_O),$(IMAGE_MODULES),$(IMAGE_BUNDLE))

# ---- running it ----
GUEST := $(BUILD)/guest
.PHONY: deps run run-xen gdb bench bench-quick bench-scale bench-numa
deps: ## install the Debian packages that are missing (with apt)
	@tools/build/deps.sh

run: deps ## boot a stock Debian kernel as the first domain; its console is yours
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tools/run/run.sh $(RUN_ARGS)

run-xen: deps ## the same on Debian's Xen 4.17
	@BUILD=$(BUILD) tools/run/run.sh --xen $(RUN_ARGS)

.PHONY: iso
iso: deps ## build/safehype.iso: boots on BIOS and UEFI, from a CD or a USB stick
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tools/run/mkiso.sh $(BUILD)/safehype.iso

gdb: deps ## boot under gdb: symbols, and commands sh-domains, sh-vcpus, sh-runq, sh-frame MFN
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tools/gdb/gdb.sh $(RUN_ARGS)

bench: deps ## measure against Debian's Xen 4.17 in one run (about four minutes)
	@$(MAKE) --no-print-directory all
	@BUILD=$(BUILD) tools/bench/bench.sh --build $(BUILD) $(BENCH_ARGS)

$(BUILD)/bench/%/plugin.so: tools/bench/%/plugin.c tools/bench/scale/plugin_api.h Makefile
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) -std=gnu11 -O2 -Wall -Wextra -Wno-unused-parameter -Werror -fPIC -fvisibility=hidden -shared $< -o $@

bench-scale: deps ## what an operation costs with 1, 4, 16 and 64 CPUs: instructions, atomics, locks, shared lines (about a minute)
	@$(MAKE) --no-print-directory all guests scale-tools
	@$(PY) tools/bench/scale/scale.py --build $(BUILD) $(BENCH_ARGS)

bench-numa: deps ## what the hypervisor reaches on the CPU's own node while Linux boots (about two minutes); BENCH_ARGS="--nodes 4"
	@$(MAKE) --no-print-directory all $(BUILD)/bench/numa/plugin.so
	@tools/run/fetch-kernel.sh $(GUEST) && tools/run/mkinitramfs.sh $(GUEST)/initramfs.cpio.gz
	@$(PY) tools/bench/numa/numa.py --build $(BUILD) $(BENCH_ARGS)

bench-quick: ## the operations only (about a minute)
	@$(MAKE) --no-print-directory bench BENCH_ARGS=--quick

# ---- adding to it ----
.PHONY: new-module new-rule
# NAME, PORT, DIR and TITLE are those of the command line: some shells export a NAME of their own.
given = $(if $(filter command,$(origin $(1))),$($(1)))
new-module: export NAME := $(call given,NAME)
new-module: export PORT := $(call given,PORT)
new-module: export DIR := $(call given,DIR)
new-module: ## NAME=x: a new module of the image; PORT=hooks: an extension, loaded at run time; DIR=folder: outside (docs/handbook/extension.md, module.md)
	@$(PY) tools/build/new_module.py "$$NAME" "$$PORT" "$$DIR"

new-rule: export NAME := $(call given,NAME)
new-rule: export TITLE := $(call given,TITLE)
new-rule: ## a new rule of safecc, which checks something as it is; NAME=SC-nn (the next free number) TITLE="no such thing"
	@$(PY) tools/build/new_rule.py "$$NAME" "$$TITLE"

# For clangd, for `safecc -p DIR` and for tools/editor/safecc_lsp.py (docs/handbook/editor.md).
compile_commands.json: $(BUILD)/gen/asm_offsets.h FORCE ## how each file is compiled, for editors and for safecc -p
	@$(PY) tools/build/compile_commands.py $@ $(CURDIR) -- $(CC) $(CFLAGS) -- $(SAFE_C) $(EXAMPLES_C) hypervisor/modules/faulty/faulty.c \
	  -- clang++-19 $(SAFECC_CXXFLAGS) -include safecc/safecc.h -- $(SAFECC_CPP)

# ---- checking it ----
HV_H := $(wildcard hypervisor/boot/*.h hypervisor/arch/*.h hypervisor/core/*.h hypervisor/dispatch/*.h hypervisor/ports/*.h \
  hypervisor/unpack/unpack.h hypervisor/modules/*/*.h xen-compat/*.h xen-compat/kimage/kimage.h loader/*.h)
# Code that each implementation includes behind what it is about.
HV_PARTS := hypervisor/ports/sched_queue.h
FORMAT_FILES := $(SAFE_C) $(HV_H) hypervisor/arch/asm_offsets.c $(LOADER_HOST_C) loader/host/host.h $(wildcard tests/twin/*.[ch] tests/twin/*/*/*.h tools/shctl/*.[ch] examples/*/*.[ch] tests/modules/*.h tests/modules/*/*.c)
.PHONY: quick test test-all check check-safecc check-twins check-models mutate safecc-flags bench-safecc check-layers check-headers check-format check-tidy guests stats format help clean
quick: all ## the inner loop: build, layers, a handful of test guests (under 10 seconds)
	@$(PY) tools/check/layers.py
	@$(PY) tests/twin/mutants.py --texts
	@$(MAKE) --no-print-directory -s guests
	@$(PY) tests/guests/run.py --hypervisor $(BUILD)/safehype --build $(BUILD) version mmu-update-l1 mmuext-pin evtchn-delivery grant-map exceptions

test: deps ## everything CI runs; ends with "N passed, N failed"
	@$(MAKE) --no-print-directory -j2 all faulty scale-tools
	@BUILD=$(BUILD) $(PY) tests/all.py

test-all: deps ## the full acceptance run
	@$(MAKE) --no-print-directory -j2 all faulty scale-tools
	@BUILD=$(BUILD) $(PY) tests/all.py --full

guests: $(MODULES) ## build the PV test guests
	@$(MAKE) --no-print-directory -C tests/guests BUILD=$(BUILD)

check: check-layers check-headers check-safecc check-format check-tidy ## layers, headers, dialect, format, clang-tidy

$(BUILD)/gen/check_flags: Makefile $(BUILD)/gen/asm_offsets.h
	@echo '$(filter-out -fsanitize=kcfi -g,$(CFLAGS_TARGET)) -Wall -Wextra -Wcast-qual -Wno-unused-parameter -Werror -D__XEN_INTERFACE_VERSION__=0x00040e00 -DSAFEHYPE_VERSION="" $(INCLUDES)' > $@
check-layers:
	@$(PY) tools/check/layers.py
check-headers: $(BUILD)/gen/check_flags
	@$(PY) tools/check/headers.py $< $(filter-out $(HV_PARTS),$(HV_H))
check-safecc: $(BUILD)/safecc $(BUILD)/gen/asm_offsets.h ## safecc over the whole hypervisor; leaves build/safecc.json
	@start=$$(date +%s%N); $(BUILD)/safecc --check --json $(BUILD)/safecc.json $(SAFECC_CODE) $(SAFECC_PATHS) $(SAFE_C_ONE) hypervisor/modules/faulty/faulty.c && \
	  $(BUILD)/safecc --check $(SAFECC_CODE) $(SAFECC_PATHS) $(filter-out hypervisor/modules/sched_fair/%,$(SAFE_C)) && \
	  echo "safecc: $(words $(SAFE_C)) files, 0 findings, $$(( ($$(date +%s%N) - start) / 1000000 )) ms"
check-twins: ## modules in tiny worlds, every sequence of operations; and that each mutant of theirs is seen (tests/twin)
	@$(MAKE) --no-print-directory -s -j2 -O -C tests/twin BUILD=$(BUILD) explore
	@$(MAKE) --no-print-directory -s -C tests/twin BUILD=$(BUILD) mutants
check-models: ## spin looks at all that verifier/models may do, and finds each of their mutants
	@verifier/models/check --build $(BUILD)/models $(MODELS_ARGS)
mutate: $(BUILD)/safecc $(BUILD)/gen/asm_offsets.h ## take guards, bounds, locks and references out of the modules: does safecc see it? (about twenty minutes)
	@tests/safecc/mutate/mutate.py --safecc $(BUILD)/safecc --build $(BUILD)/mutate $(MUTATE_ARGS)
# Options, then files: what check-safecc gives safecc, for tools.
safecc-flags: $(BUILD)/gen/asm_offsets.h
	@printf '%s\n%s\n' "$$SAFECC_ARGUMENTS" "$(SAFE_C_ONE) hypervisor/modules/faulty/faulty.c" > $(FLAGS_FILE)
safecc-flags: export SAFECC_ARGUMENTS = $(SAFECC_CODE) $(SAFECC_PATHS)
bench-safecc: $(BUILD)/safecc ## what safecc's checks cost: time and size against clang (about four minutes)
	@tests/safecc/bench/bench.py --safecc $(BUILD)/safecc --build $(BUILD)/safecc-bench $(BENCH_ARGS)
check-format:
	@clang-format-19 --dry-run --Werror $(FORMAT_FILES) && echo "format: $(words $(FORMAT_FILES)) files"
check-tidy: $(BUILD)/gen/check_flags
	@printf '%s\n' $(SAFE_C) | xargs -P2 -n8 sh -c 'clang-tidy-19 --quiet --warnings-as-errors="*" "$$@" -- $$(cat $(BUILD)/gen/check_flags) 2>/dev/null' sh && echo "tidy: $(words $(SAFE_C)) files"
format: ## put the sources into shape with clang-format
	@clang-format-19 -i $(FORMAT_FILES)

stats: all check-safecc check-proofs ## figures of the tree and the image, as name: value lines
	@$(PY) tools/build/stats.py $(BUILD)

clean: ## remove what was built (downloads too)
	rm -rf $(BUILD)

help: ## this list
	@sed -n 's/^\([a-z_.-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo "  BUILD=dir puts what is built elsewhere; RUN_ARGS='--cpus 2 -m 1024' goes to tools/run/run.sh (see its --help)."
