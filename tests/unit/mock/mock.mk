# SPDX-License-Identifier: MIT
# Rules of a module's unit test.  The test's Makefile sets MODULE, CODE (below TOP) and includes this.
# `make BUILD=/absolute/path` builds test_MODULE of the folder's test_*.c (ASan, UBSan) and, if there is one, stress_MODULE
# of stress_MODULE.c (TSan), and runs them. FOLDER: that of an extension outside of the tree instead of CODE, with its tests in tests/.
BUILD ?= $(error BUILD must be an absolute path)
TOP := $(abspath $(dir $(lastword $(MAKEFILE_LIST)))/../../..)
OUT := $(BUILD)/unit/$(MODULE)
CC := clang-19
CFLAGS := -std=gnu11 -O1 -g -Wall -Wextra -Wcast-qual -Wno-unused-parameter -Werror -fno-builtin \
	-D__XEN_INTERFACE_VERSION__=0x00040e00 -I$(TOP)/tests/unit/mock -I$(TOP)/hypervisor -I$(TOP)
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
TSAN := -fsanitize=thread
SOURCES := $(CODE) hypervisor/core/frame.c $(addprefix tests/unit/mock/,mock.c mock_lock.c mock_memory.c mock_ports.c)
TESTS := $(patsubst $(TOP)/%,%,$(wildcard $(TOP)/tests/unit/$(MODULE)/test_*.c))
OWN := $(if $(FOLDER),$(wildcard $(FOLDER)/*.c $(FOLDER)/tests/test_*.c))
TEST_OBJECTS := $(patsubst %.c,$(OUT)/asan/%.o,$(SOURCES) $(TESTS)) $(OWN:$(FOLDER)/%.c=$(OUT)/asan/own/%.o)
STRESS_OBJECTS := $(patsubst %.c,$(OUT)/tsan/%.o,$(SOURCES) tests/unit/$(MODULE)/stress_$(MODULE).c)
STRESS := $(if $(wildcard $(TOP)/tests/unit/$(MODULE)/stress_$(MODULE).c),stress)

.PHONY: run test stress clean
run: test $(STRESS)

test: $(OUT)/test_$(MODULE)
	$<

stress: $(OUT)/stress_$(MODULE)
	TSAN_OPTIONS=halt_on_error=1 $<

$(OUT)/test_$(MODULE): $(TEST_OBJECTS)
	$(CC) $(CFLAGS) $(ASAN) -o $@ $^ -lcmocka

$(OUT)/stress_$(MODULE): $(STRESS_OBJECTS)
	$(CC) $(CFLAGS) $(TSAN) -o $@ $^ -lcmocka -lpthread

$(OUT)/asan/%.o: $(TOP)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ASAN) -MMD -c -o $@ $<

$(OUT)/asan/own/%.o: $(FOLDER)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(ASAN) -MMD -c -o $@ $<

$(OUT)/tsan/%.o: $(TOP)/%.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(TSAN) -MMD -c -o $@ $<

clean:
	rm -rf $(OUT)

-include $(TEST_OBJECTS:.o=.d) $(STRESS_OBJECTS:.o=.d)
