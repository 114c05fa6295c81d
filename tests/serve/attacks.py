# Attacks on a running server, over raw sockets and http.client. Prints a line a check; fails at the end.
# Usage: attacks.py URL VIEWER_TOKEN ADMIN_TOKEN
import http.client
import json
import re
import socket
import sys
import threading
import time
import urllib.parse

url, viewer, admin = sys.argv[1:4]
host, port = urllib.parse.urlparse(url).hostname, urllib.parse.urlparse(url).port
authority = f"{host}:{port}"
failures = 0


def expect(what, wanted, got):
    global failures
    if wanted == got:
        print("ok:", what)
    else:
        failures += 1
        print(f"FAILED: {what}: wanted {wanted!r}, got {got!r}")


# An address of its own a kind of attack, so that the limits of one do not hide another (all of 127/8 is this machine).
last_address = 1


def address():
    global last_address
    last_address += 1
    return f"127.0.1.{last_address}"


def call(method, path, headers=None, body=None, source="127.0.0.1"):
    connection = http.client.HTTPConnection(host, port, timeout=60, source_address=(source, 0))
    connection.request(method, path, body, headers or {})
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    return answer, text


def status(*arguments, **named):
    return call(*arguments, **named)[0].status


def raw(text, source="127.0.0.1", end=True):
    """What is answered to bytes: the statuses, one an answer."""
    with socket.create_connection((host, port), 60, (source, 0)) as client:
        client.sendall(text if isinstance(text, bytes) else text.encode())
        if end:
            client.shutdown(socket.SHUT_WR)
        got = b""
        try:
            while piece := client.recv(65536):
                got += piece
        except ConnectionResetError:
            pass
    return [int(each) for each in re.findall(rb"HTTP/1\.1 (\d{3}) ", got)]


def log_in(user, source, agent="browser"):
    headers = {"Content-Type": "application/json", "User-Agent": agent}
    answer, text = call("POST", "/api/leat/v1/session", headers,
                        json.dumps({"user": user, "password": f"password of {user}"}), source)
    assert answer.status == 200, (answer.status, text)
    cookie = answer.getheader("Set-Cookie").split(";")[0]
    return {"Cookie": cookie, "User-Agent": agent, "Origin": url}, json.loads(text)["csrf"]


jobs = "/api/leat/v1/jobs"

# No credentials, wrong ones, and those of a role that may not.
for path in (jobs, "/metrics", "/v1/jobs", "/api/public/v1/jobs", "/api/v1/jobs/list", "/api/leat/v1/audit", "/api/leat/v1/openapi.json"):
    expect(f"{path} without credentials", 401, status("GET", path))
source = address()
expect("a wrong token", 401, status("GET", jobs, {"Authorization": "Bearer leat_wrong"}, source=source))
expect("a password where a client's secret belongs", 401, status("GET", jobs, {"Authorization": "Basic YWRhOnBhc3N3b3JkIG9mIGFkYQ=="}, source=source))
expect("a viewer looks", 200, status("GET", jobs, {"Authorization": "Bearer " + viewer}))
expect("a viewer runs nothing", 403, status("POST", jobs, {"Authorization": "Bearer " + viewer}, "{}"))
expect("a viewer cancels nothing", 403, status("DELETE", "/v1/jobs/1", {"Authorization": "Bearer " + viewer}))
expect("a viewer sees no audit log", 403, status("GET", "/api/leat/v1/audit", {"Authorization": "Bearer " + viewer}))
expect("an admin does", 200, status("GET", "/api/leat/v1/audit", {"Authorization": "Bearer " + admin}))
expect("a method in disguise", 403, status("POST", jobs, {"Authorization": "Bearer " + viewer, "X-HTTP-Method-Override": "GET"}, "{}"))
expect("no token for nothing", 401, status("POST", "/v1/applications/token", {"Content-Type": "application/json"}, '{"client_id":"","client_secret":""}', source=address()))

# Sessions.
source = address()
headers, csrf = log_in("oli", source)
expect("a session looks", 200, status("GET", jobs, headers, source=source))
expect("a session changes nothing without the token", 403, status("POST", jobs, headers, "{}", source=source))
expect("a wrong token", 403, status("POST", jobs, headers | {"X-Leat-CSRF": "0" * 64}, "{}", source=source))
expect("a page of another site, with the token", 403, status("POST", jobs, headers | {"X-Leat-CSRF": csrf, "Origin": "https://evil.example"}, "{}", source=source))
expect("a form of another site", 403, status("POST", jobs, headers | {"Content-Type": "text/plain", "Sec-Fetch-Site": "cross-site"}, "{}", source=source))
expect("its own page", 201, status("POST", jobs, headers | {"X-Leat-CSRF": csrf}, "{}", source=source))
expect("a stolen cookie, from elsewhere", 401, status("GET", jobs, headers, source=address()))
expect("it is worth nothing at home either then", 401, status("GET", jobs, headers, source=source))
headers, csrf = log_in("oli", source)
expect("a stolen cookie, in another browser", 401, status("GET", jobs, headers | {"User-Agent": "other"}, source=source))
headers, csrf = log_in("oli", source)
expect("logging out", 204, status("DELETE", "/api/leat/v1/session", headers | {"X-Leat-CSRF": csrf}, source=source))
expect("the cookie after that", 401, status("GET", jobs, headers, source=source))
expect("a login by a form", 415, status("POST", "/api/leat/v1/session", {"Content-Type": "application/x-www-form-urlencoded"}, "user=ada", source=source))
expect("a forged cookie", 401, status("GET", jobs, {"Cookie": "leat_session=" + "a" * 64}, source=source))
answer, _ = call("GET", "/api/leat/v1/session", {"X-Forwarded-For": "1.2.3.4"})
expect("headers", ["nosniff", "DENY", "no-store"], [answer.getheader(name) for name in ("X-Content-Type-Options", "X-Frame-Options", "Cache-Control")])
expect("no page may run a script in it", True, answer.getheader("Content-Security-Policy").startswith("default-src 'none'"))

# Guessing.
source = address()
guess = {"Content-Type": "application/json"}
seen = [401]
while seen[-1] == 401 and len(seen) < 60:
    seen.append(status("POST", "/api/leat/v1/session", guess, '{"user":"vic","password":"guess"}', source=source))
expect("guessing is slowed down", 429, seen[-1])
expect("so is guessing from elsewhere", 429, status("POST", "/api/leat/v1/session", guess, '{"user":"vic","password":"guess"}', source=address()))
source = address()
seen = raw(f"GET /health HTTP/1.1\r\nHost: {authority}\r\n\r\n" * 900, source)
expect("a flood of calls is cut", True, 429 in seen)
expect("others go on", 200, status("GET", "/health"))

# Paths.
source = address()
for path in ("/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/api/leat/v1/jobs/../../../../etc/passwd",
             "/api/leat/v1/session/../audit", "//etc/passwd", "/.leat/access.db", "/leat.yml", "/..\\..\\leat.yml"):
    got = raw(f"GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n", source)
    expect(f"{path}", True, got in ([400], [401], [404]))
expect("a NUL in a path", [400], raw(f"GET /health%00.css HTTP/1.1\r\nHost: {authority}\r\n\r\n"))

# Requests within requests.
inner = f"GET /health HTTP/1.1\r\nHost: {authority}\r\n\r\n"
for what, head in {
    "a length beside chunks": f"Content-Length: {len(inner) + 5}\r\nTransfer-Encoding: chunked",
    "two lengths": f"Content-Length: 0\r\nContent-Length: {len(inner)}",
    "a length with a sign": "Content-Length: +0",
    "a list of lengths": f"Content-Length: 0, {len(inner)}",
    "chunks in disguise": "Transfer-Encoding: \x0bchunked",
    "chunks of two kinds": "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    "a blank before the colon": "Transfer-Encoding : chunked",
    "a folded line": "X: y\r\n Transfer-Encoding: chunked",
    "a bare line feed": "X: y\nTransfer-Encoding: chunked",
    "two hosts": "Host: other",
}.items():
    expect(what, [400], raw(f"POST /health HTTP/1.1\r\nHost: {authority}\r\n{head}\r\n\r\n0\r\n\r\n{inner}", address()))
expect("a body of GET", [400], raw(f"GET /health HTTP/1.1\r\nHost: {authority}\r\nContent-Length: {len(inner)}\r\n\r\n{inner}"))
expect("a chunk's size that is none", [400], raw(f"POST /health HTTP/1.1\r\nHost: {authority}\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx\r\n0\r\n\r\n"))
expect("no host", [400], raw("GET /health HTTP/1.1\r\n\r\n"))
expect("an address of another server", [400], raw(f"GET http://other/ HTTP/1.1\r\nHost: {authority}\r\n\r\n"))
expect("a tunnel", [501], raw(f"CONNECT other:443 HTTP/1.1\r\nHost: {authority}\r\n\r\n"))
expect("requests one after the other", [200, 200], raw(inner + inner))

# What is too much.
expect("a head without end", [431], raw(f"GET /health HTTP/1.1\r\nHost: {authority}\r\nX: " + "a" * 100_000))
expect("too many headers", [431], raw(f"GET /health HTTP/1.1\r\nHost: {authority}\r\n" + "X: y\r\n" * 500 + "\r\n"))
expect("a long path", [414], raw(f"GET /{'a' * 8000} HTTP/1.1\r\nHost: {authority}\r\n\r\n"))
expect("a body of a terabyte", [413], raw(f"POST /health HTTP/1.1\r\nHost: {authority}\r\nContent-Length: 1000000000000\r\n\r\n"))
expect("chunks without end", [413], raw((f"POST /health HTTP/1.1\r\nHost: {authority}\r\nTransfer-Encoding: chunked\r\n\r\n" + ("100000\r\n" + "a" * 0x100000 + "\r\n") * 9).encode()))
expect("a compressed body", [415], raw(f"POST /health HTTP/1.1\r\nHost: {authority}\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"))
expect("a JSON without bottom", 400, status("POST", "/api/leat/v1/session", guess, "[" * 100_000, source=address()))

# Those who hold the door: heads that trickle in, from one address; others are answered at once meanwhile.
source, held = address(), []
for _ in range(300):
    try:
        client = socket.create_connection((host, port), 10, (source, 0))
        client.sendall(f"GET /health HTTP/1.1\r\nHost: {authority}\r\nX-".encode())
        held.append(client)
    except OSError:
        break
began = time.monotonic()
expect("others are answered meanwhile", [200] * 20, [status("GET", "/health", source=f"127.0.2.{i}") for i in range(20)])
expect("at once", True, time.monotonic() - began < 5)
ended = threading.Event()


def trickle():
    while not ended.wait(1):
        for client in held:
            try:
                client.sendall(b"a")
            except OSError:
                continue


threading.Thread(target=trickle, daemon=True).start()
got = b""
held[0].settimeout(30)
try:
    while piece := held[0].recv(1000):
        got += piece
except OSError:
    pass
ended.set()
expect("who trickles is sent away", True, got.startswith(b"HTTP/1.1 408 ") and time.monotonic() - began < 25)
for client in held:
    client.close()
expect("after all that", 200, status("GET", jobs, {"Authorization": "Bearer " + viewer}))
sys.exit(failures > 0)
