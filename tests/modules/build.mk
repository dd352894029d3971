# SPDX-License-Identifier: MIT
# Modules for the tests; included by the Makefile at the root. HOOKS have their own sources; the others are modules of the image with something
# wrong in one file. NAME:FILE:FUNCTION:STATEMENT, which comes first in the function.
VARIANTS := trap_sched:sched_rr/sched_rr:sched_pick:trap_from(300) spin_sched:sched_rr/sched_rr:sched_pick:spin_from(300) \
  trap_import:sched_rr/sched_rr:sched_import_state:trap_from(1) refuse_import:sched_rr/sched_rr:sched_import_state:return|-EINVAL \
  trap_export:sched_rr/sched_rr:sched_export_state:trap_from(1) other_layout:sched_rr/sched_rr:sched_abi_id:(void)0 \
  trap_send:evtchn/evtchn:evtchn_send:trap_from(300) trap_virq:evtchn/evtchn:evtchn_send_virq:trap_from(50)
HOOKS := trap_hook large_hook
part = $(word $(1),$(subst :, ,$(2)))
VARIANT_NAMES := $(foreach v,$(VARIANTS),$(call part,1,$(v)))
TEST_MODULES := $(patsubst %,$(BUILD)/test-modules/%.sho,$(HOOKS) $(VARIANT_NAMES))
hook_object = $(BUILD)/obj/tests/modules/$(1)/$(1).o
TEST_MODULES_O := $(foreach h,$(HOOKS),$(call hook_object,$(h))) $(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o)

.PHONY: test-modules
test-modules: $(TEST_MODULES)
ifneq ($(SAFECC),0)
all: test-modules
endif

# Those of other_layout: its run queues have other fields, in another order, and another size.
define variant_rule
$(BUILD)/gen/test-modules/$(1).c: hypervisor/modules/$(2).c tests/modules/build.mk
	@mkdir -p $$(@D)
	@sed -e 's/ {}$$$$/\n{\n}/' $$< | sed -e '0,/^#include/s//#include "tests\/modules\/trap.h"\n#include/' -e '/^[a-z].*\b$(3)(/,/^{/ s/^{/{\n    $(subst |, ,$(4));/' \
	  $(if $(filter other_layout,$(1)),-e 's/^struct runq {/struct runq {\n    uint64_t first[4] SC_ATOMIC;/' -e 's/^    spinlock_t lock.*/&\n    uint64_t more[3] SC_ATOMIC;/') > $$@
endef
$(foreach v,$(VARIANTS),$(eval $(call variant_rule,$(call part,1,$(v)),$(call part,2,$(v)),$(call part,3,$(v)),$(call part,4,$(v)))))

$(foreach h,$(HOOKS),$(call hook_object,$(h))): $(BUILD)/obj/%.o: %.c
$(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o): $(BUILD)/obj/test-modules/%.o: $(BUILD)/gen/test-modules/%.c
$(TEST_MODULES_O): tests/modules/trap.h $(BUILD)/gen/asm_offsets.h $(BUILD)/safecc
	@mkdir -p $(@D)
	@echo "  SC  $(filter %.c,$^)"
	@$(CC) $(CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -fsyntax-only $(filter %.c,$^)
	@$(BUILD)/safecc -c $(filter %.c,$^) -o $@ $(SAFECC_CODE) $(SAFECC_PATHS)

# $(1): its name, $(2): its objects, $(3): its manifest.
define test_module_rule
$(BUILD)/test-modules/$(1).sho: $(2) $(3) $(BUILD)/gen/interface $(KEY) $(SHO_PY)
	@mkdir -p $$(@D)
	@mkdir -p $(BUILD)/gen/test-modules && cp $(3) $(BUILD)/gen/test-modules/$(1).manifest
	@$(SHO) make -o $$@.new --manifest $(BUILD)/gen/test-modules/$(1).manifest --interface $$$$(cat $(BUILD)/gen/interface) --safecc $(BUILD)/safecc $(2)
	@$(SHO) sign --key $(KEY) $$@.new && mv $$@.new $$@
endef
$(foreach h,$(HOOKS),$(eval $(call test_module_rule,$(h),$(call hook_object,$(h)),tests/modules/$(h)/$(h).manifest)))
# The file that was changed, and the others of its module.
others = $(filter-out $(BUILD)/obj/hypervisor/modules/$(1).o,$(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard $(dir hypervisor/modules/$(1))*.c)))
manifest = $(wildcard $(dir hypervisor/modules/$(1))*.manifest)
$(foreach v,$(VARIANTS),$(eval $(call test_module_rule,$(call part,1,$(v)),$(BUILD)/obj/test-modules/$(call part,1,$(v)).o $(call others,$(call part,2,$(v))),$(call \
  manifest,$(call part,2,$(v))))))

-include $(TEST_MODULES_O:.o=.d)
