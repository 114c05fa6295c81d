#!/usr/bin/env python3
"""A server that behaves badly, each path in its own way. hostile_server.py FOLDER: writes `port`, `tls_port` and
`other_port` into FOLDER when it listens, and every request of the last to FOLDER/other.txt. Needs FOLDER/cert.pem."""
import gzip
import json
import os
import socketserver
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

folder = sys.argv[1]
counts = {}
lock = threading.Lock()
ports = {}
gate = threading.Event()


class Bad(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def send(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0].lstrip("/")
        with lock:
            counts[path] = counts.get(path, 0) + 1
            count = counts[path]
        {"storm": self.storm, "seconds": self.after, "date": self.after, "past": self.after, "slow": self.slow,
         "stalls": self.stalls, "cut_gzip": self.cut_gzip, "cut_body": self.cut_body, "elsewhere": self.elsewhere,
         "around": self.around, "line": self.line, "endless": self.endless, "turns": self.turns, "html": self.html,
         "binary": self.binary, "bomb": self.bomb, "huge": self.huge, "hangs_up": self.hangs_up,
         "noise": self.noise}.get(path, self.well)(path, count)

    def well(self, *_):
        self.send(200, b'[{"id": 1}]', Content_Type="application/json")

    def storm(self, *_):
        self.send(429, b"{}")

    def after(self, path, count):
        value = {"seconds": "3", "date": "Mon, 06 May 2024 07:09:09 GMT", "past": "Mon, 06 May 2024 07:00:00 GMT"}[path]
        self.send(429, b"{}", Retry_After=value) if count < 3 else self.well()

    def slow(self, *_):
        body = b'[{"id": 1}]'
        self.send(200, b"", Content_Length=str(len(body)))
        for i in range(len(body)):
            self.wfile.write(body[i:i + 1])
            self.wfile.flush()

    def stalls(self, *_):
        self.send(200, b'[{"id"', Content_Length="100")
        gate.wait(60)

    def cut_gzip(self, *_):
        whole = gzip.compress(json.dumps([{"id": i} for i in range(1000)]).encode(), mtime=0)
        self.send(200, whole[:len(whole) // 2], Content_Type="application/gzip")

    def cut_body(self, *_):
        self.send(200, b'[{"id": 1}, {"id', Content_Length="1000")
        self.close_connection = True

    def elsewhere(self, *_):
        self.send(302, b"", Location="http://localhost:%d/well" % ports["other"])

    def around(self, *_):
        self.send(302, b"", Location="/around")

    def line(self, *_):
        self.send(200, json.dumps([{"id": 1, "text": "x" * 10_000_000}]).encode())

    def endless(self, *_):
        self.send(200, json.dumps({"items": [{"id": 1}], "next": "same"}).encode())

    def turns(self, *_):
        asked = self.path.rsplit("=", 1)[-1][-1:]
        after = {"a": "b", "b": "c", "c": "a"}.get(asked, "a")
        self.send(200, json.dumps({"items": [{"id": after}], "next": after}).encode())

    def html(self, *_):
        self.send(200, b"<html>Sign in</html>", Content_Type="text/html")

    def binary(self, *_):
        self.send(200, bytes(range(256)), Content_Type="application/json")

    def bomb(self, *_):
        self.send(200, gzip.compress(b" " * 600_000_000, 1, mtime=0), Content_Type="application/gzip")

    def huge(self, *_):
        self.send(200, b"", Content_Length=str(10**13))
        try:
            for _ in range(100_000):
                self.wfile.write(b" " * 65536)
        except OSError:
            pass

    def hangs_up(self, *_):
        self.close_connection = True

    def noise(self, *_):
        self.wfile.write(b"\x00\x01this is no HTTP\r\n\r\n")
        self.close_connection = True


class Other(Bad):
    def do_GET(self):
        with open(os.path.join(folder, "other.txt"), "a") as file:
            file.write(self.path + "\n" + str(self.headers))
        self.well()


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


def serve(handler, name, certificate=None):
    server = Server(("127.0.0.1", 0), handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    ports[name] = server.server_port
    threading.Thread(target=server.serve_forever, daemon=True).start()


serve(Other, "other")
serve(Bad, "plain")
serve(Bad, "tls", os.path.join(folder, "cert.pem"))
for name in ports:
    with open(os.path.join(folder, name + "_port.new"), "w") as file:
        file.write(str(ports[name]))
    os.rename(os.path.join(folder, name + "_port.new"), os.path.join(folder, name + "_port"))
threading.Event().wait(600)
