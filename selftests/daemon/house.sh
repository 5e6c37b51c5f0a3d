# SPDX-License-Identifier: GPL-2.0
# A house in namespaces: phones, the gateway with its daemons, a trunk; to be
# sourced, in the virtual machine, as root.
#
#  phone-a 10.0.1.2 ---- 10.0.1.1 gateway 10.0.3.1 ---- 10.0.3.2 trunk
#  phone-b 10.0.2.2 ---- 10.0.2.1         10.0.4.1 ---- 10.0.4.2 stranger

# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # set for, and by, who sources it
# shellcheck disable=SC2016 # for the other shell

house=/tmp/house

# What an earlier house in this machine left: processes, namespaces, files. On any
# other machine they would be somebody's.
house_clear() {
	local ns pids
	grep -qw rdinit=/init /proc/cmdline || {
		echo 'a house is for the virtual machine: selftests/vm/run' >&2
		exit 1
	}
	for ns in phone-a phone-b trunk stranger gateway; do
		[ -e "/run/netns/$ns" ] || continue
		pids=$(ip netns pids "$ns")
		# shellcheck disable=SC2086 # a list
		[ -z "$pids" ] || kill -KILL $pids 2>/dev/null
		ip netns del "$ns"
	done
	rm -rf "$house"
}

# await SECONDS WHAT COMMAND...: until the command succeeds.
await() {
	local end=$((SECONDS + $1)) what=$2
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ "$SECONDS" -lt "$end" ] || house_die "waited in vain for $what"
		sleep 0.1
	done
}

# house_cable NAME NET: a namespace with a cable to the gateway.
house_cable() {
	ip netns add "$1"
	ip link add wire netns "$1" type veth peer name "$1" netns gateway
	ip -n "$1" addr add "$2.2/24" dev wire
	ip -n "$1" link set wire up
	ip -n "$1" link set lo up
	ip -n "$1" route add default via "$2.1"
	ip -n gateway addr add "$2.1/24" dev "$1"
	ip -n gateway link set "$1" up
}

house_network() {
	ip netns add gateway
	ip -n gateway link set lo up
	house_cable phone-a 10.0.1
	house_cable phone-b 10.0.2
	house_cable trunk 10.0.3
	house_cable stranger 10.0.4
	# The default range begins above the media ports.
	ip netns exec gateway sysctl -qw \
		net.ipv4.ip_local_port_range='40000 60999'
}

# house_ca NAME: $house/NAME.pem and .key
house_ca() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
		-days 30 -subj "/CN=$1" -keyout "$house/$1.key" \
		-out "$house/$1.pem" 2>/dev/null
}

# house_cert NAME CA: the certificate of a device, with its key in one file.
house_cert() {
	openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" \
		-keyout "$house/$1.key" -out "$house/$1.csr" 2>/dev/null
	openssl x509 -req -in "$house/$1.csr" -CA "$house/$2.pem" \
		-CAkey "$house/$2.key" -CAcreateserial -days 30 \
		-out "$house/$1.crt" 2>/dev/null
	cat "$house/$1.crt" "$house/$1.key" >"$house/$1.both"
}

ctl() { ip netns exec gateway ucsecctl --socket "$house/admin.sock" "$@"; }

# house_mediad, house_ucsecd: of $daemon_build, started in the gateway; $mediad and
# $ucsecd.
house_mediad() {
	ip netns exec gateway "$daemon_build/ucsec-mediad" --user nobody \
		--socket "$house/mediad.sock" >>"$house/mediad.log" 2>&1 &
	mediad=$!
	await 60 "ucsec-mediad" grep -q ready "$house/mediad.log"
}

house_ucsecd() {
	local before
	before=$(grep -sc event=started "$house/ucsecd.log" || :)
	ip netns exec gateway "$daemon_build/ucsecd" \
		--config "$house/ucsecd.conf" >>"$house/ucsecd.log" 2>&1 &
	ucsecd=$!
	await 120 "ucsecd" house_started "$before"
	[ -z "${keyd:-}" ] || await 60 'our certificate' house_own_cert
}

# house_keyd: our keys are ucsec-keyd's; before house_ucsecd, after house_conf, and
# again when it was killed. $keyd; phones get $house_cafile.
house_keyd() {
	rm -f "$house/keyd.sock"
	"$daemon_build/ucsec-keyd" --user nobody --run-as daemon \
		--state "$house/keyd" --socket "$house/keyd.sock" \
		>>"$house/keyd.log" 2>&1 &
	keyd=$!
	house_cafile=$house/callmanager.pem
	grep -qs keyd-socket "$house/ucsecd.conf" ||
		printf '[trust]\nkeyd-socket = %s\n' "$house/keyd.sock" \
			>>"$house/ucsecd.conf"
}

# What administrators would give to phones, from the admin API.
house_own_cert() {
	ctl --json cert show CallManager | python3 -c '
import json, sys
reply = json.load(sys.stdin)
print(reply.get("item", reply)["pem"])' >"$house/callmanager.pem"
}

house_started() {
	[ "$(grep -sc event=started "$house/ucsecd.log")" -gt "${1:-0}" ]
}

house_conf() {
	cat >"$house/ucsecd.conf" <<-EOF
	[node]
	name = gateway.example
	state-directory = $house/state
	user = nobody
	[log]
	level = notice
	security-log = $house/security.log
	[listen]
	udp = 0.0.0.0:5060
	tcp = 0.0.0.0:5060
	tls = 0.0.0.0:5061
	[media]
	mediad-socket = $house/mediad.sock
	line-address = 10.0.1.1
	line-ports = 16384-24575
	trunk-address = 10.0.3.1
	trunk-ports = 24576-32767
	[admin]
	socket = $house/admin.sock
	metrics = 127.0.0.1:9090
	EOF
}

# house_json: two phones with passwords, and a trunk. Phones' certificates are
# phone-ca's, if there is one; else they have none yet.
house_json() {
	python3 - "$house/phone-ca.pem" <<-'EOF'
	import json, os, sys
	ca = open(sys.argv[1]).read() if os.path.exists(sys.argv[1]) else None
	def phone(mac, number, user):
	    return {"name": "SEP" + mac, "model": "8845", "protocol": "sip",
	            "profile": "encrypted", "css": "house",
	            "lines": [{"number": number, "partition": "house",
	                       "label": user}], "digest_user": user}
	def line(number):
	    return {"number": number, "partition": "house", "css": "house"}
	json.dump({
	  "version": 1,
	  "param": {"cluster_security_mode": "mixed",
	            "digest_algorithms": "md5"},
	  "partition": [{"name": "house"}],
	  "css": [{"name": "house", "partitions": ["house"]}],
	  "profile": [
	    {"name": "encrypted", "kind": "phone", "protocol": "sip",
	     "device_security_mode": "encrypted", "transport": "tls",
	     "digest": True},
	    {"name": "outside", "kind": "trunk",
	     "device_security_mode": "nonsecure",
	     "incoming_transport": "tcp+udp", "outgoing_transport": "udp",
	     "incoming_port": 5060}],
	  "user": [{"name": "alice", "password": "wonderland"},
	           {"name": "bob", "password": "builder"}],
	  "line": [line("2001"), line("2002")],
	  "phone": [phone("00000000000A", "2001", "alice"),
	            phone("00000000000B", "2002", "bob")],
	  "trunk": [{"name": "provider", "profile": "outside",
	             "destinations": [{"address": "10.0.3.2", "port": 5060}],
	             "css": "house", "options_ping": False}],
	  "route": [{"pattern": "9.!", "partition": "house",
	             "trunk": ["provider"], "strip_predot": True}],
	  **({"cert": [{"name": "phone-ca", "purpose": "callmanager-trust",
	                "pem": ca}]} if ca else {})}, sys.stdout)
	EOF
}

house_import() {
	house_json >"$house/house.json"
	ctl import "$house/house.json"
}

# house_phone NAME NUMBER USER PASSWORD CERT GATEWAY ADDRESS WAV AUTOANSWER
house_phone() {
	local dir=$house/$1
	mkdir -p "$dir/rec"
	cat >"$dir/config" <<-EOF
	poll_method epoll
	sip_listen $7:5060
	sip_certificate $house/$5.both
	sip_cafile ${house_cafile:-$house/state/callmanager.pem}
	call_local_timeout 120
	call_max_calls 4
	audio_source aufile,$8
	ausrc_channels 1
	auplay_channels 1
	audio_txmode poll
	audio_level no
	rtp_ports 20000-20010
	rtcp_mux no
	jitter_buffer_delay 0-0
	rtp_stats yes
	rtp_timeout 120
	net_interface wire
	module_path /usr/lib/baresip/modules
	module g711.so
	module aufile.so
	module sndfile.so
	module srtp.so
	module_tmp account.so
	module_app menu.so
	module_app ctrl_tcp.so
	ctrl_tcp_listen 127.0.0.1:4444
	snd_path $dir/rec
	EOF
	local options="auth_user=$3;auth_pass=$4;regint=60;ptime=20"
	options+=";mediaenc=srtp-mand;audio_codecs=PCMU/8000/1;answermode=$9"
	echo "<sip:$2@$6:5061;transport=tls>;$options" >"$dir/accounts"
	: >"$dir/contacts"
	ip netns exec "$1" baresip -4 -f "$dir" </dev/null >"$dir/log" 2>&1 &
}

# house_say PHONE COMMAND [PARAMETERS]: over baresip's control connection
house_say() {
	local json
	json="{\"command\":\"$2\",\"params\":\"${3:-}\",\"token\":\"x\"}"
	ip netns exec "$1" bash -c '
		exec 3<>/dev/tcp/127.0.0.1/4444
		printf "%d:%s," "${#1}" "$1" >&3
		timeout 2 head -c 200 <&3 || :' say "$json"
}

house_registered() { ctl registration list | grep -q "$1"; }
