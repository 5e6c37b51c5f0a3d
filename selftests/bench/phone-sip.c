// SPDX-License-Identifier: GPL-2.0
// What a desk phone sends to register, and its answer to a challenge.

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "phone.h"

struct challenge {
	char realm[128], nonce[256], algorithm[32];
};

/* Between quotes or up to the comma. */
static int take_param(const char *line, const char *name, char *to, size_t size)
{
	const char *at = strstr(line, name);
	size_t len;

	if (!at)
		return -1;
	at += strlen(name);
	at += *at == '"';
	len = strcspn(at, "\",\r\n");
	if (!len || len >= size)
		return -1;
	memcpy(to, at, len);
	to[len] = '\0';
	return 0;
}

/* The first is the one that the server likes best (RFC 8760). */
static int read_challenge(const char *text, struct challenge *challenge)
{
	const char *line = strstr(text, "\r\nWWW-Authenticate: Digest ");

	return !line ||
	       take_param(line, "realm=", challenge->realm,
			  sizeof(challenge->realm)) ||
	       take_param(line, "nonce=", challenge->nonce,
			  sizeof(challenge->nonce)) ||
	       take_param(line, "algorithm=", challenge->algorithm,
			  sizeof(challenge->algorithm)) ? -1 : 0;
}

static int hash(const char *algorithm, char *hex, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static int hash(const char *algorithm, char *hex, const char *format, ...)
{
	const EVP_MD *md = EVP_get_digestbyname(
		strcmp(algorithm, "SHA-256") ? algorithm : "SHA256");
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int len, i;
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!md || !EVP_Digest(text, strlen(text), sum, &len, md, NULL))
		return -1;
	for (i = 0; i < len; i++)
		sprintf(hex + 2 * i, "%02x", sum[i]);
	return 0;
}

static int prove(const struct phone *phone, const char *text, char *header,
		 size_t size)
{
	char ha1[2 * EVP_MAX_MD_SIZE + 1], ha2[sizeof(ha1)];
	char response[sizeof(ha1)];
	unsigned int n = phone->number;
	const char *host = phone->all->host;
	struct challenge c;

	if (read_challenge(text, &c) ||
	    hash(c.algorithm, ha1, "u%u:%s:secret-%u", n, c.realm, n) ||
	    hash(c.algorithm, ha2, "REGISTER:sip:%s", host) ||
	    hash(c.algorithm, response, "%s:%s:00000001:%08x:auth:%s", ha1,
		 c.nonce, n, ha2))
		return -1;
	snprintf(header, size, "Authorization: Digest username=\"u%u\","
		 "realm=\"%s\",nonce=\"%s\",uri=\"sip:%s\",response=\"%s\","
		 "algorithm=%s,cnonce=\"%08x\",qop=auth,nc=00000001\r\n", n,
		 c.realm, c.nonce, host, response, c.algorithm, n);
	return 0;
}

int phone_register(const struct phone *phone, const char *challenge,
		   char *text, size_t size)
{
	struct sockaddr_in local = { 0 };
	socklen_t len = sizeof(local);
	char header[1024] = "", addr[INET_ADDRSTRLEN], name[16];
	const char *host = phone->all->host;
	unsigned int n = phone->number, port, cseq = challenge ? 102 : 101;
	int proof = challenge ? prove(phone, challenge, header,
				      sizeof(header)) : 0;

	if (proof || getsockname(phone->fd, (struct sockaddr *)&local, &len))
		return -1;
	inet_ntop(AF_INET, &local.sin_addr, addr, sizeof(addr));
	port = ntohs(local.sin_port);
	phone_name(phone, name);
	snprintf(text, size,
		 "REGISTER sip:%s SIP/2.0\r\n"
		 "Via: SIP/2.0/TLS %s:%u;branch=z9hG4bK%08x%04x%u\r\n"
		 "From: <sip:1%05u@%s>;tag=%08x%04x\r\n"
		 "To: <sip:1%05u@%s>\r\n"
		 "Call-ID: %08x-%04x-bench@%s\r\n"
		 "Max-Forwards: 70\r\n"
		 "CSeq: %u REGISTER\r\n"
		 "User-Agent: Cisco-CP8845/14.2.1\r\n"
		 "Contact: <sip:%08x@%s:%u;transport=tls>;+sip.instance="
		 "\"<urn:uuid:00000000-0000-0000-0000-%s>\";"
		 "+u.sip!devicename.ccm.cisco.com=\"%s\";"
		 "+u.sip!model.ccm.cisco.com=\"683\"\r\n"
		 "Supported: replaces,join,sdp-anat,norefersub,resource-priority,"
		 "extended-refer,X-cisco-callinfo,X-cisco-serviceuri,"
		 "X-cisco-escapecodes,X-cisco-service-control,"
		 "X-cisco-srtp-fallback,X-cisco-monrec,X-cisco-config,"
		 "X-cisco-sis-7.0.0,X-cisco-xsi-8.5.1\r\n"
		 "%sExpires: 3600\r\nContent-Length: 0\r\n\r\n",
		 host, addr, port, n, port, cseq, n, host, n, port, n, host, n,
		 port, addr, cseq, n, addr, port, name + 3, name, header);
	return 0;
}

int phone_status(const char *text)
{
	if (!strstr(text, "\r\n\r\n") || strncmp(text, "SIP/2.0 ", 8))
		return 0;
	return atoi(text + 8);
}
