# SPDX-License-Identifier: MIT
# Modules, their keys and tools; included by the Makefile at the root.
LOADER_C := $(wildcard loader/*.c)
MODULE_NAMES := $(filter-out faulty,$(patsubst hypervisor/modules/%/,%,$(wildcard hypervisor/modules/*/))) xen_compat kimage
MODULE_FILES := $(MODULE_NAMES:%=$(BUILD)/modules/%.sho)
SIGNED_FILES := $(MODULE_NAMES:%=$(BUILD)/modules/signed/%.sho)
KEY ?= $(BUILD)/keys/signing.pem
TRUST ?=
SHO := tools/module/sho.py
INTERFACE_H := $(wildcard hypervisor/core/*.h hypervisor/ports/*.h hypervisor/arch/*.h hypervisor/dispatch/*.h hypervisor/modules/*/*.h xen-compat/*.h xen-compat/kimage/*.h)

# $(1): a module; where its sources are.
module_folder = $(if $(filter xen_compat,$(1)),xen-compat,$(if $(filter kimage,$(1)),xen-compat/kimage,hypervisor/modules/$(1)))
module_objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(call module_folder,$(1))/*.c))

.PHONY: modules
modules: $(BUILD)/modules/bundle $(SIGNED_FILES) $(BUILD)/modinspect ## build/modules: every module as NAME.sho, and the signed bundle; build/modinspect

$(BUILD)/keys/signing.pem:
	@$(SHO) key -o $@
$(BUILD)/gen/trusted_keys.inc: $(KEY) $(TRUST) $(SHO)
	@mkdir -p $(@D)
	@$(SHO) keys $(KEY) $(TRUST) > $@ || { rm -f $@; exit 1; }
$(BUILD)/gen/interface: $(INTERFACE_H) $(SHO)
	@mkdir -p $(@D)
	@$(SHO) interface $(INTERFACE_H) > $@ || { rm -f $@; exit 1; }
$(BUILD)/gen/interface.inc: $(BUILD)/gen/interface
	@sed 's/../0x&, /g' $< > $@

define module_rule
$(BUILD)/modules/$(1).sho: $(call module_objects,$(1)) $(call module_folder,$(1))/$(1).manifest $(BUILD)/gen/interface $(SHO) tools/module/elf.py
	@mkdir -p $$(@D)
	@echo "  SHO $(1)"
	@$(SHO) make -o $$@ --manifest $(call module_folder,$(1))/$(1).manifest --interface $$$$(cat $(BUILD)/gen/interface) --safecc $(BUILD)/safecc $(call module_objects,$(1))
endef
$(foreach m,$(MODULE_NAMES) faulty,$(eval $(call module_rule,$(m))))

# One by one, to load at run time.
$(BUILD)/modules/signed/%.sho: $(BUILD)/modules/%.sho $(KEY)
	@mkdir -p $(@D)
	@cp $< $@.new && $(SHO) sign --key $(KEY) $@.new && mv $@.new $@

$(BUILD)/modules/bundle: $(MODULE_FILES) $(KEY)
	@$(SHO) bundle -o $@ --key $(KEY) $(MODULE_FILES)

$(BUILD)/modinspect: $(LOADER_C) $(wildcard loader/*.h loader/host/*) hypervisor/ports/safe.h $(BUILD)/gen/trusted_keys.inc
	@echo "  CC  $@"
	@$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Werror -I $(BUILD) -o $@ $(LOADER_C) loader/host/*.c -lcrypto -lbearssl
