"""One line a call, plain requests, and a site to work on."""

import contextlib
import functools
import http.server
import json
import os
import pathlib
import threading
import urllib.request


class Checks:
    """Counts what worked. A call that fails is reported, and the next one goes on."""

    def __init__(self):
        self.called = set()
        self.failed = 0

    @contextlib.contextmanager
    def __call__(self, operation, call):
        self.called.add(operation)
        try:
            yield
        except Exception as error:
            self.failed += 1
            reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
            print(f"FAIL  {operation:32} {call}: {reason}", flush=True)
        else:
            print(f"ok    {operation:32} {call}", flush=True)


def api(method, path, body=None, kind="application/json"):
    """A request without an SDK."""
    content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {os.environ['NOTTE_API_KEY']}", "content-type": kind}
    request = urllib.request.Request(os.environ["NOTTE_API_URL"] + path, content, headers, method=method)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def send_file(path, name, content):
    """A form with one file."""
    edge = "----conformance"
    head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = f"{head}{content}\r\n--{edge}--\r\n".encode()
    return api("POST", path, body, f"multipart/form-data; boundary={edge}")


class Silent(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def site():
    """The address of the folder `site`, served until the program ends."""
    folder = pathlib.Path(__file__).parent / "site"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Silent, directory=os.fspath(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"
