"""Events accepted durably, deliveries, and the time from one to the other."""

import json
import os
import sqlite3
import subprocess
import time
import urllib.request

from . import machine
from .tables import median, number, ratio, show

CALLERS = 64
ACCEPTED = int(os.environ.get("EVENTS", "30000"))
DELIVERED = int(os.environ.get("DELIVERIES", "20000"))
PACE = 200
PACED_SECONDS = int(os.environ.get("PACED_SECONDS", "10"))

# Nobody listens to the first; each of the others has one webhook.
UNHEARD, BULK, PACED = "ALERT_TRIGGERED", "POST_PUBLISHED", "MENTION_RECEIVED"


def _bodies(path, event, count):
    path.write_text("".join(
        json.dumps({"event": event, "data": {
            "n": i, "postId": f"post_{i:08}", "platform": "example", "title": "What a post says in its first line", "text": "x" * 120,
            "metrics": {"likes": i % 97, "shares": i % 31}, "publishedAt": "2026-01-01T00:00:00.000Z"}}) + "\n"
        for i in range(count)))
    return path


def _ask(state, sql, *values):
    with sqlite3.connect(f"file:{state}?mode=ro", uri=True, timeout=10) as db:
        return db.execute(sql, values).fetchone()


def _accept(place, port, token, runs, state):
    """(ours, one row a commit, 64 rows a commit), a list of results each."""
    bodies = _bodies(place / "unheard", UNHEARD, 1000)
    size = len(bodies.read_text().splitlines()[0])
    ours, single, grouped = [], [], []

    def floor(rows, batch):
        file = place / "floor.sqlite"
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
        return json.loads(machine.run(machine.program("sqlite-commits"), file, rows, batch, size))

    before = _ask(state, "SELECT count(*) FROM events")[0]
    machine.post(port, "/api/events", bodies, 2000, token, connections=CALLERS)
    for turn in range(runs):
        machine.progress(f"events: run {turn + 1} of {runs}")
        ours.append(machine.post(port, "/api/events", bodies, ACCEPTED, token, connections=CALLERS))
        single.append(floor(ACCEPTED // 6, 1))
        grouped.append(floor(ACCEPTED, CALLERS))
    stored = _ask(state, "SELECT count(*) FROM events")[0] - before
    if stored != 2000 + runs * ACCEPTED:
        raise RuntimeError(f"{stored} events are stored of {2000 + runs * ACCEPTED} accepted")
    return ours, single, grouped


def _requests(port):
    """How many requests the receiver has had."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/-/status", timeout=5) as answer:
        return int(answer.read().split(b"requests")[1].split()[2])


def _wait_delivered(state, webhook, count, deadline):
    """Waits until that many deliveries are recorded; asks seldom, because asking costs the server time."""
    while time.time() < deadline:
        done, last = _ask(
            state, "SELECT count(*), max(finished_at) FROM deliveries WHERE webhook_id = ? AND status = 'DELIVERED'", webhook)
        if done >= count:
            return last / 1e3
        time.sleep(0.2)
    raise RuntimeError(f"{done} of {count} deliveries were recorded in time")


def _deliver(place, port, token, runs, state, server):
    """({"backlog", "live", "curl"} → rates a second, CPU of the server a delivery in µs)."""
    bodies = _bodies(place / "bulk", BULK, 1000)
    (place / "receiver").mkdir()
    receiver_port = machine.free_port()
    rates = {"backlog": [], "live": [], "curl": [], "celery": []}
    cpu = []
    with machine.Server(*machine.nginx("nginx-receiver.conf", place / "receiver", receiver_port), port=receiver_port):
        url = f"http://127.0.0.1:{receiver_port}/hook"
        webhook = machine.call(
            port, "POST", "/api/integrations/webhooks", token, {"name": "Bulk", "url": url, "events": [BULK]})["id"]
        path = f"/api/integrations/webhooks/{webhook}"
        done = 0
        for turn in range(runs):
            machine.progress(f"deliveries: run {turn + 1} of {runs}")
            machine.call(port, "PUT", path, token, {"status": "PAUSED"})
            machine.post(port, "/api/events", bodies, DELIVERED, token, connections=CALLERS)
            received = _requests(receiver_port)
            used = server.cpu_seconds()
            start = time.time()
            machine.call(port, "PUT", path, token, {"status": "ACTIVE"})
            done += DELIVERED
            # Sleeps while the receiver still misses some, so that the waiting itself takes nothing.
            while _requests(receiver_port) - received < DELIVERED and time.time() < start + 120:
                time.sleep(0.1)
            rates["backlog"].append(DELIVERED / (_wait_delivered(state, webhook, done, start + 120) - start))
            cpu.append((server.cpu_seconds() - used) / DELIVERED * 1e6)

            start = time.time()
            machine.post(port, "/api/events", bodies, DELIVERED, token, connections=CALLERS)
            done += DELIVERED
            rates["live"].append(DELIVERED / (_wait_delivered(state, webhook, done, start + 120) - start))

            # The very bodies that were delivered, without their headers.
            with sqlite3.connect(f"file:{state}?mode=ro", uri=True, timeout=10) as db:
                (place / "delivered").write_text("".join(
                    row[0] + "\n" for row in db.execute("SELECT body FROM events WHERE type = ? ORDER BY id DESC LIMIT 1000", (BULK,))))
            result = json.loads(machine.run(machine.program("curl-loop"), url, place / "delivered", DELIVERED, CALLERS))
            rates["curl"].append(result["ok"] / result["seconds"])
            if (celery := _celery(place, place / "delivered")) is not None:
                rates["celery"].append(celery)
        twice = _ask(
            state, "SELECT count(*) FROM delivery_attempts a JOIN deliveries d ON d.id = a.delivery_id WHERE d.webhook_id = ? AND a.number > 1", webhook)[0]
        if twice:
            raise RuntimeError(f"{twice} deliveries took more than one attempt")
    return rates, cpu


def _celery(place, bodies):
    """Deliveries a second by Celery, Redis and requests, from a backlog, with two processes; None where they are missing."""
    python, redis = machine.python_program("python"), machine.redis(place / "redis") if machine.python_program("celery") else None
    if not redis:
        return None
    (place / "celery").mkdir(exist_ok=True)
    receiver_port, count = machine.free_port(), DELIVERED // 8
    with redis, machine.Server(*machine.nginx("nginx-receiver.conf", place / "celery", receiver_port), port=receiver_port):
        variables = {
            "REDIS_URL": f"redis://127.0.0.1:{redis.port}/0", "RECEIVER": f"http://127.0.0.1:{receiver_port}/hook",
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": str(machine.BENCHMARKS / "peers")}
        machine.run(python, machine.BENCHMARKS / "peers" / "celery_deliveries.py", bodies, count, **variables)
        with machine.Server(
                python, "-m", "celery", "--app", "celery_deliveries", "worker", "--concurrency", "2", "--loglevel", "ERROR",
                "--without-gossip", "--without-mingle", "--without-heartbeat", port=redis.port, ready="port", **variables):
            # Each question is a request of its own to the receiver; the time starts when the first delivery is seen.
            asked, start, seen = 0, None, 0
            base = _requests(receiver_port)
            deadline = time.time() + 120
            while time.time() < deadline:
                time.sleep(0.02)
                asked += 1
                done = _requests(receiver_port) - base - asked
                if start is None and done > 0:
                    start, seen = time.time(), done
                if done >= count:
                    return (count - seen) / (time.time() - start)
            raise RuntimeError(f"Celery delivered {done} of {count} in time")


def _latency(place, port, token, runs):
    """Results of the load program at a steady pace: through the product, and straight to the receiver."""
    count = PACE * PACED_SECONDS
    bodies = _bodies(place / "paced", PACED, count)
    receiver_port = machine.free_port()
    machine.call(
        port, "POST", "/api/integrations/webhooks", token,
        {"name": "Paced", "url": f"http://127.0.0.1:{receiver_port}/hook", "events": [PACED]})
    ours, straight = [], []
    for turn in range(runs):
        machine.progress(f"latency: run {turn + 1} of {runs}")
        common = {"rate": PACE, "connections": 16, "listen": receiver_port}
        ours.append(machine.post(port, "/api/events", bodies, count, token, **common))
        straight.append(machine.post(receiver_port, "/hook", bodies, count, **common))
    return ours, straight


def main(runs):
    with machine.folder() as place:
        state = place / "state.sqlite"
        (place / "events.yaml").write_text("version: 1\nworkspace: bench\nscopes:\n  posts:read: Read posts\n")
        machine.run(machine.RECONCILE, "apply", place / "events.yaml", "--state", state, "--auto-approve")
        token = machine.token(place)
        port = machine.free_port()
        with machine.serve(place, port) as server:
            ours, single, grouped = _accept(place, port, token, runs, state)
            latency, straight = _latency(place, port, token, runs)
            deliveries = _deliver(place, port, token, runs, state, server) if machine.find("nginx") else None
            memory = server.memory()

    def rate(results, what):
        return median([result[what] / result["seconds"] for result in results])

    accepted, one, many = rate(ours, "ok"), rate(single, "rows"), rate(grouped, "rows")
    show(
        f"events accepted durably, {CALLERS} callers, keep-alive, no webhook listening",
        ["", "events/s", "p50, ms", "p99, ms", "ours beside it"],
        [
            ["ours: 202 after the commit", number(accepted), *(number(median([r["answer"][p] for r in ours])) for p in ("p50", "p99")), "1"],
            ["C and SQLite, one event a commit", number(one), "", "", ratio(accepted, one)],
            [f"C and SQLite, {CALLERS} events a commit", number(many), "", "", ratio(accepted, many)],
        ],
        ["SQLite with WAL and synchronous = FULL in all three; the C programs have the rows ready and speak no HTTP."])
    if deliveries:
        rates, cpu = deliveries
        curl = median(rates["curl"])
        show(
            f"deliveries to one receiver on this machine (nginx, 1 worker), {DELIVERED:,} a run",
            ["", "deliveries/s", "of the curl loop"],
            [
                ["C, libcurl multi, 64 in flight, nothing signed or recorded", number(curl), "1"],
                ["ours, a backlog: claimed, signed, posted, recorded", number(median(rates["backlog"])),
                 f"{median([a / b for a, b in zip(rates['backlog'], rates['curl'])]):.2f}"],
                [f"ours, while {CALLERS} callers post the events", number(median(rates["live"])),
                 f"{median([a / b for a, b in zip(rates['live'], rates['curl'])]):.2f}"],
                ["Celery + Redis + requests, 2 processes, a backlog",
                 *([number(median(rates["celery"])), f"{median([a / b for a, b in zip(rates['celery'], rates['curl'])]):.2f}"]
                   if rates["celery"] else ["skipped: not installed", ""])],
            ],
            [f"Counted until the last result is recorded. Server CPU a delivery of the backlog: {number(median(cpu))} µs. Peak memory: {number(memory)} MiB."])
    else:
        print("\nDeliveries: skipped, nginx is needed.")

    def times(results, name):
        return [number(median([result[name][p] for result in results])) for p in ("p50", "p95", "p99")]

    show(
        f"from the event to its receiver at {PACE} events a second",
        ["", "p50, ms", "p95, ms", "p99, ms"],
        [
            ["posted straight to the receiver, without us", *times(straight, "arrival")],
            ["event sent → accepted (202)", *times(latency, "answer")],
            ["event sent → its delivery arrived", *times(latency, "arrival")],
            ["accepted → its delivery arrived", *times(latency, "arrivalAfterAnswer")],
        ],
        ["One program sends and receives, so one clock times both; times count from the moment an event was due. A delivery may\n"
         "arrive before its caller has read the 202: both start at the same commit."])
