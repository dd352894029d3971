# SPDX-License-Identifier: MIT
# The only entry point.  `make help` lists what a person can do.
SHELL := /bin/bash
BUILD ?= $(CURDIR)/build
CC := clang-19
LD := ld.lld-19
VERSION := 0.1
PY := /usr/bin/python3

# ---- the hypervisor ----
INCLUDES := -I hypervisor -I . -I $(BUILD)/gen
CFLAGS_TARGET := -std=gnu11 -ffreestanding -O2 -g -fpie -fdirect-access-external-data -fvisibility=hidden \
  -fno-jump-tables -fno-asynchronous-unwind-tables -fno-addrsig -mno-red-zone -mgeneral-regs-only \
  -fno-stack-protector -fsanitize=kcfi -ffile-prefix-map=$(CURDIR)/=
CFLAGS_WARN := -Wall -Wextra -Wcast-qual -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wno-unused-parameter -Werror
CFLAGS := $(CFLAGS_TARGET) $(CFLAGS_WARN) -D__XEN_INTERFACE_VERSION__=0x00040e00 -DSAFEHYPE_VERSION='"$(VERSION)"' $(INCLUDES)
ASFLAGS := -g $(INCLUDES) -ffile-prefix-map=$(CURDIR)/=
HV_C := $(filter-out hypervisor/arch/asm_offsets.c,$(wildcard hypervisor/boot/*.c hypervisor/arch/*.c hypervisor/core/*.c \
  hypervisor/dispatch/*.c hypervisor/unpack/*.c hypervisor/modules/*/*.c xen-compat/*.c xen-compat/*/*.c))
HV_S := $(wildcard hypervisor/boot/*.S hypervisor/arch/*.S)
HV_O := $(HV_C:%.c=$(BUILD)/obj/%.o) $(HV_S:%.S=$(BUILD)/obj/%.o)
LIBDIR := /usr/lib/x86_64-linux-gnu
HV_LIBS := $(LIBDIR)/liblzma.a $(LIBDIR)/libz.a $(LIBDIR)/liblz4.a $(LIBDIR)/libzstd.a
LDFLAGS := -static --gc-sections --no-undefined -z max-page-size=4096 -z noexecstack --build-id=sha1

.PHONY: all
all: $(BUILD)/safehype ## build/safehype: the hypervisor

$(BUILD)/gen/asm_offsets.h: hypervisor/arch/asm_offsets.c $(wildcard hypervisor/core/*.h)
	@mkdir -p $(@D)
	$(CC) $(filter-out -fsanitize=kcfi -g,$(CFLAGS)) -S $< -o - | sed -n 's/.*=>\([A-Z0-9_]*\) \([0-9]*\)".*/#define \1 \2/p' > $@

$(BUILD)/obj/%.o: %.c $(BUILD)/gen/asm_offsets.h Makefile
	@mkdir -p $(@D)
	@echo "  CC  $<"
	@$(CC) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/obj/%.o: %.S $(BUILD)/gen/asm_offsets.h Makefile
	@mkdir -p $(@D)
	@echo "  AS  $<"
	@$(CC) $(ASFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/gen/hypervisor.lds: hypervisor/hypervisor.lds hypervisor/core/layout.h
	@mkdir -p $(@D)
	@$(CC) -E -P -x c -I hypervisor $< -o $@

# Two links: the first with an empty name table, from whose symbols the second's is made.
$(BUILD)/gen/ksyms_empty.S: tools/build/ksyms.py
	@mkdir -p $(@D)
	@$(PY) tools/build/ksyms.py --empty > $@
$(BUILD)/obj/%.elf: ;
$(BUILD)/obj/pass1.elf: $(HV_O) $(BUILD)/gen/hypervisor.lds $(BUILD)/gen/ksyms_empty.S
	@$(CC) -c $(BUILD)/gen/ksyms_empty.S -o $(BUILD)/obj/ksyms_empty.o
	@$(LD) $(LDFLAGS) -T $(BUILD)/gen/hypervisor.lds -o $@ $(HV_O) $(BUILD)/obj/ksyms_empty.o --start-group $(HV_LIBS) --end-group
$(BUILD)/safehype.dbg: $(BUILD)/obj/pass1.elf tools/build/ksyms.py
	@$(PY) tools/build/ksyms.py $< > $(BUILD)/gen/ksyms.S
	@$(CC) -c $(BUILD)/gen/ksyms.S -o $(BUILD)/obj/ksyms.o
	@echo "  LD  $@"
	@$(LD) $(LDFLAGS) -T $(BUILD)/gen/hypervisor.lds -o $@ $(HV_O) $(BUILD)/obj/ksyms.o --start-group $(HV_LIBS) --end-group
$(BUILD)/safehype: $(BUILD)/safehype.dbg
	@llvm-objcopy-19 --strip-all $< $@
	@echo "  OK  $@ ($$(stat -c %s $@) bytes)"

-include $(HV_O:.o=.d)
