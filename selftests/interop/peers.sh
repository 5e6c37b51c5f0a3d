# SPDX-License-Identifier: GPL-2.0
# gstreamer as SRTP peer in a network namespace; to be sourced.
#
# Sound is PCMU, 8000 bytes a second, in a file without header; a packet has
# 160 bytes. Key files are those of ucsecctl: the SDES base64 of key and salt.

# shellcheck shell=bash

# What each suite is called over there, and its key and salt in bytes.
declare -A gst_cipher=(
	[AES_CM_128_HMAC_SHA1_80]=aes-128-icm [AES_256_CM_HMAC_SHA1_80]=aes-256-icm
	[AEAD_AES_128_GCM]=aes-128-gcm [AEAD_AES_256_GCM]=aes-256-gcm)
declare -A key_bytes=(
	[AES_CM_128_HMAC_SHA1_80]=30 [AES_256_CM_HMAC_SHA1_80]=46
	[AEAD_AES_128_GCM]=28 [AEAD_AES_256_GCM]=44)

# The peers' SRTP has no signalling here: both sides must know the SSRC.
peer_ssrc=305419896

# make_key SUITE FILE
make_key() {
	(umask 077; head -c "${key_bytes[$1]}" /dev/urandom | base64 -w 0 >"$2")
}

key_hex() { base64 -d <"$1" | od -An -v -tx1 | tr -d ' \n'; }

# gst_setup DIR: the few plugins that are needed, instead of looking through two
# hundred for seconds; and their registry, before two peers write it at once.
gst_setup() {
	local plugin from
	from=/usr/lib/$(uname -m)-linux-gnu/gstreamer-1.0
	mkdir -p "$1/plugins"
	for plugin in coreelements rawparse rtp srtp udp; do
		ln -s "$from/libgst$plugin.so" "$1/plugins/"
	done
	export GST_PLUGIN_SYSTEM_PATH_1_0=$1/plugins GST_REGISTRY_1_0=$1/registry
	gst-inspect-1.0 --exists srtpdec &&
		gst-inspect-1.0 --exists rtppcmupay
}

# Pipelines that gst_run is to run; starting a process costs more than they do.
pipelines=()

# On one processor: veth queues by processor, so that a sender that moves has its
# packets reordered, and depayloaders throw away what comes late.
gst_run() {
	exec taskset -c 0 ip netns exec "$1" gst-launch-1.0 -q "${pipelines[@]}"
}

# gst_send FILE ADDR PORT PACED SUITE KEYFILE [PAYLOADER-OPTION...]
#
# PACED true: as a phone does, a packet each 20 ms. SUITE RTP: not protected.
gst_send() {
	local file=$1 addr=$2 port=$3 paced=$4 suite=$5 key=$6 auth srtp=()
	shift 6
	if [ "$suite" != RTP ]; then
		auth=hmac-sha1-80
		[[ $suite != *GCM ]] || auth=null
		srtp=('!' srtpenc "key=$(key_hex "$key")"
			"rtp-cipher=${gst_cipher[$suite]}" "rtp-auth=$auth"
			"rtcp-cipher=${gst_cipher[$suite]}" "rtcp-auth=$auth")
	fi
	pipelines+=(filesrc "location=$file" '!'
		rawaudioparse use-sink-caps=false format=mulaw
		sample-rate=8000 num-channels=1 '!'
		rtppcmupay pt=0 "ssrc=$peer_ssrc" "$@"
		min-ptime=20000000 max-ptime=20000000 "${srtp[@]}" '!'
		udpsink "host=$addr" "port=$port" "sync=$paced")
}

# gst_receive FILE PORT SUITE KEYFILE: until killed, without buffering.
gst_receive() {
	local file=$1 port=$2 suite=$3 key=$4 auth caps decrypt=()
	caps="media=(string)audio,clock-rate=(int)8000"
	caps+=",encoding-name=(string)PCMU,payload=(int)0"
	if [ "$suite" = RTP ]; then
		caps="application/x-rtp,$caps"
	else
		auth=hmac-sha1-80
		[[ $suite != *GCM ]] || auth=null
		caps="application/x-srtp,$caps,ssrc=(uint)$peer_ssrc"
		caps+=",srtp-key=(buffer)$(key_hex "$key")"
		caps+=",srtp-cipher=(string)${gst_cipher[$suite]}"
		caps+=",srtp-auth=(string)$auth"
		caps+=",srtcp-cipher=(string)${gst_cipher[$suite]}"
		caps+=",srtcp-auth=(string)$auth"
		decrypt=('!' srtpdec)
	fi
	pipelines+=(udpsrc "port=$port" buffer-size=1000000 "caps=$caps"
		"${decrypt[@]}" '!' rtppcmudepay '!'
		filesink "location=$file" buffer-mode=unbuffered)
}
