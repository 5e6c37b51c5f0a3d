# SPDX-License-Identifier: GPL-2.0
# Phones' files taken apart, for the openssl tool alone to judge; to be sourced.

# shellcheck shell=bash

# elements FILE: tag, offset and length of each of the header, by a walk of its own.
elements() {
	python3 - "$1" <<'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
inside = {3, 7, 9, 16, 17, 21}
at, end = 0, struct.unpack(">H", data[8:10])[0]
print("end", end, len(data))
while at < end and data[at] != 13:
    tag, n = struct.unpack(">BH", data[at:at + 3])
    print(tag, at, n)
    at += 3 if tag in inside else 3 + n
END
}

hex() { od -An -v -tx1 | tr -d ' \n'; }

# field FILE TAG: offset and length of the value.
field() { elements "$1" | awk -v tag="$2" '$1 == tag { print $2 + 3, $3 }'; }

# value FILE TAG: the bytes themselves.
value() {
	local at len
	read -r at len < <(field "$1" "$2")
	tail -c +$((at + 1)) "$1" | head -c "$len"
}

# verify FILE CERT DIGEST: by section 3.5's procedure.
verify() {
	local at len
	read -r at len < <(field "$1" 12)
	value "$1" 12 >signature
	openssl x509 -in "$2" -noout -pubkey >public
	{
		head -c $((at - 3)) "$1"
		tail -c +$((at + len + 1)) "$1"
	} | openssl dgst "-$3" -verify public -signature signature
}

# decrypt FILE DIGEST: to clear.out, without its padding.
decrypt() {
	local at pad
	value "$1" 25 | openssl pkeyutl -decrypt -inkey device.key \
		-pkeyopt rsa_padding_mode:pkcs1 >key || return
	read -r at _ < <(elements "$1" | sed -n 's/^end //p')
	pad=$((16#$(value "$1" 20 | hex)))
	tail -c +$((at + 1)) "$1" |
		openssl enc -d -aes-128-cbc -nopad -K "$(hex <key)" \
			-iv "$(value "$1" 19 | hex)" >padded || return
	[ "$(tail -c "$pad" padded | tr -d '\r' | wc -c)" = 0 ] || return
	head -c -"$pad" padded >clear.out
	[ "$(openssl dgst "-$2" -binary clear.out | hex)" = \
		"$(value "$1" 27 | hex)" ]
}

# content FILE: what is behind the header.
content() {
	local at
	read -r at _ < <(elements "$1" | sed -n 's/^end //p')
	tail -c +$((at + 1)) "$1"
}

# records FILE: role, DNS name, address and SHA-256 of the certificate of each.
records() {
	python3 - "$1" <<'END'
import hashlib, struct, sys
data = open(sys.argv[1], "rb").read()
at = struct.unpack(">H", data[8:10])[0]
while at < len(data):
    end = at + struct.unpack(">H", data[at + 3:at + 5])[0]
    has = {}
    while at < end:
        tag, n = struct.unpack(">BH", data[at:at + 3])
        has[tag] = data[at + 3:at + 3 + n]
        at += 3 + n
    print(has[4][1], has.get(2, b"\0")[:-1].decode() or "-",
          ".".join(map(str, has.get(10, b""))) or "-",
          hashlib.sha256(has[9]).hexdigest() if 9 in has else "-")
END
}
