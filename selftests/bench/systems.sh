# SPDX-License-Identifier: GPL-2.0
# How streams are made in each system the benchmark compares; sourced by rows.

# shellcheck shell=bash

# shellcheck disable=SC2317 # functions are called by the name of a system
# shellcheck disable=SC2034,SC2154 # shared with rows and topology.sh

cm=AES_CM_128_HMAC_SHA1_80
gcm=AEAD_AES_128_GCM

make_keys() {
	local side

	umask 077
	keys=$(mktemp -d)
	for side in rx tx; do
		head -c 30 /dev/urandom | base64 >"$keys/$side.$cm"
		head -c 28 /dev/urandom | base64 >"$keys/$side.$gcm"
	done
}

# What to tell whoever adds a stream about its suites; "-" is plain RTP.
stream_sides() {
	[ "$1" = - ] || echo "rx $1 key-file $keys/rx.$1"
	[ "$2" = - ] || echo "tx $2 key-file $keys/tx.$2"
}

traffic_sides() {
	[ "$1" = - ] || echo "--rx $1,$keys/rx.$1"
	[ "$2" = - ] || echo "--tx $2,$keys/tx.$2"
}

load_ucsec() {
	local deps

	deps=$(modinfo -F depends "$ko")
	deps+=" $(modinfo -F softdep "$ko" | sed 's/pre://; s/post:.*//')"
	deps=${deps//,/ }
	# shellcheck disable=SC2086 # a list
	[ -z "${deps// /}" ] || modprobe -qa $deps
	insmod "$ko"
}

# The streams of a system: how one is added, and how all are removed.
ucsec_add() { in_ns relay ucsecctl stream add "$@" >/dev/null; }
ucsec_clear() { in_ns relay ucsecctl stream flush; }

# Their addresses are nobody's: the media stream is not among them.
ucsec_add_many() {
	in_ns relay "$bin/streams" add "$1" in 10.9.0.1:1024 "${@:2}"
}

ucsec_time() { in_ns relay "$bin/streams" time "$@"; }

rtpengine_add() { "$bin/peer-ctl" stream 0 "$@"; }
rtpengine_clear() { "$bin/peer-ctl" del 0 && "$bin/peer-ctl" add 0; }

rtpengine_add_many() {
	rtpengine_add in "$gateway_in:20000" "${@:2}" count "$1"
}

rtpengine_time() { "$bin/peer-ctl" time 0 "${@:2}" count "$1"; }

peer_rule() {
	local libraries

	libraries=$(dirname /usr/lib/*/xtables/libxt_standard.so)
	XTABLES_LIBDIR=$peer:$libraries \
		in_ns relay iptables "$1" INPUT -p udp -j RTPENGINE --id 0
}
