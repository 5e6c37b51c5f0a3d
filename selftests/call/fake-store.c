// SPDX-License-Identifier: GPL-2.0
/* As much of a store as calls ask for. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "fake.h"

enum store_mode fake_mode[5];
unsigned int fake_records;
bool fake_store_fails;
int fake_line_error;
uint32_t fake_limit[STORE_PARAM_COUNT];
int64_t fake_deleted;
uint32_t fake_no_answer;
struct store_trunk fake_trunk;

static const char *const numbers[] = { "", "1001", "1002", "1003" };

uint32_t store_param(const struct store *store, enum store_param param)
{
	(void)store;
	if (fake_limit[param])
		return fake_limit[param];
	if (param == STORE_PARAM_NO_ANSWER_TIMEOUT)
		return fake_no_answer;
	return param == STORE_PARAM_MAX_CALLS ? 3 : 30;
}

int store_line_get(struct store *store, int64_t id, struct store_line *line)
{
	(void)store;
	if (id < 1 || id > 3)
		return -ENOENT;
	memset(line, 0, sizeof(*line));
	line->id = id;
	strcpy(line->number, numbers[id]);
	return 0;
}

int store_line_find(struct store *store, int64_t css, const char *number,
		    struct store_line *line)
{
	int64_t id;

	(void)css;
	if (fake_line_error)
		return fake_line_error;
	for (id = 1; id <= 3; id++)
		if (!strcmp(numbers[id], number))
			return store_line_get(store, id, line);
	return -ENOENT;
}

int store_line_phones(struct store *store, int64_t line,
		      struct store_buttons *buttons)
{
	(void)store;
	buttons->count = line == FAKE_LINE_SHARED ? 2 : 1;
	buttons->list = calloc(buttons->count, sizeof(*buttons->list));
	if (!buttons->list)
		return -ENOMEM;
	buttons->list[0].phone = line == FAKE_LINE_SHARED ? 2 : line;
	if (buttons->count == 2)
		buttons->list[1].phone = 3;
	return 0;
}

void store_buttons_clear(struct store_buttons *buttons)
{
	free(buttons->list);
}

int store_phone_get(struct store *store, int64_t id, struct store_phone *phone)
{
	(void)store;
	if (id < 1 || id > 4 || id == fake_deleted)
		return -ENOENT;
	memset(phone, 0, sizeof(*phone));
	phone->id = id;
	phone->profile.mode = fake_mode[id];
	return 0;
}

int store_trunk_get(struct store *store, int64_t id, struct store_trunk *trunk)
{
	(void)store;
	if (id < 1 || id > 2)
		return -ENOENT;
	*trunk = fake_trunk;
	trunk->id = id;
	return 0;
}

/* 9 and more digits go to both trunks; 8 is blocked. */
int store_route_find(struct store *store, int64_t css, const char *number,
		     struct store_route *route)
{
	(void)store;
	(void)css;
	if (*number != '9' && *number != '8')
		return -ENOENT;
	memset(route, 0, sizeof(*route));
	route->block = *number == '8';
	strcpy(route->called, number + 1);
	route->trunk_count = 2;
	route->trunks[0] = 1;
	route->trunks[1] = 2;
	return 0;
}

int store_call_put(struct store *store, const struct store_call *call)
{
	(void)store;
	(void)call;
	if (fake_store_fails)
		return -EIO;
	fake_records++;
	return 0;
}

int store_call_del(struct store *store, const char *id)
{
	(void)store;
	(void)id;
	fake_records--;
	return 0;
}

int store_call_each(struct store *store, store_call_fn fn, void *ctx)
{
	(void)store;
	(void)fn;
	(void)ctx;
	return 0;
}
