"""Programs and servers of a benchmark: where they are, started, waited for, measured and ended."""

import base64
import contextlib
import ctypes
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = ROOT / "Benchmarks"
PROGRAMS = ROOT / ".build" / "benchmarks"
RECONCILE = pathlib.Path(os.environ.get("RECONCILE") or ROOT / ".build" / "release" / "reconcile")
TICKS = os.sysconf("SC_CLK_TCK")

# Keys made for this run alone: nothing is kept.
ENVIRONMENT = {
    "PATH": os.environ["PATH"],
    "HOME": os.environ.get("HOME", "/"),
    "LANG": "C.UTF-8",
    "ENCRYPTION_KEY": os.urandom(32).hex(),
    "RECONCILE_JWT_SECRET": os.urandom(48).hex(),
    "BENCH_SECRET": "whsec_" + base64.b64encode(os.urandom(24)).decode(),
}


def progress(text):
    print(text, file=sys.stderr, flush=True)


def find(name):
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")


def python_program(name):
    """A program of the Python packages that Scripts/bench installs; None where they are missing."""
    path = PROGRAMS / "python" / "bin" / name
    return path if path.exists() else None


def program(name):
    return str(PROGRAMS / name)


@contextlib.contextmanager
def folder():
    """A temporary folder beside the build: on the disk that real state would be on, not in memory."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="bench-", dir=PROGRAMS))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def run(*command, **variables):
    """The output of a program that has to succeed."""
    done = subprocess.run(
        [str(part) for part in command], env={**ENVIRONMENT, **variables}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True, timeout=600)
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def measured(*command, expect=(0,)):
    """What a program took: {"wall", "cpu"} in seconds, {"rss"} in KiB."""
    with tempfile.NamedTemporaryFile(dir=PROGRAMS) as report:
        done = subprocess.run(
            [program("measure"), report.name, *(str(part) for part in command)], env=ENVIRONMENT,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=600)
        if done.returncode != 0:
            raise RuntimeError(done.stderr)
        result = json.loads(pathlib.Path(report.name).read_text())
    if result["status"] not in expect:
        raise RuntimeError(f"{command} ended with {result['status']}: {done.stderr[-2000:]}")
    return result


def _end_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


class Server:
    """A server of this run; ends with the block, and with this program."""

    def __init__(self, *command, port, path="/", log=None, ready="http", **variables):
        self.port = port
        self.path = path
        self.ready = ready
        self.log = log
        self._output = open(log, "wb") if log else subprocess.DEVNULL
        self.process = subprocess.Popen(
            [str(part) for part in command], env={**ENVIRONMENT, **variables}, stdin=subprocess.DEVNULL, stdout=self._output,
            stderr=self._output, preexec_fn=_end_with_parent)

    def __enter__(self):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}{self._tail()}")
            try:
                if self.ready == "http":
                    urllib.request.urlopen(f"http://127.0.0.1:{self.port}{self.path}", timeout=2).read()
                elif self.ready == "port":
                    socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
                return self
            except urllib.error.HTTPError as error:
                if error.code != 503:
                    return self
                time.sleep(0.02)
            except OSError:
                time.sleep(0.02)
        self.stop()
        raise RuntimeError(f"the server on port {self.port} did not answer{self._tail()}")

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.log:
            self._output.close()

    def pin(self, cpu):
        """Moves every thread to one processor, or back to all with None."""
        cpus = f"0-{os.cpu_count() - 1}" if cpu is None else str(cpu)
        for pid in self._processes():
            subprocess.run(["taskset", "-a", "-p", "-c", cpus, str(pid)], stdout=subprocess.DEVNULL, check=True)

    def _tail(self):
        return ": " + pathlib.Path(self.log).read_text(errors="replace")[-2000:] if self.log else ""

    def _processes(self):
        found, left = [], [self.process.pid]
        while left:
            pid = left.pop()
            found.append(pid)
            left += (int(child) for child in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        return found

    def cpu_seconds(self):
        """User and system time of the process and its workers so far."""
        ticks = 0
        for pid in self._processes():
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def memory(self):
        """Peak resident memory in MiB, of the process and its workers."""
        kilobytes = 0
        for pid in self._processes():
            for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    kilobytes += int(line.split()[1])
        return kilobytes / 1024


def redis(place):
    """A Redis that writes its log of changes once a second, as it does where it keeps things at all; None where it is missing."""
    if not find("redis-server"):
        return None
    place.mkdir(exist_ok=True)
    port = free_port()
    return Server(
        find("redis-server"), "--bind", "127.0.0.1", "--port", port, "--dir", place, "--save", "", "--appendonly", "yes",
        "--appendfsync", "everysec", port=port, ready="port")


def nginx(template, place, port, **values):
    """The command of an nginx with the configuration of that template, all of its files in the folder."""
    text = (BENCHMARKS / "peers" / template).read_text()
    for name, value in {"FOLDER": place, "PORT": port, **values}.items():
        text = text.replace(f"@{name}@", str(value))
    path = place / template
    path.write_text(text)
    return [find("nginx"), "-p", place, "-c", path]


def serve(place, port, state=None):
    """The product, with the state of that folder or another."""
    return Server(
        RECONCILE, "serve", "--listen", f"127.0.0.1:{port}", "--state", state or place / "state.sqlite",
        "--allow-network", "127.0.0.0/8", port=port, path="/readyz", log=place / "serve.log")


def token(place, role="admin"):
    """A file with a bearer token for the workspace `bench`."""
    path = place / "token"
    path.write_text(run(RECONCILE, "token", "--workspace", "bench", "--role", role, "--expires-in", "2h").strip() + "\n")
    return path


def call(port, method, path, token_file, body=None):
    """One request to the product's API; its JSON."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", method=method, data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": "Bearer " + token_file.read_text().strip(), "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            text = answer.read()
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from None
    return json.loads(text) if text else None


def post(port, path, bodies, count, token_file=None, partial=False, **options):
    """Runs the load program; what it says."""
    command = [program("post"), "--port", port, "--path", path, "--bodies", bodies, "--count", count]
    if token_file:
        command += ["--token-file", token_file]
    for name, value in options.items():
        command += [f"--{name}", value]
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if not done.stdout or (done.returncode != 0 and not partial):
        raise RuntimeError(f"{path}: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)
