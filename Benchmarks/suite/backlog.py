"""One workspace has a hundred thousand deliveries due: what another's notice."""

import contextlib
import json
import os
import sqlite3
import time

from . import machine
from .tables import median, number, ratio, show

DUE = int(os.environ.get("DUE", "100000"))
PER_EVENT = 10
PACE = 100
SECONDS = int(os.environ.get("PACED_SECONDS", "10"))


def _place(home, receiver, sink):
    """A state with a webhook of the workspace that is measured, and one of the workspace that is behind."""
    home.mkdir()
    (home / "load.yaml").write_text(
        "version: 1\nworkspace: bench\nwebhooks:\n  quick:\n    name: Quick\n"
        f"    url: http://127.0.0.1:{receiver}/hook\n    events: [POST_PUBLISHED]\n"
        "---\nversion: 1\nworkspace: behind\nwebhooks:\n  late:\n    name: Late\n"
        f"    url: http://127.0.0.1:{sink}/late\n    events: [POST_PUBLISHED]\n")
    machine.run(
        machine.RECONCILE, "apply", home / "load.yaml", "--state", home / "state.sqlite", "--auto-approve", "--secrets-out", home / "secrets")
    return home


def _fill(state):
    """Deliveries that are due now, as a receiver leaves behind that was away for long."""
    now = int(time.time() * 1000)
    with sqlite3.connect(state) as db:
        webhook = db.execute("SELECT id FROM webhooks WHERE workspace = 'behind'").fetchone()[0]
        db.execute("DELETE FROM events")
        db.execute("DELETE FROM delivery_attempts")
        db.execute("DELETE FROM deliveries")
        db.executemany(
            "INSERT INTO events (id, workspace, type, body, created_at) VALUES (?, 'behind', 'POST_PUBLISHED', ?, ?)",
            ((f"evt_{i:026}", '{"event":"POST_PUBLISHED","timestamp":"2026-01-01T00:00:00.000Z","workspaceId":"behind","data":{"n":%d}}' % i, now)
             for i in range(DUE // PER_EVENT)))
        db.executemany(
            "INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, created_at)"
            " VALUES (?, ?, ?, 'behind', 'PENDING', 1, 2, ?, ?)",
            ((f"dlv_{i:026}", f"evt_{i // PER_EVENT:026}", webhook, now, now) for i in range(DUE)))


def _left(state):
    with sqlite3.connect(f"file:{state}?mode=ro", uri=True, timeout=10) as db:
        return db.execute("SELECT count(*) FROM deliveries WHERE workspace = 'behind' AND status = 'PENDING'").fetchone()[0]


def main(runs):
    if not machine.find("nginx"):
        print("\nA backlog: skipped, nginx is needed.")
        return
    count = PACE * SECONDS
    with machine.folder() as place, contextlib.ExitStack() as stack:
        receiver, sink = machine.free_port(), machine.free_port()
        (place / "sink").mkdir()
        stack.enter_context(machine.Server(
            *machine.nginx("nginx-receiver.conf", place / "sink", sink), port=sink))
        bodies = place / "bodies"
        bodies.write_text("".join(json.dumps({"event": "POST_PUBLISHED", "data": {"n": i, "text": "x" * 200}}) + "\n" for i in range(count)))
        homes = {"nothing due": _place(place / "idle", receiver, sink), f"{DUE:,} due in another workspace": _place(place / "behind", receiver, sink)}
        results, left = {name: [] for name in homes}, []
        for turn in range(runs):
            machine.progress(f"backlog: run {turn + 1} of {runs}")
            for name, home in homes.items():
                if home.name == "behind":
                    _fill(home / "state.sqlite")
                token = machine.token(home)
                port = machine.free_port()
                with machine.serve(home, port):
                    results[name].append(machine.post(
                        port, "/api/events", bodies, count, token, rate=PACE, connections=16, listen=receiver, expect=count))
                    if home.name == "behind":
                        left.append(_left(home / "state.sqlite"))
    if min(left) == 0:
        print("\nA backlog: it was delivered before the measurement ended; set DUE higher.")
    figures = {name: {p: median([result["arrival"][p] for result in rows]) for p in ("p50", "p95", "p99", "max")} for name, rows in results.items()}
    idle = figures["nothing due"]
    show(
        f"{PACE} events a second of one workspace, from a cold start: event sent → its delivery arrived",
        ["", "p50, ms", "p95, ms", "p99, ms", "max, ms", "p95 / idle p95"],
        [[name, *(number(row[p]) for p in ("p50", "p95", "p99", "max")), ratio(row["p95"], idle["p95"])] for name, row in figures.items()],
        [f"Of the backlog {number(min(left))} to {number(max(left))} were left at the end of the runs."])
