// SPDX-License-Identifier: GPL-2.0
/* Three namespaces in a row, and sockets in them. */
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include "net.h"

enum { CHILDREN = 16, SOCKET_BUFFER = 16 << 20 };

struct ucsec *gw;
static char names[PLACES][32];
static int fds[PLACES];
static pid_t children[CHILDREN], owner;

const char *world_name(enum place place)
{
	return names[place];
}

void enter(enum place place)
{
	if (setns(fds[place], CLONE_NEWNET))
		die("setns");
}

static int shell(const char *command)
{
	int status = system(command);

	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int vrun(enum place place, const char *format, va_list args)
{
	char command[2048];
	int n;

	n = snprintf(command, sizeof(command), "exec ip netns exec %s ",
		     names[place]);
	vsnprintf(command + n, sizeof(command) - (size_t)n, format, args);
	fflush(stdout);
	return shell(command);
}

int run(enum place place, const char *command, ...)
{
	va_list args;
	int status;

	va_start(args, command);
	status = vrun(place, command, args);
	va_end(args);
	return status;
}

void must_run(enum place place, const char *command, ...)
{
	va_list args;
	int status;

	va_start(args, command);
	status = vrun(place, command, args);
	va_end(args);
	if (status)
		die("%s -> %d", command, status);
}

pid_t start(enum place place, const char *command, ...)
{
	va_list args;
	pid_t pid;
	int i;

	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		char text[1024];

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		enter(place);
		va_start(args, command);
		vsnprintf(text, sizeof(text), command, args);
		va_end(args);
		execl("/bin/bash", "bash", "-c", text, NULL);
		_exit(127);
	}
	for (i = 0; i < CHILDREN && children[i]; i++)
		;
	if (i < CHILDREN)
		children[i] = pid;
	return pid;
}

void stop(pid_t pid)
{
	int i;

	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	for (i = 0; i < CHILDREN; i++)
		if (children[i] == pid)
			children[i] = 0;
}

/*
 * XDP takes what comes to the gateway, if the environment says so. Checksums
 * are complete then, as they are on a wire, and the far ends poll, so that they
 * take frames.
 */
static void world_xdp(const char *mode)
{
	must_run(A, "ethtool -K wa tx off gro on >/dev/null");
	must_run(B, "ethtool -K wb tx off gro on >/dev/null");
	must_run(G, "ucsecctl xdp attach wa --mode %s", mode);
	must_run(G, "ucsecctl xdp attach wb --mode %s", mode);
}

/* For who started us: the counters go with the devices. */
static void world_xdp_report(const char *file)
{
	run(G, "ucsecctl --json xdp show >%s", file);
}

static void world_end(void)
{
	char command[256];
	int i;

	if (getpid() != owner)
		return;
	if (getenv("UCSEC_XDP_REPORT"))
		world_xdp_report(getenv("UCSEC_XDP_REPORT"));
	for (i = 0; i < CHILDREN; i++)
		if (children[i])
			stop(children[i]);
	ucsec_close(gw);
	snprintf(command, sizeof(command),
		 "for n in %s %s %s; do ip netns del $n 2>/dev/null; done",
		 names[A], names[G], names[B]);
	shell(command);
}

static const char topology[] =
	"set -e; a=%s g=%s b=%s\n"
	"for n in $a $g $b; do ip netns add $n; ip -n $n link set lo up; done\n"
	"ip link add wa netns $a type veth peer name wa netns $g\n"
	"ip link add wb netns $g type veth peer name wb netns $b\n"
	"ip -n $a -b - <<'END'\n"
	"addr add 10.0.1.2/24 dev wa\n"
	"addr add fd00:1::2/64 dev wa nodad\n"
	"link set wa up\n"
	"route add default via 10.0.1.1\n"
	"route add default via fd00:1::1\n"
	"END\n"
	"ip -n $g -b - <<'END'\n"
	"addr add 10.0.1.1/24 dev wa\n"
	"addr add fd00:1::1/64 dev wa nodad\n"
	"addr add 10.0.2.1/24 dev wb\n"
	"addr add fd00:2::1/64 dev wb nodad\n"
	"link set wa up\n"
	"link set wb up\n"
	"END\n"
	"ip -n $b -b - <<'END'\n"
	"addr add 10.0.2.2/24 dev wb\n"
	"addr add fd00:2::2/64 dev wb nodad\n"
	"link set wb up\n"
	"route add default via 10.0.2.1\n"
	"route add default via fd00:2::1\n"
	"END\n";

void world_new(void)
{
	char command[2048], path[128];
	int i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	owner = getpid();
	for (i = 0; i < PLACES; i++)
		snprintf(names[i], sizeof(names[i]), "ucsec-%d-%c",
			 (int)owner, "agb"[i]);
	atexit(world_end);
	snprintf(command, sizeof(command), topology, names[A], names[G],
		 names[B]);
	if (shell(command))
		die("topology");
	for (i = 0; i < PLACES; i++) {
		snprintf(path, sizeof(path), "/run/netns/%s", names[i]);
		fds[i] = open(path, O_RDONLY | O_CLOEXEC);
		if (fds[i] < 0)
			die("%s", path);
	}
	if (getenv("UCSEC_XDP"))
		world_xdp(getenv("UCSEC_XDP"));
	enter(G);
	if (ucsec_open(&gw))
		die("ucsec_open");
	enter(A);
}

static const struct {
	const char *v4, *v6;
} hosts[] = {
	[HOST_A] = { "10.0.1.2", "fd00:1::2" },
	[HOST_GA] = { "10.0.1.1", "fd00:1::1" },
	[HOST_GB] = { "10.0.2.1", "fd00:2::1" },
	[HOST_B] = { "10.0.2.2", "fd00:2::2" },
};

socklen_t address(enum host host, int family, u16 port,
		  struct sockaddr_storage *out)
{
	struct sockaddr_in6 *six = (void *)out;
	struct sockaddr_in *four = (void *)out;

	memset(out, 0, sizeof(*out));
	if (family == AF_INET) {
		four->sin_family = AF_INET;
		four->sin_port = htons(port);
		inet_pton(AF_INET, hosts[host].v4, &four->sin_addr);
		return sizeof(*four);
	}
	six->sin6_family = AF_INET6;
	six->sin6_port = htons(port);
	inet_pton(AF_INET6, hosts[host].v6, &six->sin6_addr);
	return sizeof(*six);
}

struct ucsec_endpoint endpoint(enum host host, int family, u16 port)
{
	struct ucsec_endpoint ep = { .family = family };

	inet_pton(family, family == AF_INET ? hosts[host].v4 : hosts[host].v6,
		  &ep.addr);
	if (port) {
		ep.have = UCSEC_EP_PORT;
		ep.port = port;
	}
	return ep;
}

int udp_socket_at(enum place place, enum host host, int family, u16 port)
{
	int fd, size = SOCKET_BUFFER;
	struct sockaddr_storage ss;
	socklen_t len = address(host, family, port, &ss);

	enter(place);
	fd = socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (void *)&ss, len))
		die("socket at port %u", port);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size));
	enter(A);
	return fd;
}

int udp_socket(enum place place, int family, u16 port)
{
	static const enum host of[] = { HOST_A, HOST_GA, HOST_B };

	return udp_socket_at(place, of[place], family, port);
}

void send_udp(int fd, int family, u16 port, const void *data, size_t len)
{
	struct sockaddr_storage ss;
	socklen_t sslen = address(HOST_GA, family, port, &ss);

	if (sendto(fd, data, len, 0, (void *)&ss, sslen) < 0)
		note("sendto %zu: %s", len, strerror(errno));
}

int receive(int fd, void *data, size_t size, int timeout_ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	ssize_t n;

	n = recv(fd, data, size, MSG_DONTWAIT);
	if (n >= 0 || poll(&p, 1, timeout_ms) <= 0)
		return (int)n;
	return (int)recv(fd, data, size, MSG_DONTWAIT);
}

u32 drain(int fd)
{
	static u8 pkt[MAX_PACKET];
	u32 n = 0;

	while (recv(fd, pkt, sizeof(pkt), MSG_DONTWAIT) >= 0)
		n++;
	return n;
}

int tap_at(enum place place, const char *dev)
{
	struct sockaddr_ll ll = { .sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL) };
	int fd, size = SOCKET_BUFFER;
	struct ifreq ifr = { 0 };

	enter(place);
	fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	strcpy(ifr.ifr_name, dev);
	if (fd < 0 || ioctl(fd, SIOCGIFINDEX, &ifr))
		die("tap at %s", dev);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	ll.sll_ifindex = ifr.ifr_ifindex;
	if (bind(fd, (void *)&ll, sizeof(ll)))
		die("tap at %s", dev);
	enter(A);
	return fd;
}

int tun_new(const char *dev, int flags)
{
	struct ifreq ifr = { .ifr_flags = (short)(IFF_TUN | IFF_NO_PI |
						  flags) };
	int fd;

	run(G, "modprobe -q tun");
	enter(G);
	fd = open("/dev/net/tun", O_RDWR | O_CLOEXEC);
	strcpy(ifr.ifr_name, dev);
	if (fd >= 0 && ioctl(fd, TUNSETIFF, &ifr)) {
		close(fd);
		fd = -1;
	}
	enter(A);
	if (fd >= 0)
		must_run(G, "ip link set %s up", dev);
	return fd;
}

void stay(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		die("one processor");
}
