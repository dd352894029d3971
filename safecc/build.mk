# SPDX-License-Identifier: MIT
# Builds $(BUILD)/safecc; included by the Makefile at the root.
SAFECC_CPP := $(wildcard safecc/*/*.cpp safecc/*/*/*.cpp)
SAFECC_H := $(wildcard safecc/*.h safecc/*/*.h safecc/*/*/*.h)
SAFECC_O := $(SAFECC_CPP:%.cpp=$(BUILD)/obj/%.o) $(BUILD)/obj/safecc/rule_pages.o $(BUILD)/obj/safecc/trusted_headers.o
SAFECC_TRUSTED := hypervisor/ports/safe.h hypervisor/core/pool.h safecc/include/sc_host.h
SAFECC_PAGES := $(wildcard docs/safecc/rules/SC-*.md)
LLVM := /usr/lib/llvm-19
SAFECC_CXXFLAGS := -std=c++17 -O1 -fno-rtti -fno-exceptions -D__STDC_CONSTANT_MACROS -D__STDC_FORMAT_MACROS -D__STDC_LIMIT_MACROS -D_GNU_SOURCE \
  -isystem $(LLVM)/include -I safecc -Wall -Wextra -Wno-unused-parameter -Werror
SAFECC_PCH := $(BUILD)/obj/safecc/safecc.h.pch

.PHONY: safecc
safecc: $(BUILD)/safecc ## build/safecc: the safe-C checker and compiler driver

$(SAFECC_PCH): safecc/safecc.h safecc/build.mk
	@mkdir -p $(@D)
	@echo "  PCH $<"
	@clang++-19 $(SAFECC_CXXFLAGS) -x c++-header $< -o $@
$(BUILD)/obj/safecc/%.o: safecc/%.cpp $(SAFECC_PCH) safecc/build.mk
	@mkdir -p $(@D)
	@echo "  CXX $<"
	@clang++-19 $(SAFECC_CXXFLAGS) -include-pch $(SAFECC_PCH) -MMD -MP -c $< -o $@
# What --explain prints is part of the binary.
$(BUILD)/gen/rule_pages.cpp: tools/build/rule_pages.py $(SAFECC_PAGES)
	@mkdir -p $(@D)
	@tools/build/rule_pages.py $(SAFECC_PAGES) > $@ || { rm -f $@; exit 1; }
$(BUILD)/gen/trusted_headers.cpp: tools/build/trusted_headers.py $(SAFECC_TRUSTED)
	@mkdir -p $(@D)
	@tools/build/trusted_headers.py $(SAFECC_TRUSTED) > $@ || { rm -f $@; exit 1; }
$(BUILD)/obj/safecc/rule_pages.o $(BUILD)/obj/safecc/trusted_headers.o: $(BUILD)/obj/safecc/%.o: $(BUILD)/gen/%.cpp $(SAFECC_PCH)
	@echo "  CXX $<"
	@clang++-19 $(SAFECC_CXXFLAGS) -include-pch $(SAFECC_PCH) -MMD -MP -c $< -o $@
$(BUILD)/safecc: $(SAFECC_O) $(BUILD)/gen/safecc_objects
	@echo "  LD  $@"
	@clang++-19 -o $@ $(SAFECC_O) -L $(LLVM)/lib -L /usr/lib/x86_64-linux-gnu -l:libclang-cpp.so.19.1 -lLLVM-19
-include $(SAFECC_O:.o=.d)
