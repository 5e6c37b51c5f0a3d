# SPDX-License-Identifier: GPL-2.0
# A house in the virtual machine whose daemons run under the sanitizers, and what
# its scenarios ask of it; to be sourced. See selftests/daemon/house.sh.

# shellcheck shell=bash
# shellcheck disable=SC2154 # house.sh sets them

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
# shellcheck source=selftests/lib.sh
. "$here/../lib.sh"
# shellcheck source=selftests/daemon/house.sh
. "$here/../daemon/house.sh"
build=$(readlink -f "$here/../../build")
house_clear
# Used by house.sh: ucsecctl is an ordinary one, it would only be slower.
# shellcheck disable=SC2034
daemon_build=$build/san
PATH=$build/user:$PATH
# shellcheck disable=SC2016 # expanded when run
defer 'kill -KILL $(jobs -p)'

# baresip and linphonec say every moment how they are.
house_die() {
	local file why
	why=$(for file in "$house"/*.log "$house"/*/log; do
		echo "$file:"
		tr '\r' '\n' <"$file" | grep -v '^\[\|^ *$' | tail -n 10
	done)
	not_ok "$1" "$why"
	finish
}

need() {
	local program
	for program in "$@"; do
		command -v "$program" >/dev/null || skip_all "no $program"
	done
}

# house_open [--keyd] NAME...: daemons in an empty house; a certificate for each
# name.
house_open() {
	local name with_keyd=
	[ "${1:-}" != --keyd ] || { with_keyd=yes; shift; }
	mkdir -p "$house"
	chown nobody "$house"
	house_network
	house_ca phone-ca
	for name in "$@"; do
		house_cert "$name" phone-ca
	done
	house_conf
	house_mediad
	[ -z "$with_keyd" ] || house_keyd
	house_ucsecd
	check 'the configuration is taken' house_import
}

# house_close: the daemons end, and no sanitizer has anything to say.
house_close() {
	local rc=0
	kill -TERM "$ucsecd"
	wait "$ucsecd" || rc=$?
	is 'ucsecd stops cleanly' $rc 0
	kill -TERM "$mediad"
	rc=0
	wait "$mediad" || rc=$?
	is 'ucsec-mediad ends by the signal, not before' $rc 143
	if [ -n "${keyd:-}" ]; then
		kill -TERM "$keyd"
		rc=0
		wait "$keyd" || rc=$?
		is 'ucsec-keyd ends by the signal, not before' $rc 143
	fi
	if grep -q 'Sanitizer:\|runtime error' "$house"/*d.log; then
		not_ok 'no sanitizer reports' \
			"$(grep -h -A40 'Sanitizer:\|runtime error' \
				"$house"/*d.log)"
	else
		ok 'no sanitizer reports'
	fi
}

# tone FILE HZ: two minutes of it.
tone() {
	/usr/bin/python3 - "$1" "$2" <<-'END'
	import math, struct, sys, wave
	period = [struct.pack('<h', int(9000 * math.sin(
	    2 * math.pi * int(sys.argv[2]) * i / 8000))) for i in range(8000)]
	with wave.open(sys.argv[1], 'wb') as out:
	    out.setparams((1, 2, 8000, 0, 'NONE', ''))
	    for i in range(120):
	        out.writeframes(b''.join(period))
	END
}

dial() {
	house_say phone-a dial "sip:$1@10.0.1.1:5061;transport=tls" >/dev/null
}
hang_up() { house_say "$1" hangup >/dev/null; }
call_id() {
	ctl --json call list | sed -n 's/.*"id": *"\([0-9a-f]*\)".*/\1/p' |
		head -n 1
}
has_no_call() { [ -z "$(call_id)" ]; }
connected() { ctl --json call list | grep -q '"state":"connected"'; }
streams() {
	ip netns exec gateway ucsecctl --json stream show | grep -o '"id"' |
		wc -l
}
no_streams() { [ "$(streams)" -eq 0 ]; }

# carried PACKETS: so many were sent on in both directions of the call.
carried() {
	ctl --json call show "$(call_id)" | grep -o '"tx_packets":[0-9]*' |
		awk -F: -v n="$1" '$2 >= n { ok++ } END { exit ok != 2 }'
}

# look: what is shown of the call, in $shown. Each question costs a second here.
look() {
	shown=$(ctl call show "$(call_id)")
	note "$shown"
}

# leg DEVICE FIELD...: values of one leg, the first of each field.
leg() {
	local field device=$1
	shift
	for field in "$@"; do
		awk -v device="$device" -v field="$field" '
			$1 == "device" && NF == 2 { mine = $2 == device }
			mine && $1 == field { print $2; exit }' <<<"$shown"
	done | xargs
}
