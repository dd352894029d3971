# SPDX-License-Identifier: MIT
# Modules for the tests; included by the Makefile at the root. HOOKS have their own sources; the others are modules of the image with something
# wrong in one file. NAME:FILE:FUNCTION:STATEMENT, which comes first in the function.
VARIANTS := trap_sched:sched_rr/sched_rr:sched_pick:trap_from(300) spin_sched:sched_rr/sched_rr:sched_pick:spin_from(300) \
  trap_import:sched_rr/sched_rr:sched_import_state:trap_from(1) refuse_import:sched_rr/sched_rr:sched_import_state:return|-EINVAL \
  trap_export:sched_rr/sched_rr:sched_export_state:trap_from(1) other_layout:sched_rr/sched_rr:sched_abi_id:(void)0 \
  trap_send:evtchn/evtchn:evtchn_send:trap_from(300) trap_virq:evtchn/evtchn:evtchn_send_virq:trap_from(50)
HOOKS := trap_hook large_hook
# Modules of the image whose structures have other fields, in another order, some of another size; and of these, some with something wrong in
# MODULE_state.c. NAME:MODULE:FUNCTION:STATEMENT.
LAYOUTS := other_evtchn:evtchn:evtchn_import:(void)0 refuse_evtchn:evtchn:evtchn_import:if|(turn_is(4))|return|-EINVAL trap_evtchn:evtchn:evtchn_import:trap_from(3) \
  spin_evtchn:evtchn:evtchn_import:spin_from(2) other_gnttab:gnttab:gnttab_import:(void)0 refuse_gnttab:gnttab:gnttab_import:if|(turn_is(4))|return|-EINVAL \
  trap_gnttab:gnttab:gnttab_import:trap_from(4)
part = $(word $(1),$(subst :, ,$(2)))
VARIANT_NAMES := $(foreach v,$(VARIANTS),$(call part,1,$(v)))
LAYOUT_NAMES := $(foreach v,$(LAYOUTS),$(call part,1,$(v)))
LAYOUT_MODULES := $(sort $(foreach v,$(LAYOUTS),$(call part,2,$(v))))
TEST_MODULES := $(patsubst %,$(BUILD)/test-modules/%.sho,$(HOOKS) $(VARIANT_NAMES) $(LAYOUT_NAMES))
hook_object = $(BUILD)/obj/tests/modules/$(1)/$(1).o
# $(1): the module; all but its state.c with other structures.
layout_objects = $(patsubst hypervisor/modules/%.c,$(BUILD)/obj/test-modules/layout/modules/%.o,$(filter-out %_state.c,$(wildcard hypervisor/modules/$(1)/*.c)))
LAYOUT_O := $(foreach m,$(LAYOUT_MODULES),$(call layout_objects,$(m))) $(LAYOUT_NAMES:%=$(BUILD)/obj/test-modules/%.o)
TEST_MODULES_O := $(foreach h,$(HOOKS),$(call hook_object,$(h))) $(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o) $(LAYOUT_O)

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

# The same sources, with one header changed; what they include of their module is that copy.
LAYOUT := $(BUILD)/gen/test-modules/layout
evtchn_layout := -e '/^struct evtchn_port {/,/^}/{/ bind;/d; s/.* saved;.*/&\n    uint64_t more[2] SC_ATOMIC;\n    uint64_t bind;/}' \
  -e '/^struct evtchn_vcpu {/,/^}/{/ tail\[/d; s/^    spinlock_t lock;/    uint32_t tail[EVTCHN_FIFO_MAX_QUEUES] SC_GUARDED_BY(lock);\n    uint32_t more[5] SC_ATOMIC;\n&/}' \
  -e '/^struct evtchn_domain {/,/^}/{/ pirq_port\[/d; s/^    spinlock_t lock;/    uint32_t pirq_port[NR_PIRQS] SC_ATOMIC;\n    uint64_t more[3] SC_ATOMIC;\n&/}' \
  -e '/^struct evtchn_fifo {/,/^}/{/ nr_pages;/d; s/ page\[.*/&\n    uint32_t more SC_ATOMIC;\n    uint32_t nr_pages;/}'
gnttab_layout := -e '/^struct active {/,/^}/{/ hold;/d; s/ kind SC.*/&\n    fref_t hold;/}' -e '/^struct active_entry {/,/^}/{s/ lock;/&\n    uint64_t more SC_ATOMIC;/}' \
  -e '/^struct mapping {/,/^}/{/ device;/d; s/^    uint32_t ref;/    fref_t device;\n&/}' -e '/^struct maptrack {/,/^}/{s/^    spinlock_t lock;/    uint64_t more[2] SC_ATOMIC;\n&/}' \
  -e '/^struct gnttab_domain {/,/^}/{/ version SC/d; s/ max_frames SC.*/&\n    uint64_t more SC_ATOMIC;\n    uint32_t version SC_RANGE(1, 2) SC_GUARDED_BY(lock);/}' \
  -e '/^struct free_list {/,/^}/{s/^    spinlock_t lock;/    uint64_t more[8] SC_ATOMIC;\n&/}'
define layout_header
$(LAYOUT)/modules/%_$(1).h: hypervisor/modules/%_$(1).h tests/modules/build.mk
	@mkdir -p $$(@D)
	@sed $$($$(notdir $$*)_layout) $$< > $$@
endef
$(foreach h,private use,$(eval $(call layout_header,$(h))))
$(LAYOUT)/modules/%: hypervisor/modules/%
	@mkdir -p $(@D)
	@cp $< $@
define layout_rule
$(BUILD)/gen/test-modules/$(1).c: hypervisor/modules/$(2)/$(2)_state.c tests/modules/build.mk
	@mkdir -p $$(@D)
	@sed -e '0,/^#include/s//#include "tests\/modules\/trap.h"\n#include/' -e '/^[a-z].*\b$(3)(/,/^{/ s/^{/{\n    $(subst |, ,$(4));/' $$< > $$@
$(BUILD)/obj/test-modules/$(1).o: $(patsubst hypervisor/%,$(LAYOUT)/%,$(wildcard hypervisor/modules/$(2)/*.h))
endef
$(foreach v,$(LAYOUTS),$(eval $(call layout_rule,$(call part,1,$(v)),$(call part,2,$(v)),$(call part,3,$(v)),$(call part,4,$(v)))))
$(foreach m,$(LAYOUT_MODULES),$(eval $(call layout_objects,$(m)): $(patsubst hypervisor/%,$(LAYOUT)/%,$(wildcard hypervisor/modules/$(m)/*.h))))
$(LAYOUT_O): SAFECC_CODE := -I $(LAYOUT) $(SAFECC_CODE)
$(LAYOUT_O): CFLAGS := -I $(LAYOUT) $(CFLAGS)
$(filter $(BUILD)/obj/test-modules/layout/%,$(LAYOUT_O)): $(BUILD)/obj/test-modules/layout/%.o: $(LAYOUT)/%.c
$(LAYOUT_NAMES:%=$(BUILD)/obj/test-modules/%.o): $(BUILD)/obj/test-modules/%.o: $(BUILD)/gen/test-modules/%.c

$(foreach h,$(HOOKS),$(call hook_object,$(h))): $(BUILD)/obj/%.o: %.c
$(VARIANT_NAMES:%=$(BUILD)/obj/test-modules/%.o): $(BUILD)/obj/test-modules/%.o: $(BUILD)/gen/test-modules/%.c
$(TEST_MODULES_O): tests/modules/trap.h $(BUILD)/gen/asm_offsets.h $(BUILD)/safecc
	@mkdir -p $(@D)
	@echo "  SC  $(filter %.c,$^)"
	@$(CC) $(CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -fsyntax-only $(filter %.c,$^)
	@$(BUILD)/safecc -c $(filter %.c,$^) -o $@ --json $(@:.o=.json) $(SAFECC_CODE) $(SAFECC_PATHS)

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

$(foreach v,$(LAYOUTS),$(eval $(call test_module_rule,$(call part,1,$(v)),$(BUILD)/obj/test-modules/$(call part,1,$(v)).o $(call layout_objects,$(call part,2,$(v))),$(call \
  manifest,$(call part,2,$(v))/))))

-include $(TEST_MODULES_O:.o=.d)
