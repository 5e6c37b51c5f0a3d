// SPDX-License-Identifier: GPL-2.0
/*
 * ucsecd.conf: what is refused, in which line, and what becomes of the rest.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf-listen.h"
#include "conf.h"
#include "tap.h"

static char path[] = "/tmp/ucsec-conf-XXXXXX";
static char *told;

static int read_text(struct conf *conf, const char *text)
{
	FILE *file = fopen(path, "w"), *faults;
	size_t size;
	int count;

	fputs(text, file);
	fclose(file);
	free(told);
	told = NULL;
	faults = open_memstream(&told, &size);
	count = conf_read(conf, path, faults);
	fclose(faults);
	return count;
}

/* Each has one fault, in the line given. */
static const struct {
	const char *text;
	int line;
	const char *word;
} bad[] = {
	{ "nonsense\n", 1, "neither" },
	{ "name = a\n", 1, "" },
	{ "[nonsense]\nname = a\n", 1, "no such section" },
	{ "[node\n", 1, "ends with ]" },
	{ "[node]\nnonsense = 1\n", 2, "no such key" },
	{ "[node]\nname = a\nname = b\n", 3, "already in line 2" },
	{ "[node]\nname =\n", 2, "name: " },
	{ "[node]\nname = a b\n", 2, "name: " },
	{ "[node]\nname = -a\n", 2, "name: " },
	{ "[node]\nname = \"a\"\n", 2, "name: " },
	{ "[node]\nstate-directory = var\n", 2, "starts with /" },
	{ "[node]\nkey-file = k\n", 2, "starts with /" },
	{ "[node]\nuser = Root\n", 2, "user: " },
	{ "[node]\n\n# x\nuser =\n", 4, "user: " },
	{ "[log]\nlevel = loud\n", 2, "debug" },
	{ "[log]\nsecurity-log = x\n", 2, "starts with /" },
	{ "[listen]\nudp = 192.0.2.1\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = 192.0.2.1:0\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = 192.0.2.1:65536\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = 192.0.2.1:+5060\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = 192.0.2.256:5060\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = example.org:5060\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = 2001:db8::1:5060\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = [2001:db8::1]\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = [2001:db8::1]5:5060\n", 2, "ADDRESS:PORT" },
	{ "[listen]\nudp = [fe80::1%nosuchdev]:5060\n", 2, "interface" },
	{ "[listen]\ntcp = 192.0.2.1:5060\ntls = 192.0.2.1:5060\n", 3,
	  "already" },
	{ "[media]\nline-address = x\n", 2, "IPv4" },
	{ "[media]\nline-address = 0.0.0.0\n", 2, "of this host" },
	{ "[media]\nline-address = 224.0.0.1\n", 2, "of this host" },
	{ "[media]\nline-address = fe80::1\n", 2, "global scope" },
	{ "[media]\nline-address = 192.0.2.1\nline-address = 192.0.2.2\n", 3,
	  "one IPv4" },
	{ "[media]\nline-ports = 1000-2001\n", 2, "FIRST-LAST" },
	{ "[media]\nline-ports = 10001-10101\n", 2, "FIRST-LAST" },
	{ "[media]\nline-ports = 10000-10100\n", 2, "FIRST-LAST" },
	{ "[media]\nline-ports = 10101-10000\n", 2, "FIRST-LAST" },
	{ "[media]\nline-ports = 10000\n", 2, "FIRST-LAST" },
	{ "[media]\nline-ports = 24000-25001\n", 2, "overlap" },
	{ "[admin]\nsocket = s\n", 2, "starts with /" },
	{ "[admin]\ngroup = a b\n", 2, "group: " },
	{ "[admin]\nmetrics = 192.0.2.1:9464\n", 2, "loopback" },
	{ "[admin]\nmetrics = 127.0.0.1\n", 2, "ADDRESS:PORT" },
	{ "[trust]\nkeyd-socket = s\n", 2, "starts with /" },
	{ "[trust]\nfiles-directory = /f\n", 2, "needs keyd-socket" },
	{ "[trust]\ncapf = 192.0.2.1:3804\n", 2, "needs keyd-socket" },
	{ "[trust]\nkeyd-socket = /s\ntvs = 192.0.2.1\n", 3, "ADDRESS:PORT" },
	{ "[trust]\nkeyd-socket = /s\nhttp = 192.0.2.1:0\n", 3, "ADDRESS:PORT" },
	{ "[trust]\nkeyd-socket = /s\nhttp = 192.0.2.1:80\n"
	  "http = 192.0.2.1:80\n", 4, "already" },
	{ "[trust]\nkeyd-socket = /s\nhttp = 127.0.0.1:80\nhttp = 127.0.0.2:80\n"
	  "http = 127.0.0.3:80\nhttp = 127.0.0.4:80\nhttp = 127.0.0.5:80\n", 7,
	  "more than 4" },
	{ "[tls]\nlegacy = on\n", 1, "no such section" },
};

static void test_bad(void)
{
	char where[80];
	struct conf conf;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int count = read_text(&conf, bad[i].text);

		snprintf(where, sizeof(where), "%s:%d: ", path, bad[i].line);
		if (!ok(count == 1 && !strncmp(told, where, strlen(where)) &&
			strstr(told, bad[i].word), "bad %zu", i))
			printf("# %d faults: %s", count, told);
	}
}

static void test_many(void)
{
	struct conf conf;
	char text[8192] = "[node]\nname = ";

	ok(read_text(&conf, "[x]\ny\n[log]\nlevel=1\nlevel=2\nz=1\n") == 5,
	   "every fault is told: %d", 5);
	memset(text + strlen(text), 'a', 6000);
	strcat(text, "\n[log]\nlevel = loud\n");
	ok(read_text(&conf, text) == 2 && strstr(told, ":2: longer") &&
	   strstr(told, ":4: level"), "a long line is one fault, lines count on");
	strcpy(text, "[listen]\n");
	for (int i = 1; i <= CONF_MAX_LISTEN + 1; i++)
		sprintf(text + strlen(text), "udp = 127.0.0.%d:5060\n", i);
	ok(read_text(&conf, text) == 1 && strstr(told, "more than 16"),
	   "one listen address too many");
	ok(conf_read(&conf, "/nonexistent", NULL) == -ENOENT, "no file");
	ok(conf_read(&conf, "/", NULL) != 0, "a directory");
}

static void test_good(void)
{
	struct conf conf;
	int count = read_text(&conf,
		"# comment\n; comment\n[node]\nname = cm1.example.org\n"
		"state-directory = /tmp/x\nuser = ucsec\n[log]\nlevel = debug\n"
		"security-log = /tmp/s\n[listen]\nudp = 192.0.2.1:5060\n"
		"tcp = 192.0.2.1:5060 ; comment\ntls = [2001:db8::1]:5061\n"
		"legacy-tls = [2001:db8::1]:5063\n[media]\n"
		"line-address = 192.0.2.1\n  line-address = 2001:db8::1\n"
		"line-ports = 10000-10099\ntrunk-ports = 10100-10199\n"
		"trunk-address = 192.0.2.9\n"
		"[admin]\nsocket = /tmp/s\ngroup = adm\nmetrics = [::1]:9464\n");

	if (!ok(count == 0, "all that may be said"))
		printf("# %s", told);
	ok(!strcmp(conf.node, "cm1.example.org") &&
	   !strcmp(conf.state_dir, "/tmp/x") && !strcmp(conf.user, "ucsec") &&
	   !strcmp(conf.key_file, "/tmp/x/secret.key") &&
	   conf.log_level == LOG_LEVEL_DEBUG &&
	   !strcmp(conf.admin_group, "adm") && conf.have_metrics, "texts");
	ok(conf.listen_count == 4 && conf.listen[1].transport == CONF_TCP &&
	   !strcmp(conf.listen[1].text, "192.0.2.1:5060") &&
	   conf.listen[2].addr.in6.sin6_family == AF_INET6 &&
	   conf.listen[2].addr.in6.sin6_port == htons(5061) &&
	   conf.listen[3].transport == CONF_LEGACY_TLS, "listen addresses");
	ok(conf.line.have_in && conf.line.have_in6 && conf.trunk.have_in &&
	   !conf.trunk.have_in6 && conf.line.port_min == 10000 &&
	   conf.trunk.port_max == 10199, "media");
	ok(!read_text(&conf, "") && conf.listen_count == 6 &&
	   conf.listen[5].transport == CONF_TLS && !conf.have_metrics &&
	   !strcmp(conf.state_dir, "/var/lib/ucsec"), "an empty file");
	ok(!read_text(&conf, "[listen]\nlegacy-tls = off\n") &&
	   conf.listen_count == 6, "legacy TLS said to be off");
}

static void test_trust(void)
{
	struct conf conf;
	char text[200];

	ok(!read_text(&conf, "") && !conf.trust.keyd_socket[0] &&
	   !conf.trust.capf.count, "no keyd unless it is named");
	ok(!read_text(&conf, "[trust]\nkeyd-socket = /run/k\n") &&
	   !strcmp(conf.trust.keyd_socket, "/run/k") &&
	   !strcmp(conf.trust.files_dir, "/var/lib/ucsec/files") &&
	   conf.trust.http.count == 2 && conf.trust.tvs.count == 2 &&
	   conf.trust.capf.count == 2 &&
	   conf.trust.capf.listen[0].addr.in.sin_port == htons(3804),
	   "with it come the ports that phones expect");
	ok(!read_text(&conf, "[trust]\nkeyd-socket = /run/k\nfiles-directory = "
		      "/srv/tftp\ntvs = [2001:db8::1]:2445\n") &&
	   !strcmp(conf.trust.files_dir, "/srv/tftp") &&
	   conf.trust.tvs.count == 1 && conf.trust.http.count == 2,
	   "or what is said");
	snprintf(text, sizeof(text), "[trust]\nkeyd-socket = /%0106d\n", 0);
	ok(!read_text(&conf, text), "the longest path of a socket");
	snprintf(text, sizeof(text), "[trust]\nkeyd-socket = /%0107d\n", 0);
	ok(read_text(&conf, text) == 1 && strstr(told, "107 bytes"),
	   "one byte more");
}

static void test_ports(void)
{
	struct conf_media media = { .port_min = 30000, .port_max = 34001 };
	char why[256];

	ok(conf_ports_are_ours(&media, "40000\t60999\n", "", why, sizeof(why)),
	   "above");
	ok(conf_ports_are_ours(&media, "1024\t29999\n", "", why, sizeof(why)),
	   "below");
	ok(!conf_ports_are_ours(&media, "32768\t60999\n", "\n", why,
				sizeof(why)) &&
	   strstr(why, "net.ipv4.ip_local_reserved_ports=32768-34001"),
	   "the part that overlaps is told with the sysctl");
	ok(conf_ports_are_ours(&media, "32768\t60999\n", "8080,32768-34001\n",
			       why, sizeof(why)), "reserved");
	ok(conf_ports_are_ours(&media, "32768\t60999\n", "32000-35000,40000\n",
			       why, sizeof(why)), "reserved and more");
	ok(!conf_ports_are_ours(&media, "32768\t60999\n", "32768-34000\n", why,
				sizeof(why)), "all but one reserved");
	ok(!conf_ports_are_ours(&media, "32768\t60999\n", "8080,nonsense", why,
				sizeof(why)), "reserved by a word");
}

int main(void)
{
	int fd = mkstemp(path);

	if (fd < 0)
		return 1;
	close(fd);
	test_bad();
	test_many();
	test_good();
	test_trust();
	test_ports();
	unlink(path);
	free(told);
	return tap_end();
}
