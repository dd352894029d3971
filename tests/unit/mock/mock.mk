# SPDX-License-Identifier: MIT
# Rules of a module's unit test.  The test's Makefile sets MODULE, CODE (below TOP) and includes this.
# `make BUILD=/absolute/path` builds and runs.
BUILD ?= $(error BUILD must be an absolute path)
TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../../..)
OUT := $(BUILD)/unit/$(MODULE)
CC := clang-19
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Wcast-qual -Wno-unused-parameter -Werror -fno-builtin \
	-D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(TOP)/tests/unit/mock -I$(TOP)/hypervisor -I$(TOP) \
	-fsanitize=address,undefined -fno-sanitize-recover=all
SOURCES := $(CODE) hypervisor/core/frame.c tests/unit/mock/mock.c tests/unit/$(MODULE)/test_$(MODULE).c
OBJECTS := $(SOURCES:%.c=$(OUT)/%.o)

.PHONY: run clean
run: $(OUT)/test_$(MODULE)
	$<

$(OUT)/test_$(MODULE): $(OBJECTS)
	$(CC) $(CFLAGS) -o $@ $^ -lcmocka

$(OUT)/%.o: $(TOP)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) -MMD -c -o $@ $<

clean:
	rm -rf $(OUT)

-include $(OBJECTS:.o=.d)
