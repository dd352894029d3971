# SPDX-License-Identifier: MIT
# Modules as files, and what reads them on the host; included by the Makefile at the root.
LOADER_C := $(wildcard loader/*.c)
LOADER_H := $(wildcard loader/*.h loader/host/*.h)
LOADER_HOST_C := $(wildcard loader/host/*.c)
SHO := PYTHONDONTWRITEBYTECODE=1 $(PY) tools/module/sho.py
SHO_PY := tools/module/sho.py tools/module/elf.py

# KEY signs, and it and those of TRUST are trusted. PEM files; KEY is made when it is not given.
KEY ?= $(BUILD)/keys/signing.pem
TRUST ?=
$(BUILD)/keys/signing.pem:
	@$(SHO) key -o $@
$(BUILD)/gen/keys: FORCE
	@mkdir -p $(@D)
	@echo '$(KEY) $(TRUST)' | cmp -s - $@ || echo '$(KEY) $(TRUST)' > $@
$(BUILD)/gen/trusted_keys.inc: $(KEY) $(TRUST) $(BUILD)/gen/keys $(SHO_PY)
	@$(SHO) keys $(KEY) $(TRUST) > $@.new && mv $@.new $@

$(BUILD)/modinspect: $(LOADER_C) $(LOADER_HOST_C) $(LOADER_H) hypervisor/ports/safe.h $(BUILD)/gen/trusted_keys.inc loader/build.mk
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) -std=gnu11 -O2 -g -Wall -Wextra -Wcast-qual -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Werror -I $(BUILD) \
	  -o $@ $(LOADER_C) $(LOADER_HOST_C) -lcrypto -lbearssl

# What the hypervisor and its modules share; its hash is in each module's manifest. Of a module's folder that is the header which is called as the folder
# is: only its own files include the others, and a version with others may take over (docs/decisions/0030-converted-state.md).
INTERFACE_H := $(wildcard hypervisor/core/*.h hypervisor/ports/*.h hypervisor/arch/*.h hypervisor/dispatch/*.h \
  $(foreach d,$(wildcard hypervisor/modules/*),$(d)/$(notdir $(d)).h) xen-compat/*.h xen-compat/kimage/*.h)
$(BUILD)/gen/interface: FORCE
	@mkdir -p $(@D)
	@$(SHO) interface $(INTERFACE_H) > $@.new && { cmp -s $@.new $@ || mv $@.new $@; }

# The same as C, for the hypervisor.
$(BUILD)/gen/interface.inc: $(BUILD)/gen/interface
	@sed 's/../0x&, /g' $< > $@

MODULE_MANIFESTS := $(filter-out %/faulty.manifest,$(wildcard hypervisor/modules/*/*.manifest)) xen-compat/xen_compat.manifest \
  xen-compat/kimage/kimage.manifest
MODULE_NAMES := $(notdir $(MODULE_MANIFESTS:.manifest=))
MODULES := $(MODULE_NAMES:%=$(BUILD)/modules/%.sho)
# The same without a signature of their own, for the bundle.
MODULE_FILES := $(MODULE_NAMES:%=$(BUILD)/obj/modules/%.sho)

.PHONY: modules
modules: $(MODULES) $(BUILD)/modules/bundle $(BUILD)/modinspect ## every module as a signed file, build/modules/NAME.sho; KEY=key.pem signs, TRUST="a.pem b.pem" are trusted too

# $(1): a module's manifest. Its objects are those of its folder.
define module_rule
$(BUILD)/obj/modules/$(notdir $(1:.manifest=)).sho: $(1) $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(dir $(1))*.c)) $(BUILD)/gen/interface $(PROOFS) $(SHO_PY)
	$$(if $$(filter 0,$$(SAFECC)),$$(error modules are made of what safecc wrote, not with SAFECC=0))
	@mkdir -p $$(@D)
	@echo "  SHO $$(@F)"
	@$(SHO) make -o $$@ --manifest $(1) --interface "$$$$(cat $(BUILD)/gen/interface)" $$(if $$(wildcard $(BUILD)/safecc),--safecc $(BUILD)/safecc) \
	  --proofs $(PROOFS) --sources $(patsubst ./%,%,$(wildcard $(dir $(1))*.c)) -- $$(filter %.o,$$^)
endef
$(foreach m,$(MODULE_MANIFESTS) hypervisor/modules/faulty/faulty.manifest,$(eval $(call module_rule,$(m))))

$(BUILD)/modules/%.sho: $(BUILD)/obj/modules/%.sho $(KEY) $(BUILD)/gen/keys
	@mkdir -p $(@D)
	@cp $< $@.new && $(SHO) sign --key $(KEY) $@.new && mv $@.new $@
$(BUILD)/modules/bundle: $(MODULE_FILES) $(KEY) $(BUILD)/gen/keys
	@mkdir -p $(@D)
	@$(SHO) bundle -o $@ --key $(KEY) $(filter %.sho,$^)

.PHONY: test-loader
test-loader: ## the loader's tests: crafted files, ld.lld's opinion, 10,000 mutations (about half a minute); COUNT= and SEED= of these
	@$(MAKE) --no-print-directory -C tests/loader BUILD=$(BUILD)
