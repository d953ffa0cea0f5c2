"""Key checks over kept connections, beside nginx with a map of the same keys and two limits each."""

import contextlib
import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import urllib.request

from . import machine
from .tables import median, number, ratio, show

CONNECTIONS = 32
KEYS = int(os.environ.get("KEYS", "100000"))
SECONDS = int(os.environ.get("SECONDS_EACH", "4"))


def _wrk(port, script, keys, seconds, cpu=None):
    pinned = ["taskset", "-c", str(cpu)] if cpu is not None else []
    done = subprocess.run(
        [*pinned, machine.find("wrk"), "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s",
         str(machine.BENCHMARKS / "load" / script), f"http://127.0.0.1:{port}"],
        env={**machine.ENVIRONMENT, "KEYS_FILE": str(keys)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds + 60)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if not found:
        raise RuntimeError(done.stdout + done.stderr)
    requests, microseconds, refused, broken, p50, p99 = map(int, found.groups())
    if refused or broken:
        raise RuntimeError(f"{refused} of {requests} checks were refused, {broken} connections broke")
    return {"requests": requests, "rate": requests / microseconds * 1e6, "p50": p50, "p99": p99}


def _seed(place, port, token):
    """Makes the keys through the API, as any caller would, and keeps what it shows once."""
    bodies = place / "bodies"
    limit = 1_000_000_000
    bodies.write_text("".join(
        json.dumps({"name": f"Key {i}", "scopes": ["checks:read"], "rateLimitPerHour": limit, "rateLimitPerDay": limit}) + "\n"
        for i in range(KEYS)))
    machine.progress(f"checks: making {KEYS:,} keys through the API")
    made = machine.post(
        port, "/api/integrations/api-keys", bodies, KEYS, token, responses=place / "made", deadline=300)
    keys = [json.loads(line)["key"] for line in (place / "made").read_text().splitlines() if line]
    if len(set(keys)) != KEYS:
        raise RuntimeError(f"{len(set(keys))} of {KEYS} keys were made")
    (place / "keys").write_text("".join(key + "\n" for key in keys))
    (place / "keys.map").write_text("".join(f"{key} {i};\n" for i, key in enumerate(keys)))
    return keys, made


def _remaining(port, key):
    request = urllib.request.Request(f"http://127.0.0.1:{port}/auth/check", headers={"X-API-Key": key})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return int(answer.headers["X-RateLimit-Remaining"])


def _lua(place, keys):
    """The command and port of nginx with Lua; None where the modules are missing."""
    modules = pathlib.Path("/usr/lib/nginx/modules")
    if not (modules / "ngx_http_lua_module.so").exists():
        return None
    home = place / "lua"
    home.mkdir()
    (home / "keys").symlink_to(keys)
    port = machine.free_port()
    return machine.Server(*machine.nginx("nginx-lua-keys.conf", home, port, WORKERS=2, MODULES=modules), port=port)


def _fastapi(stack, place, keys):
    """FastAPI and Redis, started; None where one is missing."""
    uvicorn, redis = machine.python_program("uvicorn"), machine.redis(place / "redis") if machine.python_program("uvicorn") else None
    if not redis:
        return None
    stack.enter_context(redis)
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        for key in keys:
            name = "key:" + hashlib.sha256(key.encode()).hexdigest()
            connection.sendall(f"*3\r\n$3\r\nSET\r\n${len(name)}\r\n{name}\r\n$1\r\n1\r\n".encode())
        connection.sendall(b"*1\r\n$4\r\nQUIT\r\n")
        while connection.recv(1 << 16):
            pass
    port = machine.free_port()
    return stack.enter_context(machine.Server(
        uvicorn, "--app-dir", machine.BENCHMARKS / "peers", "--host", "127.0.0.1", "--port", port, "--workers", 2, "--no-access-log",
        "--log-level", "error", "fastapi_keys:app", port=port, REDIS_URL=f"redis://127.0.0.1:{redis.port}/0", PYTHONDONTWRITEBYTECODE="1"))


def main(runs):
    if not machine.find("nginx") or not machine.find("wrk"):
        print("\nKey checks: skipped, nginx and wrk are needed.")
        return
    with machine.folder() as place:
        (place / "keys.yaml").write_text("version: 1\nworkspace: bench\nscopes:\n  checks:read: Ask whether a key is good\n")
        machine.run(machine.RECONCILE, "apply", place / "keys.yaml", "--state", place / "state.sqlite", "--auto-approve")
        token = machine.token(place)
        ports = [machine.free_port() for _ in range(3)]
        for name in ("one", "two"):
            (place / name).mkdir()
        with machine.serve(place, ports[0]) as ours:
            keys, made = _seed(place, ports[0], token)
        for name in ("one", "two"):
            (place / name / "keys.map").symlink_to(place / "keys.map")
        with contextlib.ExitStack() as stack:
            ours = stack.enter_context(machine.serve(place, ports[0]))
            one, two = (
                stack.enter_context(machine.Server(*machine.nginx("nginx-keys.conf", place / name, port, WORKERS=workers), port=port))
                for name, port, workers in (("one", ports[1], 1), ("two", ports[2], 2)))
            lua, fastapi = _lua(place, place / "keys"), _fastapi(stack, place, keys)
            idle = ours.memory()
            machine.progress("checks: every key once")
            first, done = [], 0
            while done < KEYS:
                first.append(_wrk(ports[0], "check-each.lua", place / "keys", max(1, min(5, KEYS // 20000))))
                done += first[-1]["requests"]
            hot = min(1000, KEYS)
            watched = keys[:min(50, hot)]
            before, asked = sum(_remaining(ports[0], key) for key in watched), 0
            contenders = {
                "nginx, 1 worker": (one, ports[1], 0), "ours, one processor": (ours, ports[0], 0),
                "nginx, 2 workers": (two, ports[2], None), "ours, all processors": (ours, ports[0], None),
            }
            if lua:
                contenders["nginx + Lua, 2 workers"] = (stack.enter_context(lua), lua.port, None)
            if fastapi:
                contenders["FastAPI + Redis, 2 workers"] = (fastapi, fastapi.port, None)
            if os.cpu_count() == 1:
                contenders = {name: (server, port, None) for name, (server, port, _) in contenders.items()}
            results = {name: [] for name in contenders}
            for turn in range(runs + 1):  # the first round warms up and is not counted
                machine.progress(f"checks: run {turn} of {runs}")
                for name, (server, port, cpu) in contenders.items():
                    if server is ours or cpu is not None:
                        server.pin(cpu)
                    used = server.cpu_seconds()
                    result = _wrk(port, "checks.lua", place / "keys", SECONDS if turn else 1, None if cpu is None else 1)
                    asked += result["requests"] if server is ours else 0
                    result["cpu"] = (server.cpu_seconds() - used) / result["requests"] * 1e6
                    if turn:
                        results[name].append(result)
            spent = before - sum(_remaining(ports[0], key) for key in watched) - len(watched)
            expected = asked * len(watched) * (0.5 / hot + 0.5 / KEYS)
            if abs(spent - expected) > max(0.1 * expected, 6 * expected ** 0.5):
                raise RuntimeError(f"{len(watched)} busy keys were counted {spent} times, about {expected:.0f} were asked")
            memory = ours.memory()

    def of(name, what):
        return median([result[what] for result in results[name]])

    rows = []
    alone, whole = "ours, one processor", "ours, all processors"
    for name, against in (
            ("nginx, 1 worker", alone), (alone, None), ("nginx, 2 workers", whole), ("nginx + Lua, 2 workers", whole),
            ("FastAPI + Redis, 2 workers", whole), (whole, None)):
        if name not in results:
            rows.append([name, "skipped: not installed", "", "", "", ""])
            continue
        pairs = [a["rate"] / b["rate"] for a, b in zip(results[against], results[name])] if against else []
        rows.append([
            name, number(of(name, "rate")), number(of(name, "p50") / 1e3), number(of(name, "p99") / 1e3), number(of(name, "cpu")),
            f"{median(pairs):.2f} ({min(pairs):.2f}–{max(pairs):.2f})" if pairs else ""])
    show(
        f"key checks, keep-alive, {CONNECTIONS} connections, {KEYS:,} keys with two limits each",
        ["", "checks/s", "p50, ms", "p99, ms", "server CPU, µs a check", "ours / this"], rows,
        [f"nginx: `map` of the same keys, two `limit_req` zones in shared memory, nothing kept over a restart. Ours: two limits counted and reserved in SQLite (FULL).\n"
         f"nginx + Lua counts the hour and the day in shared memory; FastAPI asks Redis once a check (append-only file, every second; its CPU is not counted).\n"
         f"In the first two rows the server has one processor and wrk another; in the others all share all. Half of the checks go to 1,000 of the keys.\n"
         f"The first check of each key, which reserves its allowance in SQLite: {number(median([part['rate'] for part in first]))}/s, p99 {number(median([part['p99'] for part in first]) / 1e3)} ms.\n"
         f"Keys made through the API by 64 callers: {number(made['ok'] / made['seconds'])}/s. Peak memory with all keys: {number(idle)} MiB after start, {number(memory)} MiB at the end."])
