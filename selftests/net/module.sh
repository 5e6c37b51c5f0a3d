# SPDX-License-Identifier: GPL-2.0
# The module as a whole, for tests that remove it; to be sourced after lib.sh.

# shellcheck shell=bash disable=SC2034 # used where this is sourced

top=$(readlink -f "$(dirname "${BASH_SOURCE[0]}")/../..")
ko=$top/build/kmod/ucsec.ko
case $(uname -r) in *dbg*) ko=$top/build/kmod-debug/ucsec.ko ;; esac

# in_kernel_log REGEX: since the last mark.
mark() { dmesg --clear; }
in_kernel_log() { dmesg | grep -Eq "$1"; }

# What was made is gone, of each kind.
balanced() {
	dmesg | awk '/ucsec: .* created, .* destroyed/ {
		for (i = 1; i < NF; i++) {
			if ($(i + 1) ~ /^created/) c = $i
			if ($(i + 1) ~ /^destroyed/) d = $i
		}
		n++
		made += c
		bad += c != d
	} END { exit !(n == 5 && made > 0 && !bad) }'
}
