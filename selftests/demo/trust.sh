# SPDX-License-Identifier: GPL-2.0
# How the demo's phones come to their certificates and files, and what they make
# of changed ones; to be sourced by guest, which has say, show, house_die.
# shellcheck shell=bash
# shellcheck disable=SC2154 # set by who sources it

# trust_names: the phones know the node by name, each by its end of the cable.
trust_names() {
	local ns
	for ns in phone-a phone-b; do
		mkdir -p "/etc/netns/$ns"
		echo "10.0.$([ $ns = phone-a ] && echo 1 || echo 2).1" \
			"gateway.example" >"/etc/netns/$ns/hosts"
	done
}

# The house, but nobody is enrolled, and nothing is secure.
house_import() {
	house_json | python3 -c '
import json, sys
house = json.load(sys.stdin)
house["param"]["cluster_security_mode"] = "nonsecure"
house["profile"][0].update(tftp_encrypted_config=True,
                           capf_authentication_mode="authentication-string")
for user in house["user"]:
    user["phone_file_password"] = True
for phone in house["phone"]:
    phone["load"] = "sip88xx.demo"
json.dump(house, sys.stdout)' >"$house/house.json"
	ctl import "$house/house.json"
}

# boot NAMESPACE NAME OPTIONS...: a phone in a box, a line of JSON a step.
boot() {
	local ns=$1 name=$2
	shift 2
	ip netns exec "$ns" /usr/bin/python3 "$here/../phone/phone.py" \
		--name "$name" --flash "$house/flash-$name" \
		--server gateway.example --tftp-port 0 \
		--vendor "$house/vendor.pem" "$@"
}

# enrol NAMESPACE NAME NUMBER STRING: from a new phone to a registered one.
enrol() {
	local ns=$1 name=$2 number=$3 string=$4 folder=$house/$2.out
	mkdir -p "$house/flash-$name" "$folder"
	say "$name boots for the first time; somebody types $string"
	boot "$ns" "$name" --auth-string "$string" --out "$folder" \
		--register "$number" >"$house/boot-$name.log" 2>&1 || {
		sed 's/^/        /' "$house/boot-$name.log"
		house_die "$name does not come up"
	}
	sed 's/^/        /; s/^\(.\{76\}\).*/\1.../' "$house/boot-$name.log"
	grep -q '"done": "installed"' "$house/boot-$name.log" ||
		house_die "$name has not enrolled"
	grep -q '"step": "use".*"encrypted": true' "$house/boot-$name.log" ||
		house_die "the configuration of $name is not encrypted"
	cp "$folder/phone.pem" "$house/$name.both"
}

# trust_begin: a mixed cluster from nothing, firmware, and an order for each phone.
trust_begin() {
	local phone
	trust_names
	say "the cluster becomes mixed: a CTL, signed by ITLRecovery"
	show ucsecctl ctl mode mixed
	show ucsecctl firmware import "$house/sip88xx.demo.loads"
	for phone in A B; do
		# Digits that a user is told; no secret is in a command line.
		printf '4711%s' "$phone" | tr AB 12 >"$house/string-$phone"
		show ucsecctl phone set "SEP00000000000$phone" \
			capf-operation install \
			capf-auth-string-file "$house/string-$phone"
	done
	show ucsecctl capf list
	enrol phone-a SEP00000000000A 2001 47111
	enrol phone-b SEP00000000000B 2002 47112
	show ucsecctl capf list
	# What baresip verifies the gateway by is what the phone was told.
	# shellcheck disable=SC2034 # of house_phone
	house_cafile=$house/SEP00000000000A.out/ca.pem
}

# meddled WHAT NAME REFUSAL: the file is changed on its way; the phone refuses it.
meddled() {
	local what=$1 name=$2 refusal=$3 got meddler
	ip netns exec gateway /usr/bin/python3 "$here/meddler" serve \
		10.0.1.1:6977 10.0.1.1:6970 "$name" >"$house/meddler.log" 2>&1 &
	meddler=$!
	await 20 "the meddler" grep -q ready "$house/meddler.log"
	rm -rf "$house/flash-changed"
	cp -r "$house/flash-SEP00000000000A" "$house/flash-changed"
	got=$(boot phone-a SEP00000000000A --http-port 6977 \
		--flash "$house/flash-changed") || :
	kill "$meddler"
	wait "$meddler" || :
	got=$(grep '"step": "refused"' <<<"$got") || got=nothing
	say "somebody on the way has the $what, $(
		grep -o '^byte.*' "$house/meddler.log" | head -n 1) changed"
	sed 's/^/      /; s/^\(.\{78\}\).*/\1.../' <<<"$got"
	[[ $got =~ \"what\":\ \"($refusal)\" ]] ||
		house_die "the phone does not refuse it"
	echo "$what" >>"$out/changed"
}

# trust_attacks: one byte of each file, and of an LSC.
trust_attacks() {
	local lists='(list|tvs)-[a-z]+' files='(config|tvs)-[a-z]+'
	meddled CTL CTLSEP "$lists"
	meddled ITL ITL "$lists"
	meddled configuration .cnf.xml "$files"
	meddled firmware .loads "$files"
	say "and an LSC, $(/usr/bin/python3 \
		"$here/meddler" certificate "$house/SEP00000000000A.both" \
		"$house/changed.both") changed"
	refused "... as 2001" phone-a '^TLS alert: ' \
		'tls-refused peer=10.0.1.2:' \
		register-tls 10.0.1.2 10.0.1.1 2001 "$house/changed.both"
	echo LSC >>"$out/changed"
}
