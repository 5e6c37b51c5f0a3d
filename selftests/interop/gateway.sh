# SPDX-License-Identifier: GPL-2.0
# A gateway between a plain and an SRTP peer, and what is asked of it.
#
# To be sourced after ../lib.sh; $work is a folder of the test's own.
#
#   a (plain)  10.0.1.2 ---- 10.0.1.1  gw  10.0.2.1 ---- 10.0.2.2  b (SRTP)

# shellcheck shell=bash disable=SC2154 # work; gw, ns_a, ns_b are of setup_ns

peers=()

gateway_setup() {
	# All a sender has to say fits: a receiver may be slow, but loses nothing.
	echo 4194304 >/proc/sys/net/core/rmem_max
	setup_ns a gw b
	link_ns a wire gw side-a
	link_ns b wire gw side-b
	a ip addr add 10.0.1.2/24 dev wire
	b ip addr add 10.0.2.2/24 dev wire
	gw ip addr add 10.0.1.1/24 dev side-a
	gw ip addr add 10.0.2.1/24 dev side-b
}

# gateway_streams SUITE IN-KEYFILE OUT-KEYFILE GATEWAY-PORT PEER-PORT: SRTP of b
# to a, and RTP of a to b.
gateway_streams() {
	check "$1: stream from SRTP" gw ucsecctl stream add \
		in "10.0.2.1:$4" from 10.0.2.2 \
		out "10.0.1.1:$4" to "10.0.1.2:$5" rx "$1" key-file "$2"
	check "$1: stream to SRTP" gw ucsecctl stream add \
		in "10.0.1.1:$4" from 10.0.1.2 \
		out "10.0.2.1:$4" to "10.0.2.2:$5" tx "$1" key-file "$3"
}

# make_sound FILE FRAMES: any byte is a sample of PCMU, so noise tests them all.
make_sound() { head -c $((160 * $2)) /dev/urandom >"$1"; }

# start NAME COMMAND...: a peer in the background.
start() {
	local log=$work/$1.log
	shift
	"$@" >"$log" 2>&1 &
	peers+=($!)
	disown
}

is_bound() { ip netns exec "$1" ss -Huln "sport = :$2" | grep -q .; }

# await_receivers PORT...: both peers listen, or the test is over.
await_receivers() {
	local port
	for port in "$@"; do
		busywait 60 is_bound "$ns_a" "$port" &&
			busywait 60 is_bound "$ns_b" "$port" && continue
		not_ok "receivers at $port" "$(tail -n 20 "$work"/*.log)"
		finish
	done
}

# arrives NAME FILE SENT: byte for byte, within a time.
arrives() {
	if busywait 30 cmp "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "$(cmp "$2" "$3" 2>&1; stat -c '%s bytes in %n' "$2" "$3"
			tail -n 20 "$work"/*.log; gw ucsecctl stream show)"
	fi
}

# counters: for each stream the packets received, sent, RTCP of these, dropped.
counters() {
	gw ucsecctl stream show | awk '
		$1 == "received" { received = $2 }
		$1 == "sent" { sent = $2; rtcp = /RTCP/ ? $6 : 0 }
		$1 == "dropped" { print received, sent, rtcp, $2 }'
}

# Whatever the peers still hold is in their files already.
stop_peers() {
	kill -KILL "${peers[@]}" 2>/dev/null
	peers=()
}
