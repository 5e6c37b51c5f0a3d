// SPDX-License-Identifier: GPL-2.0
// ACL-1, ACL-2: what a datagram is and needs, rule by rule, evasions included.

#include <string.h>
#include <uapi/linux/ucsec.h>

#include "guard.h"
#include "scan.h"
#include "tap.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

#define INVITE	UCSEC_METHOD_INVITE
#define OPTIONS	UCSEC_METHOD_OPTIONS
#define SUBSCRIBE	UCSEC_METHOD_SUBSCRIBE
#define NOTIFY	UCSEC_METHOD_NOTIFY
#define REFER	UCSEC_METHOD_REFER
#define OTHER	UCSEC_METHOD_OTHER

#define B_PRESENCE	UCSEC_BOX_PRESENCE_SUBSCRIPTION
#define B_REFER	UCSEC_BOX_OUT_OF_DIALOG_REFER
#define B_NOTIFY	UCSEC_BOX_UNSOLICITED_NOTIFICATION
#define B_REPLACES	UCSEC_BOX_REPLACES_HEADER

#define F(name)	UCSEC_FAULT_##name, 0, 0

enum { DIALOG = 0x100 };		/* beside the boxes: To has a tag */

#define TO	"To: <sip:b@h>\r\n"
#define TO_TAG	"To: <sip:b@h>;tag=1\r\n"
#define REQ(method, headers)	method " sip:b@h SIP/2.0\r\n" headers "\r\n"
#define BYTES(text)	text, sizeof(text) - 1

/* Of a request: method and what it needs; else a fault. */
struct row {
	const char *text;
	size_t len;
	int fault, method, needs;
};

static void scan(const void *data, size_t len, struct ucsec_sip_facts *facts)
{
	memset(facts, 0xff, sizeof(*facts));
	ucsec_sip_scan(guarded(data, len), len, facts);
}

/* A request's facts and what it needs go together, and no others are set. */
static bool is_sound(const struct ucsec_sip_facts *f)
{
	int needs = f->replaces || f->refer_replaces ? B_REPLACES : 0;

	if (f->class != UCSEC_SIP_REQUEST)
		return !f->needs && !f->in_dialog && !f->presence &&
		       !f->replaces && !f->refer_replaces && !f->method &&
		       !f->fault == (f->class != UCSEC_SIP_UNPARSED);
	if (!f->in_dialog)
		needs |= f->method == SUBSCRIBE && f->presence ? B_PRESENCE :
			 f->method == REFER ? B_REFER :
			 f->method == NOTIFY ? B_NOTIFY : 0;
	return f->needs == needs && !f->fault && f->method &&
	       !(f->method & (f->method - 1)) && f->method <= OTHER;
}

static const char *shown(const char *text, size_t len)
{
	static char out[120];
	size_t i, n = 0;

	for (i = 0; i < len && n < sizeof(out) - 5; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ' || c == '#' || c > '~')
			n += (size_t)sprintf(out + n, "%%%02x", c);
		else
			out[n++] = (char)c;
	}
	out[n] = '\0';
	return out;
}

static void test_rows(const char *what, const struct row *rows, size_t count)
{
	struct ucsec_sip_facts f;
	size_t i;

	for (i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		bool good;

		scan(row->text, row->len, &f);
		good = row->fault ?
		       f.class == UCSEC_SIP_UNPARSED && f.fault == row->fault :
		       f.class == UCSEC_SIP_REQUEST && f.method == row->method &&
		       (f.needs | (f.in_dialog ? DIALOG : 0)) == row->needs;
		ok(good && is_sound(&f), "%s: %s", what,
		   shown(row->text, row->len));
		if (!good)
			printf("# class %u fault %u method %u needs %u%s\n",
			       f.class, f.fault, f.method, f.needs,
			       f.in_dialog ? " in a dialog" : "");
	}
}

static const struct row methods[] = {
	{ BYTES(REQ("INVITE", TO)), 0, INVITE, 0 },
	{ BYTES(REQ("ACK", TO)), 0, UCSEC_METHOD_ACK, 0 },
	{ BYTES(REQ("BYE", TO)), 0, UCSEC_METHOD_BYE, 0 },
	{ BYTES(REQ("CANCEL", TO)), 0, UCSEC_METHOD_CANCEL, 0 },
	{ BYTES(REQ("OPTIONS", TO)), 0, OPTIONS, 0 },
	{ BYTES(REQ("REGISTER", TO)), 0, UCSEC_METHOD_REGISTER, 0 },
	{ BYTES(REQ("PRACK", TO)), 0, UCSEC_METHOD_PRACK, 0 },
	{ BYTES(REQ("UPDATE", TO)), 0, UCSEC_METHOD_UPDATE, 0 },
	{ BYTES(REQ("INFO", TO)), 0, UCSEC_METHOD_INFO, 0 },
	{ BYTES(REQ("MESSAGE", TO)), 0, UCSEC_METHOD_MESSAGE, 0 },
	{ BYTES(REQ("PUBLISH", TO)), 0, UCSEC_METHOD_PUBLISH, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO)), 0, SUBSCRIBE, 0 },
	{ BYTES(REQ("NOTIFY", TO)), 0, NOTIFY, B_NOTIFY },
	{ BYTES(REQ("REFER", TO)), 0, REFER, B_REFER },
	{ BYTES(REQ("SUBSCRIBE", TO_TAG)), 0, SUBSCRIBE, DIALOG },
	{ BYTES(REQ("NOTIFY", TO_TAG)), 0, NOTIFY, DIALOG },
	{ BYTES(REQ("REFER", TO_TAG)), 0, REFER, DIALOG },
	{ BYTES(REQ("INVITEX", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("X", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("SIP", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("RE%46ER", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("SUBSCRIB", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("SUBSCRIBX", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("REGISTERX", TO)), 0, OTHER, 0 },
	{ BYTES(REQ("REGISTERXX", TO)), 0, OTHER, 0 },
	/* Kamailio takes these for the method, others do not. */
	{ BYTES(REQ("invite", TO)), F(START_LINE) },
	{ BYTES(REQ("Refer", TO)), F(START_LINE) },
	{ BYTES(REQ("NOTIFy", TO)), F(START_LINE) },
	{ BYTES(REQ("SUBSCRIBe", TO)), F(START_LINE) },
};

static const struct row start_lines[] = {
	{ BYTES("\r\n\r\n" REQ("REFER", TO)), 0, REFER, B_REFER },
	{ BYTES("OPTIONS sip:b@h sip/2.0\r\n" TO "\r\n"), 0, OPTIONS, 0 },
	{ BYTES("OPTIONS \xc3\xa9 SIP/2.0\r\n" TO "\r\n"), 0, OPTIONS, 0 },
	{ BYTES("\n" REQ("REFER", TO)), F(CONTROL) },
	{ BYTES("\r" REQ("REFER", TO)), F(CONTROL) },
	{ BYTES(" " REQ("REFER", TO)), F(START_LINE) },
	{ BYTES("\t" REQ("REFER", TO)), F(START_LINE) },
	{ BYTES("REFER  sip:b@h SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER\tsip:b@h SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h\tSIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h  SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b h SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2.0 \r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2.1\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2.00\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER  SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES(" sip:b@h SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("RE(FER sip:b@h SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h\r\n SIP/2.0\r\n" TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2.0\r\n " TO "\r\n"), F(START_LINE) },
	{ BYTES("REFER sip:b@h SIP/2.0\n" TO "\r\n"), F(CONTROL) },
	{ BYTES("REFER sip:b@h SIP/2.0\r" TO "\r\n"), F(CONTROL) },
	{ BYTES("REF\0ER sip:b@h SIP/2.0\r\n" TO "\r\n"), F(CONTROL) },
	{ BYTES("\0" REQ("REFER", TO)), F(CONTROL) },
	{ BYTES("\x85" REQ("REFER", TO)), F(START_LINE) },
	{ BYTES("   "), F(NO_END) },
	{ BYTES(" \r\n\r\n"), F(START_LINE) },
	{ BYTES("\r\n\r"), F(NO_END) },
	{ BYTES("\r\nx"), F(NO_END) },
	{ BYTES("\xff\xfe"), F(NO_END) },
	{ BYTES("GET / HTTP/1.1\r\n\r\n"), F(START_LINE) },
	{ BYTES("\x16\x03\x01\x02"), F(CONTROL) },
};

static const struct row lines[] = {
	{ BYTES(REQ("OPTIONS", TO "X: \t a\tb\r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "X:\r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "X:a\r\n \tb\r\n\tc\r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "X:\r\n a\r\n\t\xe9 \r\n")), 0, OPTIONS, 0 },
	/* An empty line to parsers that trim: what is behind it is hidden. */
	{ BYTES(REQ("OPTIONS", TO "X:a\r\n \r\n\tb\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "X:a\r\n\t\r\nY: 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "X:a\r\n b\r\n \t \r\n")), F(HEADER) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>\r\n \r\n ;tag=x\r\n")), F(HEADER) },
	{ BYTES(REQ("REFER", "X: a\r\n \r\n" TO_TAG)), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "X: \xe2\x82\xac\xff\x80\r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "X: a\nReplaces: 1\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: a\rReplaces: 1\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: a\r\r\nReplaces: 1\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: a\0Replaces: 1\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: \"\\\0\"\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: a\x0b\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X: a\x7f\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X\0: a\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "X\x7f: a\r\n")), F(CONTROL) },
	{ BYTES(REQ("OPTIONS", TO "no colon\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "nocolon\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO ": nameless\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "\xc3\xa9: 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "\"Replaces\": 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "a b: 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "Replaces\r\n : 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", " X: 1\r\n" TO)), F(START_LINE) },
	{ BYTES(REQ("OPTIONS", "")), F(NO_TO) },
	{ BYTES(REQ("OPTIONS", "X: " TO)), F(NO_TO) },
	{ BYTES(REQ("OPTIONS", "X: 1\r\n " TO)), F(NO_TO) },
	{ BYTES("OPTIONS sip:b@h SIP/2.0\r\n" TO), F(NO_END) },
	{ BYTES("OPTIONS sip:b@h SIP/2.0\r\n" TO "\r"), F(NO_END) },
	{ BYTES("OPTIONS sip:b@h SIP/2.0\r\n" TO "\rX"), F(CONTROL) },
	{ BYTES("OPTIONS sip:b@h SIP/2.0\r\n" TO "\n"), F(CONTROL) },
	/* A body is nobody's headers, whatever is in it. */
	{ BYTES(REQ("OPTIONS", TO) "Replaces: 1\r\n\0\x01\xff\n"), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO) " Replaces: 1\r\n\r\n"), 0, OPTIONS, 0 },
	{ BYTES(REQ("MESSAGE", TO) " hello"), 0, UCSEC_METHOD_MESSAGE, 0 },
	/* But to those who undo folds first: they find no empty line. */
	{ BYTES(REQ("INVITE", TO) " x\r\nReplaces: 1\r\n\r\n"), F(HEADER) },
	{ BYTES(REQ("SUBSCRIBE", TO) "\tx\r\no: presence\r\n\r\n"), F(HEADER) },
	{ BYTES(REQ("REFER", TO_TAG) " x\r\nr: <sip:c?Replaces=a>\r\n\r\n"), F(HEADER) },
	{ BYTES(REQ("INVITE", TO) "v=0\r\n \r\n"), 0, INVITE, 0 },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1 OPTIONS\r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "cseq\t:\r\n 009 \tOPTIONS \r\n")), 0, OPTIONS, 0 },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1 REFER\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1 options\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1OPTIONS\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1 OPTIONS REFER\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: OPTIONS\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1\r\n")), F(HEADER) },
	{ BYTES(REQ("OPTIONS", TO "CSeq: 1 OPTIONS\r\nCSEQ: 1 OPTIONS\r\n")), F(REPEATED) },
};

/* Does the daemon's, libosip2's and kamailio's reading see a dialog as well? */
static const struct row tags[] = {
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "t:<sip:b@h>;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "T \t: <sip:b@h>;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "tO: <sip:b@h>;TaG=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To:\r\n \"b\"\r\n\t<sip:b@h>\r\n ;\r\n tag \t=\r\n x \r\n")),
	  0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To: sip:b@h;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To: sip:b@h ;a=1; b ;tag=x;c=\"d\"\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To: B b <sip:b@h>;a=[::1]:5;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To: \"\\\"\xc3\xa9\" <sip:b@h>;tag=x\r\n")), 0, REFER, DIALOG },
	{ BYTES(REQ("REFER", "To: <tel:1>;tag=x\r\n")), 0, REFER, DIALOG },
	/* none */
	{ BYTES(REQ("REFER", "To: <sip:b@h;tag=x>\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: \";tag=x\" <sip:b@h>\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: \"<sip:a@h>;tag=x\" <sip:b@h>\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: \"\\\";tag=x\" <sip:b@h>\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;ta=x;tags=y;atag=z\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;%74ag=x\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag;a=x\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=\"x\"\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=[x]\r\n")), 0, REFER, B_REFER },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=x:5\r\n")), 0, REFER, B_REFER },
	/* two readings */
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=;a=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=x;Tag=y\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;a=\";tag=x\"\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;a=\"<\";tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;a=\">\";tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;a=\",\";tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;a=\"\\\"\";tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: sip:b@h;tag=x;a=\"<sip:c@h>\"\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h> tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>,;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>, <sip:c@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h>;tag=x, <sip:c@h>\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: (;tag=x) <sip:b@h>\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h> (;tag=x)\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \"b <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \"b\\\" <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \"b\\\r\n\" <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \"b\\\r\n \" <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \"b\" sip:b@h;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <1sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: b\" <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <sip:b@h\r\n >;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <<sip:b@h>>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: sip:b@h?a=b;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: <>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: ;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To: \xc3\xa9 <sip:b@h>;tag=x\r\n")), F(TO) },
	{ BYTES(REQ("REFER", "To:\r\n")), F(TO) },
	{ BYTES(REQ("REFER", TO TO_TAG)), F(REPEATED) },
	{ BYTES(REQ("REFER", TO_TAG TO)), F(REPEATED) },
	{ BYTES(REQ("REFER", TO_TAG "t: <sip:b@h>;tag=1\r\n")), F(REPEATED) },
};

static const struct row events[] = {
	{ BYTES(REQ("SUBSCRIBE", TO "Event: presence\r\n")), 0, SUBSCRIBE, B_PRESENCE },
	{ BYTES(REQ("SUBSCRIBE", TO "O:PRESENCE \r\n")), 0, SUBSCRIBE, B_PRESENCE },
	{ BYTES(REQ("SUBSCRIBE", TO "eVENT :\r\n\tPresence.winfo\r\n ;id=1\r\n")),
	  0, SUBSCRIBE, B_PRESENCE },
	{ BYTES(REQ("SUBSCRIBE", TO_TAG "Event: presence\r\n")), 0, SUBSCRIBE, DIALOG },
	{ BYTES(REQ("PUBLISH", TO "Event: presence\r\n")), 0, UCSEC_METHOD_PUBLISH, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: dialog;presence\r\n")), 0, SUBSCRIBE, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: presences\r\n")), 0, SUBSCRIBE, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: presenc\r\n")), 0, SUBSCRIBE, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: dialog\r\n")), 0, SUBSCRIBE, 0 },
	{ BYTES(REQ("SUBSCRIBE", TO "Event:\r\n")), F(EVENT) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: \"presence\"\r\n")), F(EVENT) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: dialog, presence\r\n")), F(EVENT) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: dialog presence\r\n")), F(EVENT) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: ;presence\r\n")), F(EVENT) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: dialog\r\no: presence\r\n")), F(REPEATED) },
	{ BYTES(REQ("SUBSCRIBE", TO "Event: presence\r\nEvent: dialog\r\n")), F(REPEATED) },
};

#define REFER_TO(value)	BYTES(REQ("REFER", TO_TAG "Refer-To: " value "\r\n"))

static const struct row replaces[] = {
	{ BYTES(REQ("INVITE", TO "Replaces: a\r\n")), 0, INVITE, B_REPLACES },
	{ BYTES(REQ("INVITE", TO_TAG "rEPLACEs\t :\r\n")), 0, INVITE, B_REPLACES | DIALOG },
	{ BYTES(REQ("X", TO "Replaces: a\r\nReplaces: b\r\n")), 0, OTHER, B_REPLACES },
	{ BYTES(REQ("REFER", "Replaces: a\r\n" TO)), 0, REFER, B_REPLACES | B_REFER },
	{ BYTES(REQ("INVITE", TO "X: Replaces: a\r\n")), 0, INVITE, 0 },
	{ BYTES(REQ("INVITE", TO "X: a\r\n Replaces: a\r\n")), 0, INVITE, 0 },
	{ BYTES(REQ("INVITE", TO "Replaces-X: a\r\nReplace: b\r\nXReplaces: c\r\n")),
	  0, INVITE, 0 },
	{ BYTES(REQ("INVITE", TO "%52eplaces: a\r\n")), 0, INVITE, 0 },
	{ REFER_TO("<sip:c@h>"), 0, REFER, DIALOG },
	{ REFER_TO("sip:c@h;method=INVITE"), 0, REFER, DIALOG },
	{ REFER_TO("\"100% sure?\" <sip:c@h>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c%40d@h?Subject=Replaces>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?X=%25zz>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?X=%255z>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h>;x=%zz"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?Re%20places=1>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?X=a%09Replaces>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?Replaces-X=1&XReplaces>;replaces-x;xreplaces"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:replaces@replaces>;replacing"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?replaces>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=1&REPLACES=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?%52eplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?%72%45%70%6c%61%63%65%73%3da>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?%2552eplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?Rep%6Caces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h>;replace%2573"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?a%00Replaces>"), 0, REFER, B_REPLACES | DIALOG },
	/* Some look for "Replaces=", whatever it is the end of. */
	{ REFER_TO("<sip:c@h?XReplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=rReplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h/RepReplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=%52eplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=1%20Replaces%3da>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("\"Replaces=\" <sip:c@h>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=%52xeplaces=a>"), 0, REFER, DIALOG },
	{ REFER_TO("<sip:c@h?%20Replaces>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?Replaces%20=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?Replaces%00=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?Replaces%zz=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c?d@h?Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("\"?\" <sip:c@h?Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h;method=INVITE?Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?a&Replaces>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=a%26Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h?X=a%0d%0aReplaces:%20a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<sip:c@h%3fReplaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ REFER_TO("<tel:1?Replaces=a>"), 0, REFER, B_REPLACES | DIALOG },
	{ BYTES(REQ("INVITE", TO "r\t:<sip:c@h\?\?Replaces=a>\r\n")), 0, INVITE, B_REPLACES },
	{ BYTES(REQ("INVITE", TO "rEFER-tO:\r\n <sip:c@h?Replaces=a>\r\n")),
	  0, INVITE, B_REPLACES },
	{ BYTES(REQ("INVITE", TO "Referred-By: <sip:c@h?Replaces=a>\r\n")), 0, INVITE, 0 },
	{ REFER_TO("<sip:c@h?Re%zzplaces=a>"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h?Re%00places=a>"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h?X=%4>"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h?X=%"), F(REFER_TO) },
	{ REFER_TO("\"\" <sip:c%@h>"), F(REFER_TO) },
	{ REFER_TO("sip:c@h?Replaces=a"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h>, <sip:c@h?Replaces=a>"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h?X= Replaces>"), F(REFER_TO) },
	{ REFER_TO("<sip:c@h"), F(REFER_TO) },
	{ REFER_TO(""), F(REFER_TO) },
	{ REFER_TO("<sip:c@h>\r\nr: <sip:c@h?Replaces=a>"), F(REPEATED) },
	{ REFER_TO("<sip:c@h?Replaces=a>\r\nRefer-To: <sip:c@h>"), F(REPEATED) },
};

static const struct {
	const char *text;
	size_t len;
	int class;
} classes[] = {
	{ BYTES(""), UCSEC_SIP_KEEPALIVE },
	{ BYTES("\r\n"), UCSEC_SIP_KEEPALIVE },
	{ BYTES("\r\n\r\n\r\n"), UCSEC_SIP_KEEPALIVE },
	{ BYTES("\0"), UCSEC_SIP_KEEPALIVE },
	{ BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), UCSEC_SIP_KEEPALIVE },
	{ BYTES("\0\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("\r\n\0"), UCSEC_SIP_UNPARSED },
	{ BYTES("\r"), UCSEC_SIP_UNPARSED },
	{ BYTES("\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("\n\r"), UCSEC_SIP_UNPARSED },
	{ BYTES(" "), UCSEC_SIP_UNPARSED },
	{ BYTES("\r\n \t"), UCSEC_SIP_UNPARSED },
	{ BYTES("jaK"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 200 OK\r\n\r\n"), UCSEC_SIP_RESPONSE },
	{ BYTES("SIP/2.0 100 "), UCSEC_SIP_RESPONSE },
	{ BYTES("\r\nSIP/2.0 200 OK\r\n"), UCSEC_SIP_RESPONSE },
	{ BYTES("SIP/2.0 200"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 200\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 2000 \r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 2 0 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0  200 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("sip/2.0 200 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/3.0 200 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0\t200 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 x00 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES(" SIP/2.0 200 OK\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SIP/2.0 sip:b@h SIP/2.0\r\n" TO "\r\n"), UCSEC_SIP_UNPARSED },
	{ BYTES("SiP/x sip:b@h SIP/2.0\r\n" TO "\r\n"), UCSEC_SIP_UNPARSED },
#define COOKIE	"\x21\x12\xa4\x42" "abcdefghijkl"
	{ BYTES("\0\x01\0\0" COOKIE), UCSEC_SIP_STUN },
	{ BYTES("\x01\x01\0\x04" COOKIE "\x80\x22\0\0"), UCSEC_SIP_STUN },
	{ BYTES("\x03\xff\0\0" COOKIE "\x80\x22\0\0"), UCSEC_SIP_STUN },
	{ BYTES("\x04\x01\0\0" COOKIE), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\x04" COOKIE), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\x01" COOKIE "a"), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\xff\xfc" COOKIE), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\0\x21\x12\xa4\x42" "abcdefghijk"), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\0\x21\x12\xa4\x43" "abcdefghijkl"), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\x24" COOKIE "\r\nREFER sip:b@h SIP/2.0\r\nTo:a\r\n\r\n..."),
	  UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\x0c" COOKIE "abcd sip/2.0"), UCSEC_SIP_UNPARSED },
	{ BYTES("\0\x01\0\x0c" COOKIE "abcd sip/2.1"), UCSEC_SIP_STUN },
	{ BYTES("\0\x01\0\0\x21\x13\xa4\x42" "abcdefghijkl"), UCSEC_SIP_UNPARSED },
};

static void test_classes(void)
{
	struct ucsec_sip_facts f;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(classes); i++) {
		scan(classes[i].text, classes[i].len, &f);
		ok(f.class == classes[i].class && is_sound(&f), "class %d: %s",
		   classes[i].class, shown(classes[i].text, classes[i].len));
	}
}

int main(void)
{
	test_classes();
#define TEST(rows)	test_rows(#rows, rows, ARRAY_SIZE(rows))
	TEST(methods);
	TEST(start_lines);
	TEST(lines);
	TEST(tags);
	TEST(events);
	TEST(replaces);
	return tap_end();
}
