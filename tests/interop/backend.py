# SPDX-License-Identifier: MIT
"""A backend on loopback that takes traces as OTLP/JSON over HTTP and keeps them, or refuses them for a while (503)."""
import gzip
import http.server
import threading

import otlp_json


class Backend:
    def __init__(self, key):
        self.key = key
        self.refusing = False
        self.refused = 0  # requests
        self.complaints = []
        self.spans = []
        self.lock = threading.Lock()
        backend = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                status = backend.take(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *ignored):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.endpoint = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *ignored):
        self.server.shutdown()
        self.server.server_close()

    def take(self, path, headers, body):
        """The status of the answer."""
        with self.lock:
            if path != "/v1/traces" or headers["x-honeycomb-team"] != self.key:
                self.complaints.append(f"POST {path} came with the key {headers['x-honeycomb-team']!r}")
            if self.refusing:
                self.refused += 1
                return 503
            try:
                text = gzip.decompress(body) if headers["Content-Encoding"] == "gzip" else body
                for _, spans in otlp_json.resources_and_spans(otlp_json.loads(text)):
                    self.spans += spans
            except (ValueError, KeyError, OSError) as error:
                self.complaints.append(f"a request cannot be read: {error!r}")
            return 200

    def arrived(self):
        with self.lock:
            return list(self.spans)
