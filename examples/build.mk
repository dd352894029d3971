# SPDX-License-Identifier: MIT
# Extensions: modules outside the image, each a folder here, built and signed to be loaded at run time. Included by the Makefile at the root.
EXAMPLE_NAMES := $(sort $(patsubst examples/%/,%,$(dir $(wildcard examples/*/*.manifest))))
EXAMPLES_C := $(wildcard $(EXAMPLE_NAMES:%=examples/%/*.c))
EXAMPLES := $(EXAMPLE_NAMES:%=$(BUILD)/examples/%.sho)

.PHONY: examples
examples: $(EXAMPLES) ## build/examples: every extension of examples/, signed, to be loaded at run time (part of all)
ifneq ($(SAFECC),0)
all: $(MODULES) examples
endif

$(EXAMPLES_C:%.c=$(BUILD)/obj/%.o): $(BUILD)/obj/%.o: %.c $(BUILD)/gen/asm_offsets.h $(BUILD)/safecc
	@mkdir -p $(@D)
	@echo "  SC  $<"
	@$(CC) $(CFLAGS) -MMD -MP -MF $(@:.o=.d) -MT $@ -fsyntax-only $<
	@$(BUILD)/safecc -c $< -o $@ --json $(@:.o=.json) $(SAFECC_CODE) $(SAFECC_PATHS) $(PROVED_ARGS)

example_objects = $(patsubst %.c,$(BUILD)/obj/%.o,$(wildcard examples/$(1)/*.c))
define example_rule
$(BUILD)/examples/$(1).sho: $(call example_objects,$(1)) examples/$(1)/$(1).manifest $(BUILD)/gen/interface $(PROOFS) $(KEY) $(SHO_PY)
	@mkdir -p $$(@D)
	@echo "  SHO $(1)"
	@$(SHO) make -o $$@.new --manifest examples/$(1)/$(1).manifest --interface $$$$(cat $(BUILD)/gen/interface) --safecc $(BUILD)/safecc \
	  --proofs $(PROOFS) --sources $(wildcard examples/$(1)/*.c) -- $(call example_objects,$(1))
	@$(SHO) sign --key $(KEY) $$@.new && mv $$@.new $$@
endef
$(foreach m,$(EXAMPLE_NAMES),$(eval $(call example_rule,$(m))))

-include $(EXAMPLES_C:%.c=$(BUILD)/obj/%.d)
