# SPDX-License-Identifier: GPL-2.0
# What media costs in XDP, and the least that any frame costs there; sourced by
# rows. veth copies a frame before XDP sees it: ours is told by how much it is
# above a program that only sends the frame on.

# shellcheck shell=bash
# shellcheck disable=SC2154 # rows and topology.sh set the rest

# The map's value: addresses to and from, and the device's number.
xdp_way() {
	local index

	index=$(in_ns relay cat /sys/class/net/r1/ifindex)
	printf '%s:%s:%02x:%02x:00:00' "$(mac b b0)" "$(mac relay r1)" \
		$((index & 255)) $((index >> 8)) | tr : ' '
}

# Not below /sys, which is another one in each namespace.
xdp_kernel_rows() {
	local pins=/run/bench-bpf

	mkdir -p $pins && mount -t bpf bpf $pins || return
	# shellcheck disable=SC2046 # a list of bytes
	bpftool prog load "$bin/redirect.bpf.o" $pins/redirect \
		pinmaps $pins/maps &&
		bpftool map update pinned $pins/maps/way key hex 00 00 00 00 \
			value hex $(xdp_way) &&
		in_ns relay ip link set r0 xdpdrv pinned $pins/redirect &&
		row --system kernel --path xdp --to "$sink:6000" &&
		row --system kernel --path xdp --to "$sink:6000" --payload 1200
	in_ns relay ip link set r0 xdp off
	umount $pins
}

xdp_ucsec_rows() {
	# shellcheck disable=SC2034 # for rows
	local entry=xdp

	if in_ns relay ucsecctl xdp attach r0 --mode native &&
		in_ns relay ucsecctl xdp attach r1 --mode native; then
		stream_row ucsec - -
		stream_row ucsec - "$gcm"
		stream_row ucsec "$gcm" -
		stream_row ucsec "$gcm" "$gcm"
		stream_row ucsec - "$cm"
		stream_row ucsec - "$gcm" --payload 1200
		stream_row ucsec "$gcm" - --forge
	fi
	in_ns relay ucsecctl xdp detach r0
	in_ns relay ucsecctl xdp detach r1
}

xdp_rows() {
	# Checksums as on a wire, and far ends that take frames.
	in_ns a ethtool -K a0 tx off >/dev/null
	in_ns b ethtool -K b0 gro on >/dev/null
	xdp_kernel_rows || complain "a bare redirect could not be measured"
	load_ucsec || return
	xdp_ucsec_rows
	rmmod ucsec
}
