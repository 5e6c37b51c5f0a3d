// SPDX-License-Identifier: GPL-2.0
/* What keeps frames of a device from XDP although it takes the program. */
#include <glob.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "xdp.h"

#define CLASS	"/sys/class/net/"

static bool is_there(const char *device, const char *what)
{
	char path[128];

	snprintf(path, sizeof(path), CLASS "%s/%s", device, what);
	return !access(path, F_OK);
}

static bool ask_ethtool(const char *device, void *request)
{
	struct ifreq ifr = { .ifr_data = request };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return false;
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", device);
	err = ioctl(fd, SIOCETHTOOL, &ifr);
	close(fd);
	return !err;
}

static bool is_of(const char *device, const char *driver)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	return ask_ethtool(device, &info) && !strcmp(info.driver, driver);
}

/* The name of a device of the driver that is on this one. */
static bool find_upper(const char *device, const char *driver, char *name)
{
	bool found = false;
	char pattern[128];
	glob_t all;
	size_t i;

	snprintf(pattern, sizeof(pattern), CLASS "%s/upper_*", device);
	if (glob(pattern, 0, NULL, &all))
		return false;
	for (i = 0; i < all.gl_pathc && !found; i++) {
		snprintf(name, IFNAMSIZ, "%s", strrchr(all.gl_pathv[i], '/') +
			 strlen("/upper_"));
		found = is_of(name, driver);
	}
	globfree(&all);
	return found;
}

static bool strips_tags(const char *device)
{
	struct ethtool_value value = { .cmd = ETHTOOL_GFLAGS };

	return ask_ethtool(device, &value) && value.data & ETH_FLAG_RXVLAN;
}

static void warn(json_t *warnings, const char *device, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void warn(json_t *warnings, const char *device, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "ucsecctl: %s: warning: %s\n", device, text);
	json_array_append_new(warnings, json_string(text));
}

json_t *xdp_warn(const char *device, bool native)
{
	json_t *warnings = json_array();
	char upper[IFNAMSIZ];

	if (is_there(device, "brport"))
		warn(warnings, device, "it is a port of a bridge, so that all "
		     "frames go up");
	if (is_there(device, "bonding_slave"))
		warn(warnings, device, "it is a port of a bond, so that all "
		     "frames go up");
	if (native && is_there(device, "bonding"))
		warn(warnings, device, "its ports have the program in native "
		     "mode, so that all frames go up");
	if (find_upper(device, "macvlan", upper))
		warn(warnings, device, "%s is on it, so that all frames go up",
		     upper);
	if (find_upper(device, "802.1Q VLAN Support", upper) &&
	    strips_tags(device))
		warn(warnings, device, "it takes off the tags of %s, so that "
		     "all frames go up: ethtool -K %s rxvlan off", upper,
		     device);
	return warnings;
}
