/* SPDX-License-Identifier: GPL-2.0 */
/*
 * ucsecd.conf: what must be known before there is a database.
 */
#ifndef CONF_H
#define CONF_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/socket.h>

#include "log.h"

#define CONF_PATH		"/etc/ucsec/ucsecd.conf"
#define CONF_MAX_LISTEN		16
#define CONF_PATH_SIZE		256	/* file names, NUL included */
#define CONF_SOCKET_SIZE	108	/* sun_path's */
#define CONF_NODE_SIZE		64	/* a host name, NUL included */
#define CONF_ADDRESS_SIZE	64	/* "[address%zone]:port" as text */

enum conf_transport {
	CONF_UDP,
	CONF_TCP,
	CONF_TLS,
	CONF_LEGACY_TLS,	/* admits TLS 1.0; none unless one is named */
};

struct conf_listen {
	enum conf_transport transport;
	union {
		struct sockaddr sa;
		struct sockaddr_in in;
		struct sockaddr_in6 in6;
		struct sockaddr_storage storage;
	} addr;			/* its port never 0 */
	socklen_t len;
	char text[CONF_ADDRESS_SIZE];
};

/* Where media of one side arrives: at most one address of each family. */
struct conf_media {
	bool have_in;
	bool have_in6;
	struct in_addr in;
	struct in6_addr in6;
	uint16_t port_min;	/* even */
	uint16_t port_max;	/* odd */
};

#define CONF_MAX_SERVICE_LISTEN	4

/* Addresses of one service for phones that is not signalling. */
struct conf_service {
	struct conf_listen listen[CONF_MAX_SERVICE_LISTEN];	/* all TCP */
	size_t count;
};

/* What phones are enrolled with and told to trust. */
struct conf_trust {
	/*
	 * "": our keys are files in the state directory, and there is nothing
	 * of the rest.
	 */
	char keyd_socket[CONF_SOCKET_SIZE];
	char files_dir[CONF_PATH_SIZE];	/* what TFTP serves, we write */
	struct conf_service http, tvs, capf;
};

struct conf {
	char node[CONF_NODE_SIZE];
	char state_dir[CONF_PATH_SIZE];
	char user[33];			/* "": stay who we are */
	char key_file[CONF_PATH_SIZE];	/* of the secrets in the database */

	enum log_level log_level;
	char security_log[CONF_PATH_SIZE];	/* "": to the log */

	struct conf_listen listen[CONF_MAX_LISTEN];
	size_t listen_count;

	bool anchor;			/* false: media bypasses us; tests */
	char mediad_socket[CONF_PATH_SIZE];
	struct conf_media line;		/* towards phones */
	struct conf_media trunk;	/* towards trunks */

	struct conf_trust trust;

	char admin_socket[CONF_SOCKET_SIZE];
	char admin_group[33];		/* "": root and user alone */
	bool have_metrics;
	struct conf_listen metrics;	/* a loopback address */
};

/*
 * Reads @path into @conf, defaults included, and prints each fault of it to
 * @faults (may be NULL) as "path:line: sentence". The number of faults, or
 * -errno if the file cannot be read, which is printed too.
 */
int conf_read(struct conf *conf, const char *path, FILE *faults);

#endif /* CONF_H */
