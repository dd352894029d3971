# SPDX-License-Identifier: MIT
# Proofs; included by the Makefile at the root.
.PHONY: check-proofs prove-cold
check-proofs: ## Frama-C proves the files of verifier/manifest; what did not change is taken from verifier/cache
	@BUILD=$(BUILD) $(PY) -B verifier/prove $(PROVE_ARGS)
prove-cold: ## the same from nothing (minutes)
	@BUILD=$(BUILD) $(PY) -B verifier/prove --cold $(PROVE_ARGS)
