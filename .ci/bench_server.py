"""A server to be measured, what it takes to talk to it, and the rows of what was found."""

import http.client
import json
import os
import signal
import statistics
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path

RUNG = os.environ.get("RUNG_BENCH_BINARY", "target/release/rung")
EMAIL, PASSWORD = "bench@rung.example", "lantern crate violet ridge"

running = []


def row(what, measured, floor, held):
    """A line for .ci/bench-table, at once: what was measured before a failure is told too."""
    print(what, measured, floor, "holds" if held else "MISSED", sep="\t", flush=True)


def start(*command, **options):
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)
    running.append(child)
    return child


def serve(database, log, *options):
    """A server on any free port, its log in a file; the process and its port."""
    environment = {**os.environ, "RUNG_LOG": "warn,server=info" if log else "warn", "RUNG_LOG_FORMAT": "json"}
    command = (RUNG, "serve", "--addr", "127.0.0.1:0", "--database-url", database, *options)
    errors = open(log, "w") if log else None
    child = start(*command, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment)
    return child, int(child.stdout.readline().rsplit(":", 1)[1])


def stop(child, how=signal.SIGTERM):
    child.send_signal(how)
    child.wait()
    running.remove(child)


def call(port, token, method, path, body=None):
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1{path}", data, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def account(database):
    """Somebody who may sign in; their API token."""
    common = ("--email", EMAIL, "--database-url", database)
    create = (RUNG, "user", "create", *common, "--name", "Bench", "--password-stdin")
    subprocess.run(create, input=PASSWORD, text=True, check=True, stdout=subprocess.DEVNULL)
    return subprocess.run((RUNG, "token", "create", *common), text=True, check=True, capture_output=True).stdout.strip()


def cookie(port):
    form = urllib.parse.urlencode({"sign-in.email": EMAIL, "sign-in.password": PASSWORD})
    connection = http.client.HTTPConnection("127.0.0.1", port)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "origin": f"http://127.0.0.1:{port}",
        "sec-fetch-site": "same-origin",
    }
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    return "; ".join(line.split(";")[0] for line in answer.headers.get_all("set-cookie"))


def times(port, paths, log, headers):
    """The server's own time for each address in milliseconds, the median of many; and the bytes of its answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    sizes = {}
    for path in paths:
        for _ in range(40):
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            sizes[path] = len(answer.read())
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
    time.sleep(0.5)
    lines = [json.loads(line) for line in Path(log).read_text().splitlines()]
    # The log leaves out what stands behind the path.
    bare = {path: path.partition("?")[0] for path in paths}
    found = {path: [int(line["micros"]) / 1000 for line in lines if line.get("path") == bare[path]][-30:] for path in paths}
    return {path: (statistics.median(found[path]), sizes[path]) for path in paths}


def processor(pid):
    """Seconds of processor that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def end():
    """Stops what still runs."""
    for child in list(running):
        child.kill()
