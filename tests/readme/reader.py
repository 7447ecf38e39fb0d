# SPDX-License-Identifier: MIT
"""A reader who does what the documents say: saves files in a directory of their own beside a checkout of sonde, types the
commands there, and compares what they print with what the document shows."""
import http.server
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import tempfile
import threading

HONEYCOMB = "https://api.honeycomb.io"
KEY = "hcaik_0123456789abcdefghijklmnopqrstuvwxyz"


class StandInForHoneycomb(http.server.BaseHTTPRequestHandler):
    """Takes traces with the right key. Its words to a wrong one are those of the original."""

    def do_POST(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        welcome = self.headers.get("x-honeycomb-team") == KEY
        reply = b"" if welcome else b'{"message":"unknown API key - check your credentials"}\n'
        self.send_response(200 if welcome else 401)
        self.send_header("Content-Type", "application/x-protobuf" if welcome else "application/json")
        self.send_header("Content-Length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_):
        pass


class Reader:
    def __init__(self, root):
        self.scratch = tempfile.TemporaryDirectory()
        (pathlib.Path(self.scratch.name) / "sonde").symlink_to(root)
        self.directory = pathlib.Path(self.scratch.name) / "first"
        self.directory.mkdir()
        self.backend = http.server.ThreadingHTTPServer(("127.0.0.1", 0), StandInForHoneycomb)
        self.url = f"http://127.0.0.1:{self.backend.server_port}"
        threading.Thread(target=self.backend.serve_forever, daemon=True).start()
        self.begin_page()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.backend.shutdown()
        self.scratch.cleanup()

    def begin_page(self):
        """A fresh shell: what one page exports does not reach the next."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "AWS_", "ROLLBAR_", "NO_COLOR"))}
        self.environment = {**clean, "LC_ALL": "C.UTF-8", "HONEYCOMB_API_KEY": KEY}
        self.printed = None

    def save(self, name, text):
        path = self.directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run(self, commands):
        """Standard output and error in one, as a terminal shows them. A complaint where a command fails."""
        after = self.directory.parent / "environment"
        script = f"set -e\n{commands.replace(HONEYCOMB, self.url)}\nenv -0 > {shlex.quote(str(after))}\n"
        done = subprocess.run(["bash", "-c", script], cwd=self.directory, env=self.environment, text=True, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.printed = done.stdout.replace(self.url, HONEYCOMB)
        if done.returncode != 0:
            return f"exit code {done.returncode}\n{self.printed}"
        self.environment = dict(line.split("=", 1) for line in after.read_text().split("\0") if line)
        return ""

    def complaint_about(self, shown):
        if self.printed is None:
            return "nothing was run before it on this page"
        if re.fullmatch(pattern_for(shown), normalised(self.printed)):
            return ""
        return f"shows\n{normalised(shown)}but what was printed is\n{normalised(self.printed)}"


def normalised(text):
    """Without what differs from run to run: ids, moments, durations, process ids, bars, and the room they take."""
    text = re.sub(r"\b[0-9a-f]{16}([0-9a-f]{16})?\b", "ID", text)
    text = re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME", text)
    text = re.sub(r"\+?\b\d+(\.\d+)? (ns|µs|ms|s)\b", "DURATION", text)
    text = re.sub(r"[█▉▊▋▌▍▎▏▐▕]+", "", text)
    lines = [re.sub(r"[ \t]+", " ", line).strip() for line in text.splitlines()]
    return "".join(f"{line}\n" for line in lines if line)


def pattern_for(shown):
    """Of normalised text. `…` stands for anything within a line; alone on a line, for any lines."""
    return "".join(r"(?:[^\n]*\n)*" if line == "…" else "[^\n]*".join(map(re.escape, line.split("…"))) + r"\n"
                   for line in normalised(shown).splitlines())


def unknown_commands(commands, root):
    """The first words of commands that are neither on this machine nor in this repository."""
    for line in commands.replace("\\\n", " ").splitlines():
        for command in re.split(r"&&|\|\||[|;]", line.partition(" #")[0]):
            words = [word for word in command.split() if not re.match(r"\w+=", word)]
            if not words or words[0].startswith("#") or words[0] in ("export", "unset", "cd"):
                continue
            if not shutil.which(words[0]) and not os.access(root / words[0], os.X_OK):
                yield words[0]
