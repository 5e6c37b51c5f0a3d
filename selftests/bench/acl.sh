# SPDX-License-Identifier: GPL-2.0
# What the trunk ACL costs, beside a bare hook and nftables; sourced by rows.

# shellcheck shell=bash
# shellcheck disable=SC2154 # set by rows and topology.sh

signalling=$gateway_in:5060
stranger=10.0.1.9	# another address of the sender's, in no prefix
trunk=10.0.1.0/29	# whose prefix has the sender
few=100 many=100000	# prefixes

# message FROM OPTION...: one figure, of a request to the gateway's own socket.
message() {
	"$bin/datagrams" --from "a,$1:5060" --to "relay,$signalling" \
		"${@:2}" >>"$results" || complain "no figure for: $*"
}

# The kernel's part: delivery, and a hook that drops and does nothing else.
acl_kernel_rows() {
	ip -n a address add "$stranger/24" dev a0
	message "$sender" --system kernel --path socket --note "SIP request"
	insmod "$bin/hook-drop/ucsec-hook-drop.ko" || return
	message "$sender" --system kernel --path hook-drop --dropped \
		--note "SIP request"
	rmmod ucsec-hook-drop
}

# prefixes COUNT: the trunk's among others, which do not overlap.
prefixes() {
	awk -v count="$1" -v trunk="$trunk" 'BEGIN {
		print trunk
		for (i = 1; i < count; i++) {
			n = 20 * 2 ^ 24 + i * 4096
			printf "%d.%d.%d.0/%d\n", n / 2 ^ 24,
				n / 2 ^ 16 % 256, n / 2 ^ 8 % 256, 24 + i % 9
		}
	}'
}

# fates SYSTEM COUNT: of the three kinds of request, with so many prefixes.
fates() {
	local what=(--system "$1" --path netfilter --prefixes "$2")

	message "$sender" "${what[@]}" --note "request passed"
	message "$stranger" "${what[@]}" --dropped --note "unknown source"
	message "$sender" "${what[@]}" --dropped --method REFER \
		--note "forbidden method"
}

# The same rules: a set of prefixes, the method's name in the payload. It knows
# neither what is in a dialog, nor a Replaces header.
nftables_load() {
	{
		echo 'table ip acl {'
		echo 'set known { type ipv4_addr; flags interval; elements = {'
		prefixes "$1" | sed 's/$/,/'
		echo '}; }'
		echo 'chain in {'
		echo 'type filter hook prerouting priority raw; policy accept;'
		echo 'udp dport 5060 ip saddr != @known drop'
		# "REFER ", 48 bits behind the UDP header
		echo 'udp dport 5060 @th,64,48 0x524546455220 drop'
		echo '}; }'
	} | in_ns relay nft -f -
}

nftables_rows() {
	local count

	for count in $few $many; do
		if nftables_load "$count"; then
			fates nftables "$count"
		else
			complain "nftables: cannot load $count prefixes"
		fi
		in_ns relay nft flush ruleset
	done
}

# ucsec_acl_load COUNT [WORD...]: a trunk without boxes, unknown sources dropped.
ucsec_acl_load() {
	in_ns relay ucsecctl acl flush &&
		prefixes "$1" | in_ns relay ucsecctl acl add prefix-file - \
			port 5060 transport udp "${@:2}" >/dev/null &&
		in_ns relay ucsecctl acl params unknown drop
}

ucsec_acl_rows() {
	local count

	for count in $few $many; do
		if ucsec_acl_load "$count"; then
			fates ucsec "$count"
		else
			complain "ucsec: cannot load $count prefixes"
		fi
	done
	ucsec_acl_load $few rate requests 1000000 rate source 1000000 &&
		message "$sender" --system ucsec --path netfilter \
			--prefixes $few --note "request passed, rates on"
	row --system ucsec --path socket --to "$own" --sink "relay,$own" \
		--note "unrelated UDP to the host, ACL alone"
	in_ns relay ucsecctl acl flush
	flood_rows
}

# What a flood takes of ucsecd's processor time, with the ACL and without. Answers
# to the forged addresses find a way.
flood_rows() {
	ip -n relay route add 10.200.0.0/16 via "$sender"
	in_ns relay "$here/floods" "$results.floods" ||
		complain "the flood could not be measured"
	cat "$results.floods" >>"$results"
	rm -f "$results.floods"
}
