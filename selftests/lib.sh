# SPDX-License-Identifier: GPL-2.0
# TAP output, waiting and network namespaces for shell tests; to be sourced.
#
#	. "$(dirname "$0")/../lib.sh"
#	setup_ns a gw b			# then: a ping ..., gw ucsecctl ...
#	check "a reaches b" a ping -c 1 10.0.2.2
#	finish

# shellcheck shell=bash

tap_count=0
tap_failed=0
tap_planned=
ns_list=()
deferred=()

# Text of one or more lines as TAP diagnostics.
note() {
	local text=$*
	echo "# ${text//$'\n'/$'\n'# }"
}

# plan N: say at once how many results will come; finish does it otherwise.
plan() { tap_planned=$1; echo "1..$1"; }

ok() { echo "ok $((++tap_count)) - $1"; }

# not_ok NAME [WHY...]
not_ok() {
	echo "not ok $((++tap_count)) - $1"
	tap_failed=$((tap_failed + 1))
	shift
	[ $# -eq 0 ] || note "$*"
}

# skip NAME REASON
skip() { echo "ok $((++tap_count)) - $1 # SKIP $2"; }

# skip_all REASON: for a test that can do nothing here.
skip_all() { echo "1..0 # SKIP $1"; tap_planned=0; exit 0; }

# check NAME COMMAND...: the command shall succeed.
check() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1 </dev/null) || rc=$?
	if [ $rc -eq 0 ]; then ok "$name"; else not_ok "$name" "$* -> $rc"$'\n'"$out"; fi
}

# refuse NAME COMMAND...: the command shall fail, but not by a signal.
refuse() {
	local name=$1 out rc=0
	shift
	out=$("$@" 2>&1 </dev/null) || rc=$?
	if [ $rc -ne 0 ] && [ $rc -lt 126 ]; then
		ok "$name"
	else
		not_ok "$name" "$* -> $rc"$'\n'"$out"
	fi
}

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else not_ok "$1" "got '$2', wanted '$3'"; fi
}

# like NAME TEXT REGEX
like() {
	if [[ $2 =~ $3 ]]; then ok "$1"; else not_ok "$1" "'$2' does not match '$3'"; fi
}

# busywait SECONDS COMMAND...: until the command succeeds; fails when time is up.
busywait() {
	local end=$((${EPOCHREALTIME/./} + $1 * 1000000))
	shift
	until "$@" >/dev/null 2>&1; do
		[ "${EPOCHREALTIME/./}" -lt "$end" ] || return 1
		sleep 0.05
	done
}

# defer COMMAND...: at the end, the last one first, whatever happened.
defer() { deferred+=("$(printf '%q ' "$@")"); }

# setup_ns NAME...: namespaces that are ours alone, each with a function of its
# name that runs a command in it and its full name in ns_NAME.
setup_ns() {
	local name ns
	for name in "$@"; do
		ns=ucsec-$$-$name
		ip netns add "$ns"
		ns_list+=("$ns")
		printf -v "ns_$name" %s "$ns"
		eval "$name() { ip netns exec $ns \"\$@\"; }"
		ip -n "$ns" link set lo up
	done
}

# link_ns NAME1 DEV1 NAME2 DEV2: a cable between two namespaces, both ends up.
link_ns() {
	local one=ucsec-$$-$1 two=ucsec-$$-$3
	ip link add "$2" netns "$one" type veth peer name "$4" netns "$two"
	ip -n "$one" link set "$2" up
	ip -n "$two" link set "$4" up
}

# A child that a signal meets before it is a program of its own has the traps still.
test_pid=$BASHPID
cleanup_all() {
	local i ns pids
	[ "$BASHPID" = "$test_pid" ] || return 0
	for ((i = ${#deferred[@]} - 1; i >= 0; i--)); do
		eval "${deferred[i]}" >/dev/null 2>&1
	done
	for ns in "${ns_list[@]}"; do
		pids=$(ip netns pids "$ns" 2>/dev/null)
		# shellcheck disable=SC2086 # a list
		[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
		ip netns del "$ns" 2>/dev/null
	done
	deferred=() ns_list=()
}
trap cleanup_all EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# finish: the plan, and a status that tells.
finish() {
	[ -n "$tap_planned" ] || echo "1..$tap_count"
	[ $tap_failed -eq 0 ]
	exit
}
