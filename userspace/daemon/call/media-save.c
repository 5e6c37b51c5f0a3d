// SPDX-License-Identifier: GPL-2.0
/*
 * A call's media as text for the database, and back. No key is in it: after a
 * restart the next offer or answer brings fresh ones (MEDIA-11).
 */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/media-internal.h"

static json_t *save_addr(const struct call_addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "";

	if (addr->family != AF_UNSPEC)
		inet_ntop(addr->family, &addr->v4, text, sizeof(text));
	return json_string(text);
}

static bool restore_addr(const char *text, struct call_addr *addr)
{
	memset(addr, 0, sizeof(*addr));
	if (!*text)
		return true;
	addr->family = strchr(text, ':') ? AF_INET6 : AF_INET;
	return inet_pton(addr->family, text, &addr->v4) == 1;
}

static const char *suite_name(const struct call_suite *suite)
{
	return suite ? suite->name : "";
}

static bool restore_suite(const char *name, const struct call_suite **suite)
{
	*suite = *name ? call_suite_find(name, strlen(name)) : NULL;
	return *suite || !*name;
}

static json_t *save_side(const struct media_side *side, uint32_t stream)
{
	return json_pack("{s:i,s:o,s:i,s:i,s:b,s:b,s:b,s:s,s:s,s:I}",
			 "local", side->local.port, "addr",
			 save_addr(&side->addr), "port", side->port, "rtcp",
			 side->rtcp_port, "mux", side->mux, "sends",
			 side->sends, "receives", side->receives, "rx",
			 suite_name(side->rx), "tx", suite_name(side->tx),
			 "stream", (json_int_t)stream);
}

static json_t *save_lines(const struct call_media *media)
{
	json_t *lines = json_array();

	for (unsigned int i = 0; i < CALL_LINES; i++) {
		const struct media_line *l = media->lines[i];

		if (!l)
			continue;
		json_array_append_new(lines, json_pack(
			"{s:i,s:b,s:b,s:o,s:o}", "line", i, "active",
			l->active, "video", l->video,
			"a", save_side(&l->side[0], l->stream[0]),
			"b", save_side(&l->side[1], l->stream[1])));
	}
	return lines;
}

char *call_media_save(const struct call_media *media)
{
	char id[2 * CALL_MEDIA_ID_LEN + 1], *text;
	json_t *root;

	for (int i = 0; i < CALL_MEDIA_ID_LEN; i++)
		sprintf(id + 2 * i, "%02x", media->id[i]);
	root = json_pack("{s:s,s:[ii],s:[bb],s:o}", "id", id,
			 "realms", media->realm[0], media->realm[1],
			 "v6", media->family[0] == AF_INET6,
			 media->family[1] == AF_INET6,
			 "lines", save_lines(media));
	text = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return text;
}

static bool restore_side(struct call_media *media, enum call_leg leg,
			 json_t *from, struct media_line *l)
{
	const struct call_media_conf *conf = &media->system->conf;
	struct media_side *side = &l->side[leg];
	struct call_ports *ports = media_ports(media, leg);
	int local, port, rtcp, mux, sends, receives;
	const char *addr, *rx, *tx;
	json_int_t stream;

	if (json_unpack(from, "{s:i,s:s,s:i,s:i,s:b,s:b,s:b,s:s,s:s,s:I}",
			"local", &local, "addr", &addr, "port", &port, "rtcp",
			&rtcp, "mux", &mux, "sends", &sends, "receives",
			&receives, "rx", &rx, "tx", &tx, "stream", &stream))
		return false;
	if (!restore_addr(addr, &side->addr) ||
	    !restore_suite(rx, &side->rx) || !restore_suite(tx, &side->tx) ||
	    local < 0 || local >= UINT16_MAX || port < 0 ||
	    port > UINT16_MAX || rtcp < 0 || rtcp > UINT16_MAX ||
	    stream < 0 || stream > UINT32_MAX)
		return false;
	side->port = (uint16_t)port;
	side->rtcp_port = (uint16_t)rtcp;
	side->mux = mux;
	side->sends = sends;
	side->receives = receives;
	l->stream[leg] = (uint32_t)stream;
	if (!local)
		return true;
	/* The range may have been changed meanwhile: the call ends then. */
	if (!ports || call_ports_claim(ports, (uint16_t)local))
		return false;
	side->local.addr = conf->ranges[media->realm[leg]]
		[media->family[leg] == AF_INET6].addr;
	side->local.port = (uint16_t)local;
	side->local.rtcp_port = (uint16_t)(local + 1);
	side->reserved = true;
	return true;
}

static bool restore_line(struct call_media *media, json_t *from)
{
	int line, active, video;
	struct media_line *l;
	json_t *a, *b;

	if (json_unpack(from, "{s:i,s:b,s:b,s:o,s:o}", "line", &line,
			"active", &active, "video", &video, "a", &a, "b",
			&b) || line < 0 || line >= CALL_LINES ||
	    media->lines[line])
		return false;
	l = media_line_get(media, (unsigned int)line);
	if (!l)
		return false;
	l->active = active;
	l->video = video;
	return restore_side(media, CALL_LEG_A, a, l) &&
	       restore_side(media, CALL_LEG_B, b, l);
}

static bool restore_id(const char *text, uint8_t id[CALL_MEDIA_ID_LEN])
{
	unsigned int byte;

	if (strlen(text) != 2 * CALL_MEDIA_ID_LEN ||
	    strspn(text, "0123456789abcdef") != 2 * CALL_MEDIA_ID_LEN)
		return false;
	for (int i = 0; i < CALL_MEDIA_ID_LEN; i++) {
		sscanf(text + 2 * i, "%2x", &byte);
		id[i] = (uint8_t)byte;
	}
	return true;
}

static int restore(struct call_media_system *system, json_t *root,
		   call_media_event_fn fn, void *arg,
		   struct call_media **out)
{
	uint8_t bytes[CALL_MEDIA_ID_LEN];
	struct call_media *media;
	int realm[LEGS], v6[LEGS];
	json_t *lines, *line;
	const char *id;
	size_t i;

	if (json_unpack(root, "{s:s,s:[ii],s:[bb],s:o}", "id", &id, "realms",
			&realm[0], &realm[1], "v6", &v6[0], &v6[1], "lines",
			&lines) || !json_is_array(lines) ||
	    !restore_id(id, bytes))
		return -EINVAL;
	media = call_media_new(system, bytes, fn, arg);
	if (!media)
		return -ENOMEM;
	for (int leg = 0; leg < LEGS; leg++) {
		if (realm[leg] < 0 || realm[leg] >= CALL_REALMS)
			goto err_media;
		call_media_set_leg(media, (enum call_leg)leg,
				   (enum call_realm)realm[leg],
				   v6[leg] ? AF_INET6 : AF_INET);
	}
	json_array_foreach(lines, i, line)
		if (!restore_line(media, line))
			goto err_media;
	*out = media;
	return 0;

err_media:
	/* What it claimed goes back; what it has in the kernel is swept. */
	call_media_free(media);
	return -EINVAL;
}

int call_media_restore(struct call_media_system *system, const char *text,
		       call_media_event_fn fn, void *arg,
		       struct call_media **media)
{
	json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	int err = root ? restore(system, root, fn, arg, media) : -EINVAL;

	json_decref(root);
	return err;
}
