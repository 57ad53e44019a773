"""Browsers from a Selenium Grid: hub and two nodes of two slots each, and what becomes of sessions when parts of it end.

The arguments: the Grid's jar, the notte-local program, a Python with the SDK, and the coverage table for it. The hub has a
path, a user and a password; the nodes say that they are reached where nobody is."""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

from checks import Checks, site

check = Checks()
folder = pathlib.Path("grid-run").absolute()
SECRET, USER, PASSWORD, PATH = "register", "ada", "pass", "/browsers"
QUEUE = 8  # seconds that a request may wait in the Grid's queue


def port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


HUB, PUBLISH, SUBSCRIBE = port(), port(), port()
GRID = f"http://{USER}:{PASSWORD}@127.0.0.1:{HUB}{PATH}"


LOGIN = {"authorization": "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}


def request(method, url, body=None, headers=()):
    headers = {"content-type": "application/json; charset=utf-8", **dict(headers)}
    asked = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), headers, method=method)
    try:
        with urllib.request.urlopen(asked, timeout=120) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text.startswith(b"{") else text
    except urllib.error.HTTPError as error:
        text = error.read()
        return error.code, json.loads(text) if text.startswith(b"{") else text


def until(what, done, seconds=60):
    """Waits for something, and says how long that took."""
    begun = time.monotonic()
    while not done():
        assert time.monotonic() - begun < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.2)
    return time.monotonic() - begun


class Java:
    """A part of the Grid: ended with everything that it started."""

    def __init__(self, jar, name, *flags):
        log = open(folder / f"{name}.log", "ab")
        command = ["java", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-jar", jar, *flags]
        self.process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def kill(self):
        """At once, and it alone: what it started goes on."""
        self.process.kill()
        self.process.wait()

    def end(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def hub(jar):
    return Java(
        jar, "hub", "hub", "--host", "127.0.0.1", "--port", str(HUB), "--sub-path", PATH, "--username", USER, "--password", PASSWORD,
        "--publish-events", f"tcp://127.0.0.1:{PUBLISH}", "--subscribe-events", f"tcp://127.0.0.1:{SUBSCRIBE}",
        "--registration-secret", SECRET, "--session-request-timeout", str(QUEUE), "--session-retry-interval", "200",
        "--healthcheck-interval", "5",
    )


def browser():
    """As root Chromium does not start with its sandbox, so it is started by a script that says so."""
    found = next(name for name in ("/usr/lib/chromium/chromium", shutil.which("chromium"), shutil.which("google-chrome")) if name and os.path.exists(name))
    if os.geteuid() != 0:
        return found
    script = folder / "browser"
    script.write_text(f'#!/bin/sh\nexec {found} --no-sandbox "$@"\n')
    script.chmod(0o755)
    return os.fspath(script)


def node(jar, name):
    wanted = json.dumps({"browserName": "chrome", "goog:chromeOptions": {"binary": browser()}})
    config = folder / f"{name}.toml"
    config.write_text(
        f"[node]\ndetect-drivers = false\nmax-sessions = 2\nsession-timeout = 30\ngrid-url = \"http://nowhere.invalid:1\"\n"
        f"heartbeat-period = 5\nregister-cycle = 2\nregister-period = 600\n"
        f"[[node.driver-configuration]]\ndisplay-name = \"{name}\"\nmax-sessions = 2\nstereotype = '{wanted}'\n"
        f"webdriver-executable = \"{shutil.which('chromedriver')}\"\n"
    )
    return Java(
        jar, name, "node", "--host", "127.0.0.1", "--port", str(port()), "--config", config, "--registration-secret", SECRET,
        "--publish-events", f"tcp://127.0.0.1:{PUBLISH}", "--subscribe-events", f"tcp://127.0.0.1:{SUBSCRIBE}",
    )


class Server:
    """notte-local on the Grid."""

    def __init__(self, program, *flags):
        log = open(folder / "notte-local.log", "ab")
        environment = {**os.environ, "NOTTE_LOCAL_API_KEY": "conformance", "NOTTE_LOCAL_GRID": GRID}
        command = [program, "--port", "0", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, env=environment, text=True)
        self.url = self.process.stdout.readline().strip()

    def ask(self, method, path, body=None):
        return request(method, self.url + path, body, {"authorization": "Bearer conformance"})

    def start(self):
        status, answer = self.ask("POST", "/sessions/start", {})
        assert status == 200, f"{status} {answer}"
        return answer["session_id"]

    def stop(self, session):
        self.ask("DELETE", f"/sessions/{session}/stop")

    def works(self, session):
        status, answer = self.ask("POST", f"/sessions/{session}/page/execute", {"type": "goto", "url": home})
        assert status == 200 and answer["success"], f"{status} {answer}"
        said = {"type": "evaluate_js", "code": "document.title"}
        assert self.ask("POST", f"/sessions/{session}/page/execute", said)[1]["data"]["markdown"] == "Tea house"

    def status(self, session):
        return self.ask("GET", f"/sessions/{session}")[1]

    def free(self):
        status, answer = self.ask("GET", "/ready")
        return answer["browsers"]["free"] if status == 200 else -1


def nodes():
    """Sessions of each node, by its id."""
    try:
        status, answer = request("GET", f"http://127.0.0.1:{HUB}{PATH}/status", headers=LOGIN)
    except OSError:
        return {}
    found = answer["value"]["nodes"] if status == 200 else []
    return {one["id"]: sum(slot["session"] is not None for slot in one["slots"]) for one in found if one["availability"] == "UP"}


def drain(one):
    path = f"http://127.0.0.1:{HUB}{PATH}/se/grid/distributor/node/{one}/drain"
    status, answer = request("POST", path, {}, {"x-registration-secret": SECRET, **LOGIN})
    assert status == 200, f"{status} {answer}"


def lost(server, sessions):
    """Waits until these have ended, with a cause."""
    took = until("a session that lost its browser ends", lambda: all(server.status(one)["status"] != "active" for one in sessions), 40)
    for one in sessions:
        said = server.status(one)
        assert said["status"] == "error" and "gone" in said["error"], said
    return took


def scenarios(jar, program):
    running = [hub(jar), node(jar, "node-a")]
    server = None
    try:
        took = until("the first node is up", lambda: len(nodes()) == 1)
        first = next(iter(nodes()))
        running.append(node(jar, "node-b"))
        took += until("the second node is up", lambda: len(nodes()) == 2)
        print(f"      hub and two nodes were up after {took:.0f} s", flush=True)
        server = Server(program)
        with check("grid", "four sessions run on both nodes, through a path, a password and nodes that misname themselves"):
            sessions = [server.start() for _ in range(4)]
            for one in sessions:
                server.works(one)
            assert sorted(nodes().values()) == [2, 2], nodes()
            assert server.ask("GET", "/ready")[1]["browsers"] == {"ready": False, "nodes": 2, "slots": 4, "free": 0}
        with check("grid", "a fifth waits in the queue until one ends"):
            fifth = []
            waits = threading.Thread(target=lambda: fifth.append(server.start()))
            waits.start()
            time.sleep(2)
            assert not fifth
            server.stop(sessions.pop())
            waits.join(60)
            server.works(fifth[0])
            sessions += fifth
        with check("grid", "one that waits for too long is a 529 with its reason, and leaves nothing"):
            status, answer = server.ask("POST", "/sessions/start", {})
            assert status == 529 and "slot" in answer["detail"], f"{status} {answer}"
            time.sleep(2)
            assert sorted(nodes().values()) == [2, 2], nodes()
        with check("grid", "a node that drains keeps its sessions, gets no new ones, and leaves"):
            drain(first)
            for one in sessions:
                server.works(one)
            for one in sessions:
                server.stop(one)
            until("the drained node leaves", lambda: running[1].process.poll() is not None)
            sessions = [server.start(), server.start()]
            assert list(nodes().values()) == [2], nodes()
        with check("grid", "kill -9 of a node ends its sessions with a cause; the others go on, and new ones start"):
            # The sessions so far are node B's; those of a fresh node A are killed with it.
            running[1] = node(jar, "node-a")
            until("the node is back", lambda: len(nodes()) == 2)
            killed = [server.start(), server.start()]
            for one in killed:
                server.works(one)
            running[1].kill()
            took = lost(server, killed)
            print(f"      reported {took:.1f} s after the kill", flush=True)
            running[1].end()
            for one in sessions:
                server.works(one)
            server.stop(sessions.pop())
            sessions.append(server.start())
            server.works(sessions[-1])
        with check("grid", "kill -9 of the hub ends sessions with a cause; after its restart new ones start"):
            running[0].kill()
            took = lost(server, sessions)
            print(f"      reported {took:.1f} s after the kill", flush=True)
            assert server.ask("GET", "/ready")[0] == 503
            assert server.ask("POST", "/sessions/start", {})[0] == 503
            running[0] = hub(jar)
            running[1] = node(jar, "node-a")
            took = until("a slot is free again", lambda: server.free() > 0, 120)
            print(f"      a slot was free {took:.0f} s after the restart", flush=True)
            one = server.start()
            server.works(one)
            server.stop(one)
        with check("grid", "kill -9 of notte-local: its next start ends what it left in the Grid"):
            until("both nodes are free", lambda: sorted(nodes().values()) == [0, 0], 120)
            sessions = [server.start(), server.start()]
            assert sum(nodes().values()) == 2, nodes()
            server.process.kill()
            server.process.wait()
            server = Server(program)
            took = until("what was left is ended", lambda: sum(nodes().values()) == 0, 20)
            print(f"      ended {took:.1f} s after the start", flush=True)
        times(server, program)
        return suite(server)
    finally:
        if server:
            server.process.terminate()
            server.process.wait()
        for part in running:
            part.end()


def times(server, program):
    """How long a start takes, here and from the Grid."""
    environment = {name: value for name, value in os.environ.items() if name != "NOTTE_LOCAL_GRID"}
    environment |= {"NOTTE_LOCAL_API_KEY": "conformance"}
    here = subprocess.Popen([program, "--port", "0", "--browser", browser()], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True)
    try:
        beside = Server.__new__(Server)
        beside.process, beside.url = here, here.stdout.readline().strip()
        for name, one in (("launched", beside), ("from the Grid", server)):
            taken = []
            for _ in range(12):
                begun = time.monotonic()
                session = one.start()
                taken.append(time.monotonic() - begun)
                one.stop(session)
            taken.sort()
            print(f"      start of a session, {name}: p50 {statistics.median(taken) * 1000:.0f} ms, p95 {taken[-1] * 1000:.0f} ms", flush=True)
    finally:
        here.terminate()
        here.wait()


def suite(server):
    """The SDK over the Grid."""
    python, table = sys.argv[3:5]
    environment = {**os.environ, "NOTTE_API_URL": server.url, "NOTTE_API_KEY": "conformance", "DISABLE_TELEMETRY": "true"}
    script = pathlib.Path(__file__).with_name("sdk.py")
    return subprocess.run([python, script, table], env=environment).returncode


if __name__ == "__main__":
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    home = site()
    ended = scenarios(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
    sys.exit(bool(check.failed) or ended)
