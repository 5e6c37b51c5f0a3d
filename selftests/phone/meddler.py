# SPDX-License-Identifier: GPL-2.0
"""Somebody on the way, who changes one byte of a file that a phone fetches."""

import http.client
import http.server
import threading


def change(data, dice, first=0):
    """One byte of it, from the first on, is another; which, and all of it."""
    at = dice.randrange(first, len(data))
    other = data[at] ^ dice.randrange(1, 256)
    return at, data[:at] + bytes([other]) + data[at + 1:]


class Meddler:
    """Serves over HTTP what the server has; what has the word in its name with
    a byte changed, which is said in the list changed. What has the word hidden
    in its name is not there. told is called with each change."""

    def __init__(self, address, server, dice, port=0, told=None):
        self.server, self.dice, self.told = server, dice, told
        self.word, self.hidden, self.changed = None, None, []
        meddler = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                meddler.answer(self)

            def log_message(self, *_):
                pass
        self.http = http.server.ThreadingHTTPServer((address, port),
                                                   Handler)
        self.port = self.http.server_address[1]
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, request):
        link = http.client.HTTPConnection(*self.server, timeout=60)
        link.request('GET', request.path)
        reply = link.getresponse()
        data = reply.read()
        link.close()
        if reply.status == 200 and self.word and self.word in request.path:
            at, data = change(data, self.dice)
            self.changed.append(f'byte {at} of {request.path[1:]}')
            if self.told:
                self.told(self.changed[-1])
        is_hidden = self.hidden and self.hidden in request.path
        request.send_response(404 if is_hidden else reply.status)
        request.send_header('Content-Length', str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def close(self):
        self.http.shutdown()
        self.http.server_close()
