# SPDX-License-Identifier: GPL-2.0
# Entry for people: make help says what there is.

# Knobs: make KDIR=... CC=clang V=1
CC ?= gcc
AR ?= ar
CFLAGS ?= -O2 -g
WERROR ?= -Werror
PREFIX ?= /usr/local
DESTDIR ?=
KDIR ?= $(shell scripts/kdir)
VERSION := $(shell cat VERSION)

V ?= 0
Q := $(if $(filter 1,$(V)),,@)
quiet = @printf '  %-7s %s\n' $(1) $(2:build/%=%)

.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
ifeq ($(MAKELEVEL)$(filter -j%,$(MAKEFLAGS)),0)
MAKEFLAGS += -j$(shell nproc)
endif

all: modules user ## Build the module, the library, ucsecctl and the daemons

# Sub-folders add to these through their Makefile.inc.
.PHONY: all user host-tests install-user uninstall-user
user: ## Build library, tool and daemons into build/user
host-tests: ## Build the host tests with the sanitizers into build/san
install-user uninstall-user:

warnings := -Wall -Wextra -Wshadow -Wmissing-prototypes -Wstrict-prototypes \
	-Wold-style-definition -Wvla $(WERROR)
compile = $(CC) -std=gnu11 $(warnings) $(CPPFLAGS) $(CFLAGS) -MMD -MP
sanitize := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
	-fsanitize=address,undefined

build/user/%.o: userspace/%.c
	$(call quiet,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) -c -o $@ $<

# The same sources under the sanitizers, for the host tests.
build/san/%.o: %.c
	$(call quiet,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(compile) $(sanitize) -c -o $@ $<

include $(wildcard userspace/*/Makefile.inc selftests/*/Makefile.inc)

ifneq ($(wildcard build),)
-include $(shell find build/user build/san -name '*.d' 2>/dev/null)
endif

# kbuild writes beside the sources: a folder of links to them keeps the clone
# clean and lets two kernels' builds stand side by side.
define build-module
	$(Q)mkdir -p $(1)
	$(Q)find $(1) -xtype l -delete
	$(Q)cp -rsf $(CURDIR)/kmod/. $(1)
	$(Q)ln -sfn ../include build/include
	+$(Q)kdir='$(2)' && test -n "$$kdir" && tree=$$(scripts/btf "$$kdir") && \
	if [ "$$tree" != "$$(cat $(1)/tree 2>/dev/null)" ]; then \
		rm -f $(1)/ucsec.ko; echo "$$tree" >$(1)/tree; fi && \
	$(MAKE) --no-print-directory -C "$$tree" M=$(CURDIR)/$(1) \
		W=1 KCFLAGS='$(WERROR)' $$(test -e "$$tree/vmlinux" || \
		echo CONFIG_DEBUG_INFO_BTF_MODULES=) \
		$$(test ! -e "$$tree/resolve_btfids" || \
		echo RESOLVE_BTFIDS="$$tree/resolve_btfids") modules
endef

.PHONY: modules modules-debug
modules: ## Build ucsec.ko into build/kmod for the kernel in KDIR
	$(call build-module,build/kmod,$(KDIR))

modules-debug: ## Build ucsec.ko into build/kmod-debug for the debug kernel
	$(call build-module,build/kmod-debug,$(shell selftests/vm/kernel debug)/build)

.PHONY: bootstrap demo check check-host check-vm check-debug bench
bootstrap: ## Install the Debian packages that all of this needs
	@scripts/bootstrap build vm check fuzz demo

demo: ## Show encrypted calls through the daemon, and attacks that fail
	@scripts/bootstrap build vm demo
	@$(MAKE) --no-print-directory modules user
	@scripts/demo

check: ## Run all tests, on the host and in the virtual machine
	@scripts/bootstrap build vm check fuzz
	@$(MAKE) --no-print-directory modules user host-tests
	@selftests/run --host selftests/host.list --vm selftests/vm.list

check-host: user host-tests ## Run the tests that need neither root nor the module
	@selftests/run --host selftests/host.list

check-vm: modules user host-tests ## Run the tests of the module in the virtual machine
	@selftests/run --vm selftests/vm.list

check-debug: ## Run the tests of the module on the debug kernel
	@scripts/bootstrap build vm check fuzz debug
	@$(MAKE) --no-print-directory modules-debug user host-tests
	@selftests/run --kernel debug --only 'self/|net/|xdp/' --vm selftests/vm.list

bench: ## Measure against the peer, results in build/bench
	@scripts/bootstrap build vm bench
	@$(MAKE) --no-print-directory modules user
	@selftests/bench/run

.PHONY: lint format
lint: ## Check sizes, includes, style, shell scripts and the module's annotations
	@scripts/check-size
	@scripts/check-includes
	@scripts/check-style
	@scripts/check-params
	@scripts/check-requirements >/dev/null
	@scripts/check-tests
	@scripts/check-shell
	@scripts/check-format
	@$(MAKE) --no-print-directory modules C=2 CF=-Wsparse-error

format: ## Format the C sources in place
	@git ls-files '*.c' '*.h' | xargs -r clang-format-14 -i

# kbuild's own modules_install signs and runs depmod by what only a kernel's
# builder has. The name is the one that the running kernel tells.
release = $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
installed-module = $(DESTDIR)/lib/modules/$(release)/updates/ucsec.ko

.PHONY: install uninstall clean help
install: all install-user ## Install the module for KDIR's kernel, library, tool, daemons
	$(Q)install -D -m 644 build/kmod/ucsec.ko $(installed-module)
	$(Q)$(if $(DESTDIR),,depmod $(release))

uninstall: uninstall-user ## Remove what install put there
	$(Q)rm -f $(installed-module)
	$(Q)$(if $(DESTDIR),,depmod $(release))

clean: ## Remove build/; downloaded kernels stay in the user's cache
	$(Q)rm -rf build

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' \
		$(firstword $(MAKEFILE_LIST))
