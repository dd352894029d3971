# SPDX-License-Identifier: MIT
# Extensions outside of this tree, as `make new-module DIR=` makes them: their `make check` comes here as extension-check. Included by the Makefile at
# the root. EXTENSION: the folder; its C files lie right in it. They are compiled in its build/world, beside links to this tree, so that no path of
# the machine gets into what is made.
.PHONY: extension-world extension-all extension-check extension-prove extension-prove-cold extension-test
ifneq ($(EXTENSION),)
EXTENSION_MANIFEST := $(wildcard $(EXTENSION)/*.manifest)
EXTENSION_NAME := $(basename $(notdir $(EXTENSION_MANIFEST)))
EXTENSION_FILES := $(wildcard $(EXTENSION)/*.[ch])
EXTENSION_C := $(notdir $(filter %.c,$(EXTENSION_FILES)))
EXTENSION_BUILD := $(EXTENSION)/build
WORLD := $(EXTENSION_BUILD)/world
ifneq ($(words $(EXTENSION_NAME)),1)
$(error $(EXTENSION) has $(words $(EXTENSION_NAME)) files NAME.manifest: an extension is a folder with one)
endif
endif

extension-world: $(BUILD)/safecc $(BUILD)/gen/asm_offsets.h
	$(if $(EXTENSION),,$(error EXTENSION is to be the folder of an extension))
	@rm -rf $(WORLD) && mkdir -p $(WORLD)/obj
	@ln -s $(CURDIR)/hypervisor $(CURDIR)/loader $(CURDIR)/xen-compat $(EXTENSION_FILES) $(WORLD)

extension-all: extension-world $(BUILD)/gen/interface $(KEY) $(SHO_PY)
	@[ ! -e $(EXTENSION)/proofs/manifest ] || BUILD=$(EXTENSION_BUILD) $(PY) -B verifier/prove --module $(EXTENSION) --certificate $(WORLD)/certificate.json
	@cd $(WORLD) && for c in $(EXTENSION_C); do echo "  SC  $$c" && $(CC) $(CFLAGS) -fsyntax-only $$c && proved= && \
	  if grep -qs "^$$c " $(EXTENSION)/proofs/manifest; then proved=obj/$$c.proved && $(BUILD)/safecc --check --json obj/$$c.all $(SAFECC_CODE) $(SAFECC_PATHS) $$c && \
	  $(PY) -B $(CURDIR)/verifier/checks.py certificate.json obj/$$c.all $$c > $$proved; fi && \
	  $(BUILD)/safecc -c $$c -o obj/$${c%.c}.o --json obj/$${c%.c}.json $${proved:+--proved $$proved} -fdebug-compilation-dir=. $(SAFECC_CODE) $(SAFECC_PATHS) || exit 1; done
	@echo "  SHO $(EXTENSION_NAME)"
	@$(SHO) make -o $(WORLD)/$(EXTENSION_NAME).sho --manifest $(EXTENSION_MANIFEST) --interface $$(cat $(BUILD)/gen/interface) --safecc $(BUILD)/safecc \
	  $(if $(wildcard $(EXTENSION)/proofs/manifest),--proofs $(WORLD)/certificate.json) --home $(EXTENSION) --sources $(EXTENSION_C) -- $(EXTENSION_C:%.c=$(WORLD)/obj/%.o)
	@$(SHO) sign --key $(KEY) $(WORLD)/$(EXTENSION_NAME).sho && mv $(WORLD)/$(EXTENSION_NAME).sho $(EXTENSION_BUILD)

extension-check: extension-world
	@$(PY) tools/check/layers.py $(EXTENSION)
	@cd $(WORLD) && $(BUILD)/safecc --check --sarif $(EXTENSION_BUILD)/safecc.sarif $(SAFECC_CODE) $(SAFECC_PATHS) $(EXTENSION_C) && \
	  echo "safecc: $(words $(EXTENSION_C)) files, 0 findings"

extension-prove extension-prove-cold:
	@BUILD=$(EXTENSION_BUILD) $(PY) -B verifier/prove --module $(EXTENSION) $(if $(filter %-cold,$@),--cold) $(PROVE_ARGS)

extension-test:
	@$(MAKE) --no-print-directory -s -f tests/unit/mock/mock.mk MODULE=$(EXTENSION_NAME) FOLDER=$(EXTENSION) BUILD=$(EXTENSION_BUILD)
