# SPDX-License-Identifier: MIT
# Modules for the tests; included by the Makefile at the root. HOOKS have their own sources; the others are sched_rr with something wrong in it.
# NAME:FUNCTION:STATEMENT, which comes first in the function.
SCHED_VARIANTS := trap_sched:sched_pick:trap_from(300) spin_sched:sched_pick:spin_from(300) trap_import:sched_import_state:trap_from(1) \
  refuse_import:sched_import_state:return|-EINVAL trap_export:sched_export_state:trap_from(1) other_layout:sched_abi_id:(void)0
HOOKS := trap_hook large_hook
VARIANT_NAMES := $(foreach v,$(SCHED_VARIANTS),$(word 1,$(subst :, ,$(v))))
TEST_MODULES := $(patsubst %,$(BUILD)/test-modules/%.sho,$(HOOKS) $(VARIANT_NAMES))
TEST_MODULES_C := $(VARIANT_NAMES:%=$(BUILD)/gen/test-modules/%.c)
hook_object = $(BUILD)/obj/tests/modules/$(1)/$(1).o
TEST_MODULES_O := $(foreach h,$(HOOKS),$(call hook_object,$(h))) $(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o)

.PHONY: test-modules
test-modules: $(TEST_MODULES)
ifneq ($(SAFECC),0)
all: test-modules
endif

# Its run queues have other fields, in another order, and another size.
define variant_rule
$(BUILD)/gen/test-modules/$(1).c: hypervisor/modules/sched_rr/sched_rr.c tests/modules/build.mk
	@mkdir -p $$(@D)
	@sed -e 's/ {}$$$$/\n{\n}/' $$< | sed -e '0,/^#include/s//#include "tests\/modules\/trap.h"\n#include/' -e '/\b$(2)(/,/^{/ s/^{/{\n    $(subst |, ,$(3));/' \
	  $(if $(filter other_layout,$(1)),-e 's/^struct runq {/struct runq {\n    uint64_t first[4] SC_ATOMIC;/' -e 's/^    spinlock_t lock.*/&\n    uint64_t more[3] SC_ATOMIC;/') > $$@
endef
$(foreach v,$(SCHED_VARIANTS),$(eval $(call variant_rule,$(word 1,$(subst :, ,$(v))),$(word 2,$(subst :, ,$(v))),$(word 3,$(subst :, ,$(v))))))

$(foreach h,$(HOOKS),$(call hook_object,$(h))): $(BUILD)/obj/%.o: %.c
$(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o): $(BUILD)/obj/test-modules/%.o: $(BUILD)/gen/test-modules/%.c
$(TEST_MODULES_O): tests/modules/trap.h $(BUILD)/gen/asm_offsets.h $(BUILD)/safecc $(INTERFACE_H)
	@mkdir -p $(@D)
	@echo "  SC  $(filter %.c,$^)"
	@$(BUILD)/safecc -c $(filter %.c,$^) -o $@ $(SAFECC_CODE) $(SAFECC_PATHS)

# $(1): its name, $(2): its object, $(3): its manifest.
define test_module_rule
$(BUILD)/test-modules/$(1).sho: $(2) $(3) $(BUILD)/gen/interface $(KEY) $(SHO_PY)
	@mkdir -p $$(@D)
	@mkdir -p $(BUILD)/gen/test-modules && cp $(3) $(BUILD)/gen/test-modules/$(1).manifest
	@$(SHO) make -o $$@.new --manifest $(BUILD)/gen/test-modules/$(1).manifest --interface $$$$(cat $(BUILD)/gen/interface) --safecc $(BUILD)/safecc $(2)
	@$(SHO) sign --key $(KEY) $$@.new && mv $$@.new $$@
endef
$(foreach h,$(HOOKS),$(eval $(call test_module_rule,$(h),$(call hook_object,$(h)),tests/modules/$(h)/$(h).manifest)))
$(foreach n,$(VARIANT_NAMES),$(eval $(call test_module_rule,$(n),$(BUILD)/obj/test-modules/$(n).o,hypervisor/modules/sched_rr/sched_rr.manifest)))
