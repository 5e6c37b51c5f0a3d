// SPDX-License-Identifier: GPL-2.0
/* A table of streams in place of the module, orders in place of packets. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "fake-ucsec.h"
#include "mediad/mediad.h"

enum { STREAMS = 256, KEYS = 4096 };

struct ucsec {
	int dummy;
};

static struct ucsec_stream streams[STREAMS];
static uint8_t used_keys[KEYS][UCSEC_MAX_KEY_LEN];
static unsigned int key_count, reused, requests, refusals, last_id;
static int refusal, control = -1;
static struct ucsec_error error;

void fake_ucsec_control(int fd)
{
	control = fd;
}

int ucsec_open(struct ucsec **handle)
{
	if (!fake_trunks_loaded())
		return -ENOENT;
	*handle = calloc(1, sizeof(**handle));
	return 0;
}

void ucsec_close(struct ucsec *handle)
{
	free(handle);
}

const struct ucsec_error *ucsec_error(const struct ucsec *handle)
{
	(void)handle;
	return &error;
}

static int fail(int code, const char *sentence)
{
	error.code = code;
	strncpy(error.sentence, sentence, sizeof(error.sentence) - 1);
	return code;
}

static struct ucsec_stream *find(uint32_t id)
{
	for (int i = 0; id && i < STREAMS; i++)
		if (streams[i].id == id)
			return &streams[i];
	return NULL;
}

static bool is_used(const struct ucsec_crypto *tx)
{
	for (unsigned int i = 0; i < key_count; i++)
		if (!memcmp(used_keys[i], tx->keys[0].material,
			    sizeof(used_keys[i])))
			return true;
	memcpy(used_keys[key_count++ % KEYS], tx->keys[0].material,
	       sizeof(*used_keys));
	return false;
}

static int check(const struct ucsec_stream *s)
{
	requests++;
	if (refusals) {
		refusals--;
		return fail(refusal, "the test says no");
	}
	/* A sending key serves one stream, and is given to it once. */
	if (s->have & UCSEC_HAVE_TX && is_used(&s->tx)) {
		reused++;
		return fail(-EKEYREJECTED, "key was used before");
	}
	if (s->have & UCSEC_HAVE_PAIR && !find(s->pair))
		return fail(-ENOENT, "no stream to pair with");
	return 0;
}

static bool same_in(const struct ucsec_stream *a, const struct ucsec_stream *b)
{
	return a->in.port == b->in.port && !memcmp(&a->in.addr, &b->in.addr,
						   sizeof(a->in.addr));
}

int ucsec_stream_new(struct ucsec *handle, const struct ucsec_stream *stream,
		     uint32_t *id)
{
	struct ucsec_stream *room = NULL;
	int err = check(stream);

	(void)handle;
	if (err)
		return err;
	for (int i = 0; i < STREAMS; i++) {
		if (!streams[i].id)
			room = &streams[i];
		else if (same_in(&streams[i], stream))
			return fail(-EADDRINUSE, "port is taken");
	}
	if (!room)
		return fail(-ENOSPC, "limit of streams");
	*room = *stream;
	room->id = ++last_id;
	if (find(room->pair) && room->pair)
		find(room->pair)->pair = room->id;
	*id = room->id;
	return 0;
}

static void change(struct ucsec_stream *to, const struct ucsec_stream *from)
{
	if (from->have & UCSEC_HAVE_FROM)
		to->from = from->from;
	if (from->have & UCSEC_HAVE_TO)
		to->to = from->to;
	if (from->have & UCSEC_HAVE_RX)
		to->rx = from->rx;
	if (from->have & UCSEC_HAVE_TX)
		to->tx = from->tx;
	to->flags = (to->flags & ~from->flags_mask) | from->flags;
	if (from->have & UCSEC_HAVE_IDLE)
		to->idle = from->idle;
	to->have |= from->have & ~(uint32_t)UCSEC_HAVE_RELATCH;
}

int ucsec_stream_set(struct ucsec *handle, const struct ucsec_stream *stream)
{
	struct ucsec_stream *s = find(stream->id);
	int err;

	(void)handle;
	if (!s)
		return fail(-ENOENT, "no such stream");
	if ((stream->have & UCSEC_HAVE_RX && !(s->have & UCSEC_HAVE_RX)) ||
	    (stream->have & UCSEC_HAVE_TX && !(s->have & UCSEC_HAVE_TX)))
		return fail(-EINVAL, "a plain side stays plain");
	if ((stream->flags ^ s->flags) & UCSEC_F_RX_RTCP_MUX)
		return fail(-EINVAL, "rx-rtcp-mux stays as created");
	err = check(stream);
	if (err)
		return err;
	change(s, stream);
	return 0;
}

int ucsec_stream_del(struct ucsec *handle, uint32_t id)
{
	struct ucsec_stream *s = find(id);

	(void)handle;
	requests++;
	if (!s)
		return fail(-ENOENT, "no such stream");
	memset(s, 0, sizeof(*s));
	return 0;
}

int ucsec_stream_get(struct ucsec *handle, uint32_t id,
		     struct ucsec_stream *stream)
{
	struct ucsec_stream *s = find(id);

	(void)handle;
	if (!s)
		return fail(-ENOENT, "no such stream");
	*stream = *s;
	stream->stats.rx_packets = id;
	return 0;
}

int ucsec_stream_dump(struct ucsec *handle, ucsec_stream_fn fn, void *arg)
{
	(void)handle;
	for (int i = 0; i < STREAMS; i++) {
		struct ucsec_stream copy = streams[i];
		int ret = copy.id ? fn(&copy, arg) : 0;

		if (ret)
			return ret;
	}
	return 0;
}

void ucsec_stream_wipe(struct ucsec_stream *stream)
{
	explicit_bzero(&stream->rx, sizeof(stream->rx));
	explicit_bzero(&stream->tx, sizeof(stream->tx));
}

int ucsec_event_subscribe(struct ucsec *handle)
{
	(void)handle;
	return 0;
}

int ucsec_event_fd(const struct ucsec *handle)
{
	(void)handle;
	return control;
}

static void tell(const struct fake_message *m, ucsec_event_fn fn, void *arg)
{
	struct ucsec_stream *s = find(m->stream);
	struct ucsec_notice notice = {
		.event = (enum ucsec_event)m->event, .id = m->stream,
		.count = 77,
	};

	if (!s)
		return;
	notice.cookie_len = s->cookie_len;
	memcpy(notice.cookie, s->cookie, sizeof(notice.cookie));
	fn(&notice, arg);
}

static void obey(struct fake_message *m, ucsec_event_fn fn, void *arg)
{
	struct ucsec_stream none = { 0 }, *s = find(m->stream);

	switch (m->order) {
	case FAKE_LOSE:
		m->event = UCSEC_EVENT_GONE;
		tell(m, fn, arg);
		if (s)
			memset(s, 0, sizeof(*s));
		break;
	case FAKE_EVENT:
		tell(m, fn, arg);
		break;
	case FAKE_SHOW:
		send(control, s ? s : &none, sizeof(none), 0);
		return;
	case FAKE_ADD:
		none.in.port = (uint16_t)++last_id;
		none.id = last_id;
		none.cookie_len = MEDIAD_COOKIE_LEN;
		memcpy(none.cookie, "other", 5);
		for (int i = 0; i < STREAMS && none.id; i++) {
			if (streams[i].id)
				continue;
			streams[i] = none;
			break;
		}
		m->stream = none.id;
		break;
	case FAKE_REFUSE:
		refusals = m->stream;
		refusal = m->event;
		break;
	}
	for (int i = 0; i < STREAMS; i++)
		m->count += !!streams[i].id;
	m->requests = requests;
	m->reused = reused;
	send(control, m, sizeof(*m), 0);
}

int ucsec_event_dispatch(struct ucsec *handle, ucsec_event_fn fn, void *arg)
{
	struct fake_message m;
	ssize_t n = recv(control, &m, sizeof(m), MSG_DONTWAIT);

	(void)handle;
	if (!n)
		exit(0);
	if (n == sizeof(m) && fake_trunks_obey(control, &m, fn, arg))
		obey(&m, fn, arg);
	return 0;
}

/* In the child: until the test is over. */
static void serve(const char *path, uid_t uid, int fd)
{
	struct mediad_server server = { .uid = uid };
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	prctl(PR_SET_PDEATHSIG, 9);
	fake_ucsec_control(fd);
	strcpy(addr.sun_path, path);
	unlink(path);
	server.listener = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0);
	if (bind(server.listener, (struct sockaddr *)&addr, sizeof(addr)) ||
	    listen(server.listener, 8) ||
	    mediad_kernel_open(&server.kernel))
		exit(1);
	server.ports = mediad_ports_new();
	mediad_server_adopt(&server);
	/* The test waits for that. */
	send(fd, "", 1, 0);
	exit(mediad_server_run(&server) ? 1 : 0);
}

int fake_ucsec_start(const char *path, uid_t uid, pid_t *child)
{
	int fds[2];
	char ready;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds))
		abort();
	*child = fork();
	if (*child < 0)
		abort();
	if (!*child) {
		close(fds[0]);
		serve(path, uid, fds[1]);
	}
	close(fds[1]);
	if (recv(fds[0], &ready, 1, 0) != 1)
		abort();
	return fds[0];
}

struct fake_message fake_ucsec_order(int fd, struct fake_message order)
{
	if (send(fd, &order, sizeof(order), 0) != sizeof(order) ||
	    recv(fd, &order, sizeof(order), 0) != sizeof(order))
		abort();
	return order;
}

struct ucsec_stream fake_ucsec_show(int fd, uint32_t stream)
{
	struct fake_message order = { .order = FAKE_SHOW, .stream = stream };
	struct ucsec_stream s;

	if (send(fd, &order, sizeof(order), 0) != sizeof(order) ||
	    recv(fd, &s, sizeof(s), 0) != sizeof(s))
		abort();
	return s;
}
