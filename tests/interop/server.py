"""A scripted HTTP server for the comparison of runtimes: answers by rules or by a function, and keeps what was asked."""
import base64
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


class Server:
    """Listens on loopback, on a port that the system chooses. `answer` takes (method, path, query, headers, body) and
    returns (status, headers, body bytes)."""

    def __init__(self, answer):
        self.answer = answer
        self.asked = []
        self.lock = threading.Lock()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_any(self):
                size = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(size).decode("utf-8", "replace")
                parts = urlsplit(self.path)
                query = parse_qsl(parts.query, keep_blank_values=True)
                headers = {name.lower(): value for name, value in self.headers.items()}
                with outer.lock:
                    outer.asked.append({"method": self.command, "path": parts.path, "query": query,
                                        "headers": headers, "body": body})
                    status, more, content = outer.answer(self.command, parts.path, query, headers, body)
                self.send_response(status)
                for name, value in more.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_DELETE = do_PUT = do_PATCH = handle_any

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.url = "http://127.0.0.1:%d" % self.http.server_port
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True)
        self.thread.start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join(10)


def by_rules(rules, url_of, kept_paths=()):
    """Answers by the first rule that fits: {method?, path (regular expression), query?, body?, times?, status?, headers?,
    json? | text? | base64?}. `{{url}}` in an answer stands for the server's address."""
    left = [rule.get("times", -1) for rule in rules]

    def answer(method, path, query, headers, body):
        for i, rule in enumerate(rules):
            fits = (left[i] != 0 and method == rule.get("method", method) and re.fullmatch(rule["path"], path)
                    and all([name, value] in [list(pair) for pair in query]
                            for name, value in rule.get("query", {}).items())
                    and all(name not in dict(query) for name in rule.get("without", []))
                    and rule.get("body", "") in body
                    and all(headers.get(n) == v for n, v in rule.get("asked_headers", {}).items()))
            if not fits:
                continue
            left[i] -= 1
            if "base64" in rule:
                content = base64.b64decode(rule["base64"])
            elif "text" in rule:
                content = rule["text"].replace("{{url}}", url_of()).encode()
            else:
                content = json.dumps(rule.get("json", {})).replace("{{url}}", url_of()).encode()
            more = {"Content-Type": "application/json"}
            more.update({n: v.replace("{{url}}", url_of()) for n, v in rule.get("headers", {}).items()})
            return rule.get("status", 200), more, content
        return 404, {"Content-Type": "application/json"}, b'{"message": "no rule fits"}'

    answer.kept_paths = kept_paths
    return answer
