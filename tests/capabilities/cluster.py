#!/usr/bin/env python3
"""A Kubernetes of one machine: answers the calls of `launcher: kubernetes`, and runs each job's arguments as a process.

    cluster.py FOLDER     the folder in which jobs run, as an image's working directory; prints `listening on URL`

Speaks as much of batch/v1 Job and core/v1 Pod as a launcher asks for: list, create, look, delete, the pod's log.
"""
import http.server
import json
import re
import subprocess
import sys
import tempfile
import threading

jobs = {}  # name -> (labels, process, file of its log)
lock = threading.Lock()
BATCH = re.compile(r"/apis/batch/v1/namespaces/[^/]+/jobs(?:/([^?]+))?(?:\?(.*))?$")
PODS = re.compile(r"/api/v1/namespaces/[^/]+/pods(?:/([^?/]+)/log)?(?:\?(.*))?$")


def start(manifest):
    container = manifest["spec"]["template"]["spec"]["containers"][0]
    log = tempfile.TemporaryFile()
    process = subprocess.Popen(["leat", *container["args"]], cwd=sys.argv[1], stdout=log, stderr=log)
    name = manifest["metadata"]["name"]
    jobs[name] = (manifest["metadata"]["labels"], process, log)
    print(f"{name} runs {container['image']}", flush=True)
    return manifest


def job(name):
    labels, process, _ = jobs[name]
    code = process.poll()
    kind = "Complete" if code == 0 else "Failed"
    conditions = [] if code is None else [{"type": kind, "status": "True"}]
    return {"metadata": {"name": name, "labels": labels}, "status": {"conditions": conditions}}


def pod(name):
    code = jobs[name][1].poll()
    state = {"running": {}} if code is None else {"terminated": {"exitCode": code, "reason": "Ended"}}
    return {"metadata": {"name": name}, "status": {"containerStatuses": [{"name": "leat", "state": state}]}}


def label(query):
    """(key, value) of labelSelector=KEY%3DVALUE."""
    return re.search(r"labelSelector=([^&]+)", query)[1].replace("%3D", "=").split("=", 1)


class Api(http.server.BaseHTTPRequestHandler):
    def answer(self, code, value):
        body = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(code)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        with lock:
            if of_job := BATCH.match(self.path):
                name, query = of_job.groups()
                if name:
                    return self.answer(200, job(name)) if name in jobs else self.answer(404, {})
                key, value = label(query)
                return self.answer(200, {"items": [job(n) for n in jobs if jobs[n][0].get(key) == value]})
            if of_pod := PODS.match(self.path):
                name, query = of_pod.groups()
                if name:
                    log = jobs[name][2]
                    log.seek(0)
                    return self.answer(200, log.read())
                return self.answer(200, {"items": [pod(n) for n in jobs if n == label(query)[1]]})
        self.answer(404, {})

    def do_POST(self):
        manifest = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with lock:
            self.answer(201, start(manifest))

    def do_DELETE(self):
        with lock:
            jobs.get(BATCH.match(self.path)[1], (None, subprocess.Popen(["true"]), None))[1].terminate()
        self.answer(200, {})

    def log_message(self, *words):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Api)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
