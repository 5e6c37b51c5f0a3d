# SPDX-License-Identifier: GPL-2.0
# A daemon under the sanitizers and strangers that speak to it over loopback; to
# be sourced. Every run has loopback addresses of its own: $net.1 is the
# daemon's, $net.2 is A's, $net.3 B's, $net.4 C's.

# shellcheck shell=bash

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=selftests/lib.sh
. "$here/../lib.sh"
root=$(readlink -f "$here/../..")
PATH=$PATH:/usr/sbin:/sbin

dir=$(mktemp -d)
defer rm -rf "$dir"
net=127.$(($$ / 250 % 250 + 1)).$(($$ % 250))
calls=0

need() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || skip_all "no $program"
	done
}

ctl() { "$root/build/san/selftests/user/ucsecctl" --socket "$dir/s" "$@"; }

# start_daemon: $daemon is its process.
start_daemon() {
	cat >"$dir/conf" <<-END
	[node]
	name = gateway.example
	state-directory = $dir/state
	[log]
	level = ${level:-notice}
	security-log = $dir/security
	[listen]
	udp = $net.1:5060
	tcp = $net.1:5060
	tls = $net.1:5061
	[media]
	anchor = no
	[admin]
	socket = $dir/s
	END
	launch_daemon
	# shellcheck disable=SC2016 # when it is run
	defer 'kill -KILL $daemon'
}

launch_daemon() {
	local before
	before=$(grep -sc event=started "$dir/log")
	"$root/build/san/ucsecd" --config "$dir/conf" 2>>"$dir/log" &
	daemon=$!
	busywait 60 is_started "${before:-0}" || {
		not_ok 'the daemon starts' "$(<"$dir/log")"
		finish
	}
}

is_started() { [ "$(grep -c event=started "$dir/log")" -gt "$1" ]; }

# stop_daemon: it ends well, and no sanitizer has anything to say.
stop_daemon() {
	local rc=0
	kill -TERM "$daemon"
	wait "$daemon" || rc=$?
	is 'the daemon stops cleanly' $rc 0
	if grep -q 'Sanitizer\|runtime error' "$dir/log"; then
		not_ok 'no sanitizer reports' \
			"$(grep -A40 'Sanitizer\|runtime error' "$dir/log")"
	else
		ok 'no sanitizer reports'
	fi
}

# import: a document from standard input.
import() {
	cat >"$dir/import.json"
	check "the configuration is taken" ctl import "$dir/import.json"
}

# trunks [FIELDS] [PARAMS]: A, B and C as trunks over UDP and TCP by their address;
# 9... leads to B, 8... to C, 7... to A. FIELDS are more of A's profile.
trunks() {
	local params=${2:-} fields=${1:-}
	import <<-END
	{"version": 1,
	 "param": {$params},
	 "profile": [
	  {"name": "a", "kind": "trunk", "device_security_mode": "nonsecure",
	   "incoming_transport": "tcp+udp", "outgoing_transport": "udp"$fields},
	  {"name": "far", "kind": "trunk", "device_security_mode": "nonsecure",
	   "incoming_transport": "tcp+udp", "outgoing_transport": "udp"}],
	 "trunk": [
	  {"name": "A", "profile": "a", "options_ping": false,
	   "destinations": [{"address": "$net.2", "port": 5060}]},
	  {"name": "B", "profile": "far", "options_ping": false,
	   "destinations": [{"address": "$net.3", "port": 5060}]},
	  {"name": "C", "profile": "far", "options_ping": false,
	   "destinations": [{"address": "$net.4", "port": 5060}]}],
	 "route": [{"pattern": "7!", "trunk": ["A"]},
	           {"pattern": "8!", "trunk": ["C"]},
	           {"pattern": "9!", "trunk": ["B"]}]}
	END
}

bound() { ss -Hlnut src "$1" | grep -q .; }

# play SIDE: sipp with that side's steps; the caller waits for it. $number is whom
# A asks for: its digest would name the host alone. $transport is A's way, $far
# that of the others, as sipp names them.
play() {
	local address=$net.$(($(printf %d "'$1") - 63)) way=${far:-u1}
	[ "$1" != A ] || way=${transport:-u1}
	exec timeout 90 sipp "$net.1:${port:-5060}" -sf "$calls/$1.xml" \
		-i "$address" -p 5060 -m 1 -nostdin -t "$way" -cid_str '%u-%p-%s' \
		${number:+-auth_uri "$number@$net.1:5060"} \
		-timeout "${patience:-20}" -timeout_error -trace_err \
		-error_file "$calls/$1.err" -trace_msg \
		-message_file "$calls/$1.msg" >"$calls/$1.out" 2>&1
}

# run_ladder: steps from standard input; A begins when the others listen. Fails
# if one of them misses a message or gets another one.
run_ladder() {
	local side other sides i pids=() rc=0
	calls=$(mktemp -d "$dir/ladder.XXXX")
	"$here/ladder" "$calls" || return 1
	sides=$(cd "$calls" && printf '%s\n' *.xml | sort -r)
	for side in $sides; do
		side=${side%.xml}
		[ "$side" != A ] || for other in ${sides//.xml/}; do
			[ "$other" = A ] || busywait 10 bound \
			"$net.$(($(printf %d "'$other") - 63)):5060" || return 1
		done
		play "$side" &
		pids+=($!)
	done
	while [ ${#pids[@]} -gt 0 ]; do
		wait -n -p side "${pids[@]}" || rc=1
		for i in "${!pids[@]}"; do
			[ "${pids[i]}" != "$side" ] || unset "pids[i]"
		done
		# The others would wait in vain.
		[ $rc -eq 0 ] || kill "${pids[@]}" 2>/dev/null
	done
	return $rc
}

# ladder NAME: the same as a test.
ladder() {
	if run_ladder; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 8 "$calls"/*.err 2>/dev/null)" \
			"$(tail -n 4 "$dir/log")"
		[ -z "${SCENARIO_KEEP:-}" ] || cp -r "$calls" "$SCENARIO_KEEP"
	fi
}

# logged NAME REGEX [FILE]: a line of the security log, soon.
logged() {
	if busywait 5 grep -q -- "$2" "${3:-$dir/security}"; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 5 "${3:-$dir/security}")"
	fi
}

# no_calls NAME: none is left.
no_calls() {
	if busywait 5 test_no_calls; then
		ok "$1"
	else
		not_ok "$1" "$(ctl call list)"
	fi
}

test_no_calls() { [ "$(ctl --json call list | grep -c '"id"')" -eq 0 ]; }
