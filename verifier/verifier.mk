# SPDX-License-Identifier: MIT
# Proofs; included by the Makefile at the root.

# What modules' certificates say of proofs: those that verifier/cache has, as far as they are of what stands here now.
PROOFS := $(BUILD)/verifier/certificate.json
PROVED_C := $(shell sed -n 's/^\([^\# ]*\) .*/\1/p' verifier/manifest)
$(BUILD)/verifier/certificate.stamp: $(PROVED_C) $(wildcard verifier/* verifier/lib/* verifier/cache/* hypervisor/*/*.h hypervisor/modules/*/*.h loader/*.h xen-compat/*.h xen-compat/*/*.h)
	@mkdir -p $(@D)
	@BUILD=$(BUILD) $(PY) -B verifier/prove --certificate $(PROOFS)
	@touch $@
$(PROOFS): $(BUILD)/verifier/certificate.stamp ;

# The run-time checks of each proved file that its proof makes superfluous.
PROVED_O = $(patsubst %.c,$(BUILD)/obj/%.o,$(filter $(SAFE_C) $(EXAMPLES_C),$(PROVED_C)))
PROVED_ARGS = $(if $(filter $<,$(PROVED_C)),--proved $(BUILD)/proved/$<.json)
# A list is written anew only if it is another, so that a new header, or another file's proof, compiles nothing again.
PROVED_LISTS := $(patsubst %,$(BUILD)/proved/%.json,$(filter %.c,$(PROVED_C)))
$(PROVED_LISTS:.json=.stamp): $(BUILD)/proved/%.stamp: % $(PROOFS) $(BUILD)/safecc verifier/checks.py
	@mkdir -p $(@D)
	@$(BUILD)/safecc --check --json $(@:.stamp=.all) $(SAFECC_CODE) $(SAFECC_PATHS) $<
	@$(PY) -B verifier/checks.py $(PROOFS) $(@:.stamp=.all) $< > $(@:.stamp=.new)
	@cmp -s $(@:.stamp=.new) $(@:.stamp=.json) || mv $(@:.stamp=.new) $(@:.stamp=.json)
	@touch $@
$(PROVED_LISTS): %.json: %.stamp ;

.PHONY: check-proofs prove-cold prove-weak
check-proofs: ## Frama-C proves the files of verifier/manifest; what did not change is taken from verifier/cache
	@BUILD=$(BUILD) $(PY) -B verifier/prove $(PROVE_ARGS)
prove-cold: ## the same from nothing (minutes)
	@BUILD=$(BUILD) $(PY) -B verifier/prove --cold $(PROVE_ARGS)
prove-weak: ## does a mutant or a caller need each `ensures`? (long; WEAK_ARGS="--file FILE")
	@BUILD=$(BUILD) $(PY) -B tests/verifier/weakness.py $(WEAK_ARGS)
