# SPDX-License-Identifier: MIT
# shctl, for the first domain: static, so that it runs in any. Included by the Makefile at the root.
SHCTL_C := $(wildcard tools/shctl/*.c)
SHCTL_H := tools/shctl/shctl.h hypervisor/public/module_op.h

.PHONY: shctl
shctl: $(BUILD)/shctl ## build/shctl: loads, replaces, unloads and lists modules, in the first domain (part of all)
$(BUILD)/shctl: $(SHCTL_C) $(SHCTL_H) tools/shctl/build.mk
	@mkdir -p $(@D)
	@echo "  CC  $@"
	@$(CC) -std=gnu11 -O2 -Wall -Wextra -Wcast-qual -Wshadow -Wstrict-prototypes -Werror -static -s -I . -DSAFEHYPE_VERSION='"$(VERSION)"' -o $@ $(SHCTL_C)
