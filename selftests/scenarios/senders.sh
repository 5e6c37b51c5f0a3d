# SPDX-License-Identifier: GPL-2.0
# Those who send what the four boxes of a trunk are about: sipp, sipsak, kamailio
# and sipvicious, in the namespace "trunk" of a house; to be sourced after guest.sh.
#
#	10.0.3.2 sipp, sipsak, sipvicious; socat, which is sipp's TLS
#	10.0.3.5 kamailio, by UDP and TCP	10.0.3.6 kamailio, by TLS
#	10.0.3.7 socat's other side

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set for, and by, who sources it

gateway=10.0.3.1
boxes='presence-subscription out-of-dialog-refer unsolicited-notification
	replaces-header'

# Headers that make a request one of a box, and what it is asked of.
declare -A method=([presence-subscription]=SUBSCRIBE
	[out-of-dialog-refer]=REFER [unsolicited-notification]=NOTIFY
	[replaces-header]=INVITE)
declare -A number=([presence-subscription]=2001
	[out-of-dialog-refer]=2001 [unsolicited-notification]=2001
	[replaces-header]=95551)
declare -A headers=(
	[presence-subscription]='Event: presence|Accept: application/pidf+xml|Expires: 0'
	[out-of-dialog-refer]='Refer-To: <sip:2001@10.0.3.1>'
	[unsolicited-notification]='Event: message-summary|Subscription-State: active'
	[replaces-header]='Replaces: nobody@nowhere;to-tag=1;from-tag=2')
# With the box ticked: what is behind it answers; a NOTIFY without body is none.
declare -A beyond=([presence-subscription]=200 [out-of-dialog-refer]=202
	[unsolicited-notification]=415 [replaces-header]=481)

in_trunk() { ip netns exec trunk "$@"; }

senders_network() {
	local host
	for host in 5 6 7; do
		ip -n trunk addr add 10.0.3.$host/24 dev wire
	done
}

# steps: the four of them as a ladder, each in a dialog of its own; what answers them
# is put in when it is known.
steps() {
	local box line n='' will=701
	for box in $boxes; do
		echo "A$n> ${method[$box]} to=${number[$box]} scheme=UDP"
		while read -r line; do
			echo " $line"
		done <<<"${headers[$box]//|/$'\n'}"
		echo "A$n< 100?"
		echo "A$n< $((will++))"
		[ "${method[$box]}" != INVITE ] || echo "A$n> ACK fail"
		n=$((${n:-1} + 1))
	done
}

# by_sipp NAME TARGET TRANSPORT [SCHEME]: all answers are as $wanted says.
by_sipp() {
	local box dir put="s,SIP/2.0/UDP,SIP/2.0/${4:-UDP}," rc=0 will=701
	[ -e "$house/A.xml" ] || "$here/ladder" "$house" < <(steps)
	dir=$(mktemp -d "$house/sipp.XXXX")
	for box in $boxes; do
		put+=";s/\"$((will++))\"/\"${wanted[$box]}\"/"
	done
	sed "$put" "$house/A.xml" >"$dir/A.xml"
	in_trunk timeout 60 sipp "$2" -sf "$dir/A.xml" -i 10.0.3.2 -p 5060 -m 1 \
		-nostdin -t "$3" -aa -cid_str '%u-%p-%s' -timeout 30 \
		-timeout_error -trace_err -error_file "$dir/err" \
		-trace_msg -message_file "$dir/msg" >"$dir/out" 2>&1 || rc=1
	if [ $rc -eq 0 ]; then
		ok "$1"
	else
		not_ok "$1" "$(tail -n 12 "$dir/err" 2>/dev/null)" \
			"$(grep -a '^SIP/2.0' "$dir/msg")" \
			"$(tail -n 4 "$house/security.log")"
	fi
}

# write_request BOX: for sipsak, which adds a Via of its own.
write_request() {
	sent=$((${sent:-0} + 1))
	printf '%s\r\n' "${method[$1]} sip:${number[$1]}@$gateway SIP/2.0" \
		"From: <sip:a@10.0.3.2>;tag=$sent" \
		"To: <sip:${number[$1]}@$gateway>" \
		"Call-ID: sipsak-$$-$sent" "CSeq: 1 ${method[$1]}" \
		'Max-Forwards: 70' 'Contact: <sip:a@10.0.3.2>'
	printf '%s\r\n' "${headers[$1]//|/$'\r\n'}" 'Content-Length: 0' ''
}

# by_sipsak NAME TRANSPORT: the same, one after the other.
by_sipsak() {
	local box got='' want=''
	for box in $boxes; do
		write_request "$box" >"$house/request"
		got+=" $(in_trunk timeout 20 sipsak -vvv -H 10.0.3.2 -E "$2" \
			-f "$house/request" -s "sip:${number[$box]}@$gateway" 2>&1 |
			tee "$house/sipsak.out" |
			grep -ao '^SIP/2.0 [2-6][0-9]*' | head -n 1 |
			cut -d' ' -f2)"
		want+=" ${wanted[$box]}"
	done
	is "$1" "$got" "$want"
}

# By the port that a request comes to: UDP, TCP or TLS.
kamailio_conf() {
	cat <<-END
	#!KAMAILIO
	debug=2
	log_stderror=yes
	children=1
	tcp_children=1
	tcp_source_ipv4=$2
	enable_tls=yes
	listen=udp:$2:5060
	listen=udp:$2:5070
	listen=tcp:$2:5060
	listen=udp:$2:5080
	listen=tls:$2:5061
	auto_aliases=no
	dns=no
	rev_dns=no
	loadmodule "tls.so"
	loadmodule "tm.so"
	loadmodule "sl.so"
	loadmodule "rr.so"
	loadmodule "pv.so"
	loadmodule "textops.so"
	loadmodule "siputils.so"
	modparam("tls", "config", "$house/$1.tls")
	request_route {
		if (src_ip == $gateway) {
			loose_route();
			t_relay();
			exit;
		}
		if (is_method("ACK")) {
			if (t_check_trans())
				t_relay();
			exit;
		}
		record_route();
		if (\$Rp == 5080)
			\$du = "sip:$gateway:5061;transport=tls";
		else if (\$Rp == 5070)
			\$du = "sip:$gateway:5060;transport=tcp";
		else
			\$du = "sip:$gateway:5060";
		t_relay();
	}
	END
}

# start_kamailio NAME ADDRESS: with the certificate of that name.
start_kamailio() {
	local side
	for side in server client; do
		cat <<-END
		[$side:default]
		method = TLSv1.2
		verify_certificate = yes
		require_certificate = yes
		certificate = $house/$1.crt
		private_key = $house/$1.key
		ca_list = $house/trusted.pem
		END
	done >"$house/$1.tls"
	kamailio_conf "$1" "$2" >"$house/$1.cfg"
	mkdir "$house/$1.run"
	in_trunk kamailio -DD -E -m 32 -M 4 -Y "$house/$1.run" \
		-P "$house/$1.pid" -f "$house/$1.cfg" >"$house/$1.log" 2>&1 &
	await 60 "kamailio $1" listens "$2:5061"
}
listens() { in_trunk ss -Hlnut src "$1" | grep -q .; }

# start_socat: sipp's way to TLS.
start_socat() {
	local tls="cert=$house/trunk.example.both,cafile=$house/trusted.pem"
	tls+=",verify=1,commonname=gateway.example,bind=10.0.3.7"
	tls+=,openssl-max-proto-version=TLS1.2
	in_trunk socat TCP-LISTEN:15701,bind=10.0.3.2,fork,reuseaddr \
		"OPENSSL:$gateway:5061,$tls" 2>>"$house/socat.log" &
	await 10 socat listens 10.0.3.2:15701
}
