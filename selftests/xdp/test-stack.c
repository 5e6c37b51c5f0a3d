// SPDX-License-Identifier: GPL-2.0
/*
 * What the stack does before the hook has a packet, and after it sent one: XDP
 * does the same, or leaves it to the stack.
 */
#include <netinet/in.h>
#include "frame.h"

enum { PORT = FRAME_PORT };

static int make(u8 *frame, const u8 *data, int len)
{
	return frame_make(frame, &(struct frame){
		.family = AF_INET, .sport = 5000, .dport = PORT, .tos = 0xb9,
		.data = data, .len = len });
}

/* What never gets to the hook. */
static void try_refused(void)
{
	struct ucsec_stream s = stream_spec(AF_INET6, AF_INET6, PORT);
	u32 id = stream_new(&s);

	/* What would be the protocol of IPv4 is in the source, and says UDP. */
	try_up((struct frame){ .family = AF_INET6, .other_type = true,
			       .source = "fd11::2" },
	       UCSEC_XDP_UP_FORM, "IPv6 that says it is IPv4");
	try_up((struct frame){ .family = AF_INET6, .source = "ff02::1" },
	       UCSEC_XDP_UP_FORM, "what is from a group");
	try_up((struct frame){ .family = AF_INET6, .source = "::1" },
	       UCSEC_XDP_UP_FORM, "what is from the loopback");
	must_run(G, "sysctl -qw net.ipv6.conf.wa.disable_ipv6=1");
	try_up((struct frame){ .family = AF_INET6 }, UCSEC_XDP_UP_FORM,
	       "IPv6 where a device takes none");
	must_run(G, "sysctl -qw net.ipv6.conf.wa.disable_ipv6=0");
	must_run(G, "ip addr replace fd00:1::1/64 dev wa nodad");
	stream_del(id);
}

/* Tags that are not seen; and a VLAN that is a port of a bridge. */
static void try_vlans(void)
{
	must_run(G, "ip link add link wa name wa.5 type vlan id 5");
	must_run(G, "ip link set wa.5 up");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_LINK,
	       "what may be of a VLAN, of a device that takes tags off");
	must_run(G, "ethtool -K wa rxvlan off rx-vlan-stag-hw-parse off");
	must_run(G, "ip link add br5 type bridge");
	must_run(G, "ip link set wa.5 master br5");
	try_up((struct frame){ .vlan = 5 }, UCSEC_XDP_UP_LINK,
	       "a VLAN that is the port of a bridge");
	must_run(G, "ip link del wa.5");
	must_run(G, "ip link set wa master br5");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_LINK,
	       "what comes by the port of a bridge");
	must_run(G, "ip link del br5");
}

/* Tunnels that come in behind what sends. */
static void try_tunnel(void)
{
	run(G, "modprobe -q mpls_iptunnel");
	must_run(G, "ip route add 10.0.2.2 encap mpls 100 via 10.0.2.2 dev wb");
	try_up((struct frame){ 0 }, UCSEC_XDP_UP_ROUTE,
	       "what is to leave by MPLS");
	must_run(G, "ip route del 10.0.2.2");
}

static bool neighbour_is(const char *state)
{
	return !run(G, "ip neigh show 10.0.2.2 dev wb | grep -q %s", state);
}

/* It is asked for again because of what was authentic, and of that alone. */
static void try_neighbour(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	struct oracle *seal;
	u8 pkt[2048], frame[FRAME_MAX];
	int n, len, verdict;
	u32 id;

	with_rx(&s, UCSEC_SUITE_AEAD_AES_128_GCM);
	seal = oracle_new(&s.rx, true);
	id = stream_new(&s);
	must_run(G, "ip neigh change 10.0.2.2 dev wb nud stale");
	len = next_rtp(160);
	memcpy(pkt, clear, (size_t)len);
	len = oracle_seal(seal, pkt, len, 0, false);
	pkt[20] ^= 1;
	n = make(frame, pkt, len);
	verdict = frame_run("wa", frame, &n);
	ok(verdict == XDP_DROP && neighbour_is("STALE"),
	   "nobody is asked for an address because of a forged one");
	pkt[20] ^= 1;
	n = make(frame, pkt, len);
	verdict = frame_run("wa", frame, &n);
	ok(verdict == XDP_REDIRECT && !neighbour_is("STALE"),
	   "but of a good one");
	stream_del(id);
	oracle_free(seal);
}

/* Out by the device that it came by; and what of the old header stays. */
static void try_return(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	struct sent sent = { 0 };
	u8 frame[FRAME_MAX];
	int n, len, verdict;
	u64 before;
	u32 id;

	id = stream_new(&s);
	len = next_rtp(160);
	n = make(frame, clear, len);
	ok(frame_run("wa", frame, &n) == XDP_REDIRECT &&
	   frame_read(frame, n, &sent) && sent.tos == 0xb8,
	   "the class stays, and what was said of congestion does not");
	stream_del(id);
	s.out = endpoint(HOST_GA, AF_INET, PORT + 2);
	s.to = endpoint(HOST_A, AF_INET, PORT + 4);
	id = stream_new(&s);
	must_run(G, "ping -q -c 1 -W 5 10.0.1.2 >/dev/null");
	before = frame_ways("wa", UCSEC_XDP_TX);
	len = next_rtp(160);
	n = make(frame, clear, len);
	verdict = frame_run("wa", frame, &n);
	ok(verdict == XDP_TX && n == 42 + len &&
	   !memcmp(frame + 42, clear, (size_t)len) &&
	   frame_ways("wa", UCSEC_XDP_TX) == before + 1,
	   "what goes back where it came from is returned");
	note("verdict %d, %d bytes", verdict, n);
	stream_del(id);
}

/* No room for a tag, at the end of the page that it came in. */
static void try_room(void)
{
	static u8 big[3468];
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	u32 id;

	with_tx(&s, UCSEC_SUITE_AEAD_AES_128_GCM);
	id = stream_new(&s);
	rtp_make(big, &(struct rtp){
		.ssrc = 1, .seq = 1, .payload = sizeof(big) - 12, .seed = 1 });
	must_run(G, "ip link set wb mtu 9000");
	try_up((struct frame){ .data = big, .len = sizeof(big) },
	       UCSEC_XDP_UP_ROOM, "what leaves no room for a tag");
	must_run(G, "ip link set wb mtu 1500");
	stream_del(id);
}

int main(void)
{
	struct ucsec_stream s = stream_spec(AF_INET, AF_INET, PORT);
	u32 id;

	setenv("UCSEC_XDP", "native", 0);
	world_new();
	frame_init();
	must_run(G, "ping -q -c 1 -W 5 10.0.2.2 >/dev/null");
	id = stream_new(&s);
	try_refused();
	try_vlans();
	try_tunnel();
	stream_del(id);
	try_neighbour();
	try_return();
	try_room();
	return tap_end();
}
