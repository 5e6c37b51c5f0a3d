# SPDX-License-Identifier: GPL-2.0
"""A ucsecd to be measured, and what its process costs."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
DAEMON = ROOT / "build/user/ucsecd"
CTL = ROOT / "build/user/ucsecctl"

CONF = """\
[node]
name = bench
state-directory = {0}/state
[log]
level = error
security-log = {0}/security.log
[listen]
{1}
[media]
anchor = no
[admin]
socket = {0}/admin.sock
metrics = {2}
"""


def say(text):
    """Progress, on standard error: the table is all that goes out."""
    print(f"bench: {text}", file=sys.stderr, flush=True)


def memory(pid):
    """A process's own resident memory in bytes."""
    for line in Path(f"/proc/{pid}/status").open(encoding="ascii"):
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    return 0


def cpu(pid):
    """Seconds of processor time that a process had so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(
        encoding="ascii").rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def raise_descriptors():
    """As many as may be, for us and whom we start."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def figure(system, metric, value, streams=0, note="", runs=1):
    """A result in the shape of results.json."""
    return {"system": system, "path": "signalling", "rx": None, "tx": None,
            "payload": 0, "streams": streams, "metric": metric,
            "value": value, "runs": runs, "note": note}


def write_results(path, results):
    """One on each line."""
    with open(path, "w", encoding="utf-8") as out:
        for result in results:
            out.write(json.dumps(result) + "\n")


class Gateway:
    """A ucsecd of our own in a folder that goes with it."""

    def __init__(self, listen, metrics):
        self.folder = tempfile.TemporaryDirectory(prefix="ucsec-bench-")
        self.path = Path(self.folder.name)
        self.metrics = metrics
        (self.path / "ucsecd.conf").write_text(
            CONF.format(self.path, listen, metrics))
        self.process = None
        self.start()

    def start(self):
        """Until it answers, and has the keys that it waited for."""
        with open(self.path / "log", "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(
                [DAEMON, "--config", self.path / "ucsecd.conf"], stderr=log)
        end = time.monotonic() + 120
        while self.ctl("param", "list").returncode:
            if time.monotonic() > end or self.process.poll() is not None:
                self.process.kill()
                sys.exit("bench: ucsecd did not start: " +
                         (self.path / "log").read_text())
            time.sleep(0.1)

    def ctl(self, *words):
        """ucsecctl's answer."""
        return subprocess.run([CTL, "--socket", self.path / "admin.sock",
                               *words], capture_output=True, text=True,
                              check=False)

    def take(self, document):
        """Imports it."""
        name = self.path / "import.json"
        name.write_text(json.dumps(document))
        done = self.ctl("import", name)
        if done.returncode:
            raise RuntimeError("import: " + done.stdout + done.stderr)

    def gauge(self, name):
        """One of its metrics; a list would take the memory to be measured."""
        http = HTTPConnection(self.metrics, timeout=20)
        try:
            http.request("GET", "/metrics")
            for line in http.getresponse().read().decode().splitlines():
                if line.split(" ")[0].removesuffix("{}") == name:
                    return int(float(line.split(" ")[1]))
        finally:
            http.close()
        raise KeyError(name)

    def items(self, noun):
        """How many of them it lists."""
        listed = self.ctl("--json", noun, "list").stdout
        return len(json.loads(listed or '{"items": []}')["items"])

    def memory(self):
        """Its own resident memory in bytes."""
        return memory(self.process.pid)

    def cpu(self):
        """Seconds of processor time so far."""
        return cpu(self.process.pid)

    def end(self):
        """Its process."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise

    def restart(self):
        """Without what it had allocated."""
        self.end()
        self.start()

    def stop(self):
        """It is not needed any more, nor what it left."""
        try:
            self.end()
        finally:
            self.folder.cleanup()
