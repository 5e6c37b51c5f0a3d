// SPDX-License-Identifier: GPL-2.0
/* Session descriptions: what is kept, what is dropped, what is refused. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "call/sdp.h"
#include "tap.h"

#define HEAD "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\n"
#define CONN "c=IN IP4 192.0.2.1\r\n"
#define TIME "t=0 0\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 0 8\r\n"
#define TOP HEAD CONN TIME
#define KEY "inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"
#define CRYPTO "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n"

/* A softphone's offer with everything that may not cross the gateway. */
static const char rich[] =
	"v=0\r\no=alice 18446744073709551615 7 IN IP6 host.example\r\n"
	"s=Call\r\ni=info\r\nu=http://example\r\ne=a@example\r\np=+1\r\n"
	"c=IN IP6 2001:db8::1\r\nb=AS:128\r\nt=0 0\r\nr=7d 1h 0 25h\r\n"
	"z=0 0\r\nk=clear:secret\r\na=tool:x\r\na=ice-lite\r\n"
	"a=group:BUNDLE 1 2\r\na=key-mgmt:mikey AQAF\r\na=sendonly\r\n"
	"m=audio 4000 RTP/SAVPF 111 0 101\r\ni=audio\r\nb=TIAS:64000\r\n"
	"a=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\n"
	"a=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=mid:1\r\n"
	"a=candidate:1 1 UDP 1 192.0.2.9 9 typ host\r\na=ice-ufrag:x\r\n"
	"a=ice-pwd:y\r\na=remote-candidates:1 192.0.2.9 9\r\n"
	"a=fingerprint:sha-256 00\r\na=setup:actpass\r\na=zrtp-hash:1 00\r\n"
	CRYPTO "a=crypto:2 AEAD_AES_256_GCM inline:x\r\n"
	"a=Crypto:3 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n"
	"a=rtcp:4005\r\na=rtcp-mux\r\na=acap:1 crypto:1 x " KEY "\r\n"
	"k=base64:c2VjcmV0\r\na=recvonly\r\n"
	"m=video 5000 RTP/AVP 96\r\nc=IN IP4 198.51.100.7\r\n"
	"a=rtpmap:96 H264/90000\r\n"
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=sctp-port:5\r\n"
	"m=image 6000 udptl t38\r\nm=audio 0 RTP/AVP 0\r\n"
	"m=audio 7000/2 RTP/AVP 0\r\n";

static struct call_sdp *parse(const char *text, size_t len, int *err,
			     const char **why)
{
	char *exact = malloc(len ? len : 1);
	struct call_sdp *sdp = NULL;
	unsigned int line;

	memcpy(exact, text, len);
	*why = NULL;
	*err = call_sdp_parse(exact, len, &sdp, why, &line);
	free(exact);
	return sdp;
}

static void check_rich(void)
{
	static const char *const gone[] = {
		"secret", "a=ice", "candidate", "BUNDLE", "mikey", "fingerprint",
		"setup", "zrtp", "acap", "mid:", "example", "c2VjcmV0",
		"AEAD", "Crypto:3",
	};
	static const char *const kept[] = {
		"b=AS:128\r\n", "a=tool:x\r\n", "b=TIAS:64000\r\n",
		"m=audio 4000 RTP/SAVPF 111 0 101\r\n", "a=ptime:20\r\n",
		"a=fmtp:111 useinbandfec=1\r\n", CRYPTO, "a=rtcp:4005\r\n",
		"a=rtcp-mux\r\n", "a=recvonly\r\n", "c=IN IP4 198.51.100.7\r\n",
		"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n",
		"m=image 6000 udptl t38\r\n", "m=audio 0 RTP/AVP 0\r\n",
	};
	static char text[CALL_SDP_SIZE + 1], again[CALL_SDP_SIZE];
	struct call_sdp *sdp, *second;
	struct call_sdp_media *m;
	const char *why;
	ssize_t n;
	int err;

	sdp = parse(rich, sizeof(rich) - 1, &err, &why);
	if (!ok(sdp && sdp->media_count == 6, "rich offer: %s",
		why ? why : "-"))
		return;
	m = sdp->media;
	ok(m[0].kind == CALL_SDP_AUDIO && m[0].proto == CALL_SDP_SAVPF &&
	   m[0].port == 4000 && m[0].rtcp_port == 4005 && m[0].rtcp_mux &&
	   m[0].direction == CALL_SDP_RECV && m[0].addr.family == AF_INET6,
	   "first line");
	ok(m[0].crypto_count == 2 && !m[0].crypto[0].fault &&
	   m[0].crypto[0].tag == 1 && m[0].crypto[1].fault,
	   "its keys, one bad: %s", m[0].crypto[1].fault);
	ok(m[1].kind == CALL_SDP_VIDEO && m[1].direction == CALL_SDP_SEND &&
	   m[1].addr.family == AF_INET && !m[1].rtcp_port,
	   "second line has its own address, the session's direction");
	ok(m[2].kind == CALL_SDP_OTHER && m[3].proto == CALL_SDP_FOREIGN &&
	   !m[4].port && m[5].proto == CALL_SDP_FOREIGN,
	   "other kinds, protocols, port 0, several ports");
	ok(!memmem(sdp->text, sdp->size, "WVNfX19z", 8),
	   "no key is left in the text");
	n = call_sdp_write(sdp, text, CALL_SDP_SIZE);
	ok(n > 0, "written");
	text[n > 0 ? n : 0] = '\0';
	for (size_t i = 0; i < sizeof(gone) / sizeof(*gone); i++)
		ok(!strstr(text, gone[i]), "dropped: %s", gone[i]);
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		ok(strstr(text, kept[i]), "kept: %.*s",
		   (int)strcspn(kept[i], "\r"), kept[i]);
	second = parse(text, (size_t)n, &err, &why);
	ok(second && call_sdp_write(second, again, sizeof(again)) == n &&
	   !memcmp(text, again, (size_t)n), "reading it again changes nothing");
	call_sdp_free(second);
	call_sdp_forget_keys(sdp);
	n = call_sdp_write(sdp, text, CALL_SDP_SIZE);
	ok(n > 0 && !memmem(text, (size_t)n, "a=crypto", 8),
	   "without keys no crypto line is written");
	call_sdp_free(sdp);
}

/* Anywhere cut: whole or refused; written: fits or -ENOSPC and nothing. */
static void check_cuts(const char *text, const char *name)
{
	size_t len = strlen(text), accepted = 0;
	struct call_sdp *sdp;
	const char *why;
	bool sane = true, clean = true;
	int err;

	for (size_t cut = 0; cut < len; cut++) {
		sdp = parse(text, cut, &err, &why);
		sane = sane && (sdp ? !err : err < 0 && why);
		accepted += !!sdp;
		call_sdp_free(sdp);
	}
	ok(sane && accepted < len, "%s: cut anywhere, %zu of %zu whole", name,
	   accepted, len);
	sdp = parse(text, len, &err, &why);
	for (size_t size = 0; sdp; size++) {
		char *exact = malloc(size ? size : 1);
		ssize_t n = call_sdp_write(sdp, exact, size);

		/* Half a description may hold a whole key. */
		for (size_t i = 0; n == -ENOSPC && i < size; i++)
			clean = clean && !exact[i];
		free(exact);
		if (n == -ENOSPC)
			continue;
		/* One byte more than it takes: vsnprintf's NUL. */
		ok(n > 0 && (size_t)n <= size && size <= (size_t)n + 1 && clean,
		   "%s: written in %zu bytes, not in less", name, size);
		break;
	}
	call_sdp_free(sdp);
}

static void check_bad(void)
{
	static const char *const bad[] = {
		"", "\r\n", "v=0", "v=1\r\no=- 1 2 IN IP4 h\r\ns=-\r\n" TIME,
		"o=- 1 2 IN IP4 192.0.2.1\r\nv=0\r\ns=-\r\n" TIME,
		"v=0\r\ns=-\r\no=- 1 2 IN IP4 192.0.2.1\r\n" TIME,
		HEAD CONN AUDIO,			/* no t= */
		"v=0\r\no=- 1 IN IP4 192.0.2.1\r\ns=-\r\n" TIME,
		"v=0\r\no=- x 2 IN IP4 192.0.2.1\r\ns=-\r\n" TIME,
		"v=0\r\no=- 1 18446744073709551616 IN IP4 h\r\ns=-\r\n" TIME,
		"v=0\r\no=- 1 2 ATM IP4 192.0.2.1\r\ns=-\r\n" TIME,
		"v=0\r\no=- 1 2 IN IP5 192.0.2.1\r\ns=-\r\n" TIME,
		"v=0\r\no=- 1 2 IN IP4 192.0.2.1 x\r\ns=-\r\n" TIME,
		TOP "x=1\r\n", TOP "A=x\r\n", TOP "a\r\n", TOP "=a\r\n",
		TOP "\r\na=x\r\n", TOP "a=:x\r\n", TOP "a=\r\n",
		TOP "a=x\x01y\r\n", TOP "a=x\ry\r\n", TOP "a=x\x7f\r\n",
		TOP CONN, HEAD "c=IN IP4 host.example\r\n" TIME,
		HEAD "c=IN IP4 224.0.0.1/127\r\n" TIME,
		HEAD "c=IN IP4 224.0.0.1\r\n" TIME,
		HEAD "c=IN IP4 255.255.255.255\r\n" TIME,
		HEAD "c=IN IP4 192.0.2.1/2\r\n" TIME,
		HEAD "c=IN IP4 192.0.2\r\n" TIME,
		HEAD "c=IN IP4 192.0.2.256\r\n" TIME,
		HEAD "c=IN IP6 192.0.2.1\r\n" TIME,
		HEAD "c=IN IP6 ff02::1\r\n" TIME,
		HEAD "c=IN IP6 fe80::1\r\n" TIME,
		HEAD "c=IN IP6 ::ffff:192.0.2.1\r\n" TIME,
		HEAD "c=IN IP6 1111:2222:3333:4444:5555:6666:7777:8888:9999:1"
		"111:2222:3333\r\n" TIME,
		HEAD "c=ATM IP4 192.0.2.1\r\n" TIME, HEAD "c=IN IP4\r\n" TIME,
		HEAD TIME AUDIO, TOP "m=audio\r\n", TOP "m=audio 4000\r\n",
		TOP "m=audio 4000 RTP/AVP\r\n", TOP "m=audio 4000 RTP/AVP \r\n",
		TOP "m=audio x RTP/AVP 0\r\n", TOP "m=audio -1 RTP/AVP 0\r\n",
		TOP "m=audio 65536 RTP/AVP 0\r\n",
		TOP "m=audio 65535 RTP/AVP 0\r\n",
		TOP "m=audio 4000/ RTP/AVP 0\r\n",
		TOP "m=audio 4000/0 RTP/AVP 0\r\n",
		TOP "m=audio 4000 RTP/AVP 128\r\n",
		TOP "m=audio 4000 RTP/AVP 0 x\r\n",
		TOP "m=audio 4000 RTP/AVP 0 8 0\r\n",
		TOP AUDIO CONN CONN, TOP AUDIO "t=0 0\r\n",
		TOP AUDIO "a=rtcp:0\r\n", TOP AUDIO "a=rtcp\r\n",
		TOP AUDIO "a=rtcp:65536\r\n",
		TOP AUDIO "a=rtcp:4001 IN IP4\r\n",
	};
	struct call_sdp *sdp;
	const char *why;
	int err;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		sdp = parse(bad[i], strlen(bad[i]), &err, &why);
		ok(!sdp && err == -EINVAL && why, "refused: %s", why);
		call_sdp_free(sdp);
	}
	sdp = parse(TOP "a=x\0y\r\n", sizeof(TOP "a=x\0y\r\n") - 1, &err, &why);
	ok(!sdp && err == -EINVAL, "refused: NUL");
}

static char *repeat(const char *head, const char *body, unsigned int count)
{
	char *text = calloc(1, strlen(head) + count * strlen(body) + 1), *at;

	at = stpcpy(text, head);
	while (count--)
		at = stpcpy(at, body);
	return text;
}

static void check_limits(void)
{
	static const struct {
		const char *head, *body;
		unsigned int count;
		const char *what;
	} rows[] = {
		{ TOP, AUDIO, CALL_SDP_MEDIA, "media lines" },
		{ TOP AUDIO, CRYPTO, CALL_SDP_CRYPTO, "crypto lines" },
		{ TOP AUDIO, "a=crypto\r\n", CALL_SDP_CRYPTO, "empty ones" },
		{ TOP, "a=x\r\n", CALL_SDP_LINES - 5, "lines" },
		{ TOP "a=", "x", CALL_SDP_LINE_LEN - 2, "bytes of a line" },
	};
	static char big[CALL_SDP_SIZE + 2];
	struct call_sdp *sdp;
	const char *why;
	int err;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (unsigned int over = 0; over <= 1; over++) {
			char *text = repeat(rows[i].head, rows[i].body,
					    rows[i].count + over);

			sdp = parse(text, strlen(text), &err, &why);
			ok(over ? err == -E2BIG && !sdp : sdp != NULL,
			   "%u %s: %s", rows[i].count + over, rows[i].what,
			   why ? why : "accepted");
			call_sdp_free(sdp);
			free(text);
		}
	}
	for (size_t len = CALL_SDP_SIZE; len <= CALL_SDP_SIZE + 1; len++) {
		size_t at = strlen(strcpy(big, TOP));

		while (at < len) {
			size_t n = len - at < 1024 ? len - at : 1024;

			memset(big + at, 'x', n);
			memcpy(big + at, "a=", n < 2 ? n : 2);
			at += n;
			big[at - 1] = '\n';
		}
		sdp = parse(big, len, &err, &why);
		ok(len > CALL_SDP_SIZE ? err == -E2BIG : sdp != NULL,
		   "%zu bytes: %s", len, sdp ? "accepted" : why);
		call_sdp_free(sdp);
	}
}

static void check_details(void)
{
	struct call_sdp *sdp;
	const char *why;
	int err;

	sdp = parse(HEAD "c=IN IP4 0.0.0.0\nt=0 0\n" "m=audio 4000 RTP/AVP 0",
		    strlen(HEAD "c=IN IP4 0.0.0.0\nt=0 0\n"
			   "m=audio 4000 RTP/AVP 0"), &err, &why);
	ok(sdp && sdp->media[0].hold &&
	   sdp->media[0].direction == CALL_SDP_SEND,
	   "0.0.0.0 is hold; bare line feeds and no last one will do");
	call_sdp_free(sdp);
	sdp = parse(TOP "a=crypto:1 AES_CM_128_HMAC_SHA1_80 " KEY "\r\n" AUDIO,
		    strlen(TOP CRYPTO AUDIO), &err, &why);
	ok(sdp && !sdp->media[0].crypto_count && !sdp->line_count &&
	   !memmem(sdp->text, sdp->size, "WVNf", 4),
	   "keys of the whole session are none");
	call_sdp_free(sdp);
	sdp = parse(TOP AUDIO "\r\n", strlen(TOP AUDIO "\r\n"), &err, &why);
	ok(sdp != NULL, "an empty line at the end is suffered");
	call_sdp_free(sdp);
	sdp = parse(TOP, strlen(TOP), &err, &why);
	ok(sdp && !sdp->media_count, "no media at all");
	call_sdp_free(sdp);
	call_sdp_free(NULL);
	for (int p = CALL_SDP_FOREIGN; p <= CALL_SDP_SAVPF; p++)
		for (int s = 0; s < 2; s++) {
			enum call_sdp_proto q = call_sdp_proto_with(
				(enum call_sdp_proto)p, s);

			ok(p ? call_sdp_proto_secure(q) == !!s &&
			   (q >= CALL_SDP_AVPF) == (p >= CALL_SDP_AVPF) :
			   q == CALL_SDP_FOREIGN, "protocol %d, secure %d", p, s);
		}
}

/* Nobody answers: the lines stay, nothing flows, no port is named. */
static void check_hold(void)
{
	static const char offer[] = TOP AUDIO "a=rtpmap:8 PCMA/8000\r\n"
		"a=rtcp:4005\r\nm=video 0 RTP/AVP 96\r\n";
	static const char secure[] = TOP "m=audio 4000 RTP/SAVP 0\r\n" CRYPTO;
	char buf[1024];
	ssize_t n = call_sdp_hold(offer, strlen(offer), buf, sizeof(buf) - 1);

	buf[n > 0 ? n : 0] = '\0';
	ok(strstr(buf, "m=audio 9 RTP/AVP 0 8\r\nc=IN IP4 0.0.0.0\r\n"),
	   "hold: an audio line to nowhere");
	ok(strstr(buf, "a=rtpmap:8 PCMA/8000\r\na=inactive\r\n") &&
	   !strstr(buf, "rtcp") && !strstr(buf, "192.0.2.1"),
	   "hold: inactive, and nothing of its place");
	ok(strstr(buf, "m=video 0 RTP/AVP 96\r\n"),
	   "hold: a line that was refused stays refused");
	ok(call_sdp_hold(secure, strlen(secure), buf, sizeof(buf)) ==
	   -EPROTONOSUPPORT, "hold: no answer where keys are wanted");
	ok(call_sdp_hold("v=1", 3, buf, sizeof(buf)) == -EINVAL,
	   "hold: no answer to no offer");
}

int main(void)
{
	check_rich();
	check_cuts(rich, "rich offer");
	check_cuts(TOP AUDIO, "plain offer");
	check_cuts(TOP "m=audio 4000 RTP/SAVP 0\r\n" CRYPTO, "offer with key");
	check_bad();
	check_limits();
	check_details();
	check_hold();
	return tap_end();
}
