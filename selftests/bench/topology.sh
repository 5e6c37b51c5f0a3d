# SPDX-License-Identifier: GPL-2.0
# The namespaces the benchmark measures in; sourced by rows.
#
#   +------------+     +------------------------------+     +------------+
#   | a          |     | relay                        |     | b          |
#   |            |     |                              |     |            |
#   |  10.0.1.1  |     | 10.0.1.254        10.0.2.254 |     |  10.0.2.1  |
#   |     a0 ----+-----+---- r0    (forwards)   r1 ---+-----+---- b0     |
#   +------------+     +------------------------------+     +------------+
#      sender                 what is measured                  sink

# shellcheck shell=bash

# shellcheck disable=SC2034 # for rows
sender=10.0.1.1 gateway_in=10.0.1.254 gateway_out=10.0.2.254 sink=10.0.2.1

in_ns() { ip netns exec "$@"; }

mac() { in_ns "$1" cat "/sys/class/net/$2/address"; }

# Both ends of a link, with the neighbours known: no ARP inside a batch.
link() {
	local near=$1 near_if=$2 near_ip=$3 far=$4 far_if=$5 far_ip=$6

	ip link add "$near_if" netns "$near" type veth \
		peer name "$far_if" netns "$far"
	ip -n "$near" address add "$near_ip/24" dev "$near_if"
	ip -n "$far" address add "$far_ip/24" dev "$far_if"
	ip -n "$near" link set "$near_if" up
	ip -n "$far" link set "$far_if" up
	ip -n "$near" neighbour replace "$far_ip" dev "$near_if" nud permanent \
		lladdr "$(mac "$far" "$far_if")"
	ip -n "$far" neighbour replace "$near_ip" dev "$far_if" nud permanent \
		lladdr "$(mac "$near" "$near_if")"
}

topology_up() {
	local ns

	for ns in a relay b; do
		ip netns add "$ns"
		# Router solicitations would run inside our batches.
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
			net.ipv6.conf.default.disable_ipv6=1
		ip -n "$ns" link set lo up
	done
	link a a0 "$sender" relay r0 "$gateway_in"
	link b b0 "$sink" relay r1 "$gateway_out"
	ip -n a route add default via "$gateway_in"
	ip -n b route add default via "$gateway_out"
	in_ns relay sysctl -qw net.ipv4.ip_forward=1
}
