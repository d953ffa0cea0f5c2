"""A start with a great many retries pending: how soon it works, and what it holds in memory."""

import http.server
import os
import sqlite3
import threading
import time

from . import machine
from .tables import median, number, show

PENDING = int(os.environ.get("PENDING", "1000000"))
PER_EVENT = 10


class _Receiver(http.server.ThreadingHTTPServer):
    """Answers 200 and remembers when the first delivery came."""

    daemon_threads = True

    def __init__(self):
        self.first = threading.Event()
        self.at = None
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if not self.server.first.is_set():
            self.server.at = time.monotonic()
            self.server.first.set()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def _fill(state, pending):
    """Adds events whose deliveries failed once and wait for their retry, spread over the twelve hours to come."""
    now = int(time.time() * 1000)
    with sqlite3.connect(state) as db:
        webhook = db.execute("SELECT id FROM webhooks").fetchone()[0]
        db.executemany(
            "INSERT INTO events (id, workspace, type, body, created_at) VALUES (?, 'bench', 'POST_PUBLISHED', ?, ?)",
            ((f"evt_{i:026}", '{"event":"POST_PUBLISHED","timestamp":"2026-01-01T00:00:00.000Z","workspaceId":"bench","data":{"n":%d}}' % i, now)
             for i in range(pending // PER_EVENT)))
        db.executemany(
            "INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, created_at)"
            " VALUES (?, ?, ?, 'bench', 'PENDING', 1, 2, ?, ?)",
            ((f"dlv_{i:026}", f"evt_{i // PER_EVENT:026}", webhook, now + 3_600_000 + i * 40, now) for i in range(pending)))


def main(runs):
    with machine.folder() as place:
        receiver = _Receiver()
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        results = {}
        for pending in (PER_EVENT, PENDING):
            home = place / str(pending)
            home.mkdir()
            state = home / "state.sqlite"
            (home / "load.yaml").write_text(
                "version: 1\nworkspace: bench\nwebhooks:\n  slow:\n    name: Slow\n"
                f"    url: http://127.0.0.1:{receiver.server_port}/hook\n    events: [POST_PUBLISHED]\n")
            machine.run(
                machine.RECONCILE, "apply", home / "load.yaml", "--state", state, "--auto-approve", "--secrets-out", home / "secrets")
            machine.progress(f"restart: {pending:,} retries")
            _fill(state, pending)
        for turn in range(runs):
            machine.progress(f"restart: run {turn + 1} of {runs}")
            for pending in (PER_EVENT, PENDING):
                home = place / str(pending)
                with sqlite3.connect(home / "state.sqlite") as db:
                    db.execute("UPDATE deliveries SET status = 'PENDING', finished_at = NULL, claim = NULL, attempts = 1, due_at = 0 WHERE id = ?", ("dlv_" + "0" * 26,))
                    db.execute("DELETE FROM delivery_attempts")
                receiver.first.clear()
                start = time.monotonic()
                with machine.serve(home, machine.free_port()) as server:
                    if not receiver.first.wait(60):
                        raise RuntimeError("the retry that was due did not come within a minute")
                    time.sleep(1)
                    results.setdefault(pending, []).append((receiver.at - start, server.memory()))
        receiver.shutdown()

    show(
        "start with retries pending, one of them due",
        ["pending", "start → first delivery, ms", "peak MiB"],
        [[f"{pending:,}", number(median([r[0] for r in results[pending]]) * 1e3), number(median([r[1] for r in results[pending]]))]
         for pending in (PER_EVENT, PENDING)])
