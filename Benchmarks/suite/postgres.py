"""The state on PostgreSQL: beside C over libpq, beside the state on SQLite, and beside River's statements in the same server."""

import json
import os

from . import events, machine, manifests, postgresql
from .machine import measured
from .tables import median, number, ratio, show

CALLERS = 64
BATCH = 64
BODY_BYTES = 512
STORED = int(os.environ.get("STORED", "20000"))
ACCEPTED = int(os.environ.get("POSTGRES_EVENTS", "20000"))
CLAIMED = int(os.environ.get("CLAIMED", "16384"))
RESOURCES = int(os.environ.get("RESOURCES", "10000"))
FLOOR_SECONDS = int(os.environ.get("FLOOR_SECONDS", "2"))
CLIENTS = (1, 8, 32)
WORKERS = (1, 4)

# Drives the store without HTTP; built beside the program that it measures.
STORE = machine.RECONCILE.with_name("StoreBenchmark")

MANIFEST = f"""version: 1
workspace: bench
scopes:
  posts:read: Read posts
webhooks:
  quiet:
    name: Quiet
    url: http://127.0.0.1:9/hook
    events: [{events.PACED}]
"""


def _driven(*arguments):
    return json.loads(machine.run(STORE, *arguments))


def _stored(server, webhook, runs):
    """Events a second by who stores them: ours and the C programs, each on a fresh copy of one state."""
    rates = {"ours": [], "pipeline": [], "unnest": []}
    for turn in range(runs):
        machine.progress(f"postgres, events: run {turn + 1} of {runs}")
        for name, results in rates.items():
            url = server.database("stored", "state")
            if name == "ours":
                result = _driven("events", url, "bench", webhook, STORED, CALLERS, BODY_BYTES)
            else:
                result = json.loads(machine.run(
                    machine.program("postgres-events"), url, name, "bench", webhook, STORED, BATCH, BODY_BYTES))
            if (rows := int(server.psql("SELECT count(*) FROM deliveries", "stored"))) != STORED + 10 * BATCH:
                raise RuntimeError(f"{name}: {rows} deliveries are stored")
            results.append(result["events"] / result["seconds"])
    return rates


def _accepted(server, place, runs):
    """Results of the load program by where the state is."""
    results = {"postgres": [], "sqlite": []}
    token = machine.token(place)
    bodies = events._bodies(place / "unheard", events.UNHEARD, 1000)
    for turn in range(runs):
        machine.progress(f"postgres, 202 over HTTP: run {turn + 1} of {runs}")
        for name in results:
            if name == "postgres":
                state = server.database("accepted", "state")
            else:
                state = place / "accepted.sqlite"
                for suffix in ("", "-wal", "-shm"):
                    state.with_name(state.name + suffix).unlink(missing_ok=True)
                machine.run(machine.RECONCILE, "apply", place / "state.yaml", "--state", state, "--auto-approve", "--secrets-out", place / "kept")
                (place / "kept").unlink(missing_ok=True)
            port = machine.free_port()
            with machine.serve(place, port, state):
                machine.post(port, "/api/events", bodies, 2000, token, connections=CALLERS)
                result = machine.post(port, "/api/events", bodies, ACCEPTED, token, connections=CALLERS)
            if result["ok"] != ACCEPTED:
                raise RuntimeError(f"{result['ok']} of {ACCEPTED} events were accepted")
            results[name].append(result)
    return results


def _fill(server, webhook):
    server.psql(
        f"""
        INSERT INTO events (id, workspace, type, body, created_at)
        SELECT 'evt_' || lpad(n::text, 26, '0'), 'bench', 'POST_PUBLISHED', repeat('x', {BODY_BYTES}), 1600000000000
        FROM generate_series(1, {CLAIMED}) AS n;
        INSERT INTO deliveries (id, event_id, webhook_id, workspace, status, attempts, retries_left, due_at, created_at)
        SELECT 'dlv_' || lpad(n::text, 26, '0'), 'evt_' || lpad(n::text, 26, '0'), '{webhook}', 'bench', 'PENDING', 0, 3,
            1600000000000 + n, 1600000000000
        FROM generate_series(1, {CLAIMED}) AS n;
        VACUUM ANALYZE events; VACUUM ANALYZE deliveries;
        """, "claimed")


def _claimed(server, webhook, runs):
    """Deliveries or jobs a second, claimed and settled, by who and with how many workers."""
    rates = {(name, workers): [] for workers in WORKERS for name in ("ours", "river", "river, gin")}
    for turn in range(runs):
        machine.progress(f"postgres, claim and settle: run {turn + 1} of {runs}")
        for (name, workers), results in rates.items():
            url = server.database("claimed", "state")
            if name == "ours":
                _fill(server, webhook)
                server.psql("CHECKPOINT")
                result = _driven("deliveries", url, webhook, CLAIMED, workers, BATCH)
                if result["deliveries"] != CLAIMED:
                    raise RuntimeError(f"{result['deliveries']} of {CLAIMED} deliveries were claimed")
                left = server.psql("SELECT count(*) FROM deliveries WHERE status <> 'DELIVERED'", "claimed")
                results.append(result["deliveries"] / result["seconds"])
            else:
                table = (machine.BENCHMARKS / "peers" / "river-table.sql").read_text()
                server.psql(table, "claimed", gin=int(name != "river"), jobs=CLAIMED, bytes=BODY_BYTES)
                server.psql("CHECKPOINT")
                results.append(BATCH * server.pgbench(
                    machine.BENCHMARKS / "peers" / "river-work.sql", "claimed", "-D", f"batch={BATCH}", "-c", workers, "-j", min(workers, 2),
                    "-t", CLAIMED // BATCH // workers))
                left = server.psql("SELECT count(*) FROM river_job WHERE state <> 'completed'", "claimed")
            if left != "0":
                raise RuntimeError(f"{name} left {left} unsettled")
    return rates


def _applied(server, place, runs):
    """What `apply` of new resources took, by where the state is."""
    results = {"postgres": [], "sqlite": []}
    manifest = place / "large.yaml"
    manifest.write_text(manifests.manifest(RESOURCES))
    for turn in range(runs):
        machine.progress(f"postgres, apply: run {turn + 1} of {runs}")
        for name in results:
            state = server.database("applied") if name == "postgres" else place / "applied.sqlite"
            if name == "sqlite":
                for suffix in ("", "-wal", "-shm"):
                    state.with_name(state.name + suffix).unlink(missing_ok=True)
            (place / "secrets").unlink(missing_ok=True)
            results[name].append(measured(
                machine.RECONCILE, "apply", manifest, "--state", state, "--auto-approve", "--secrets-out", place / "secrets"))
    if (rows := int(server.psql("SELECT count(*) FROM webhooks", "applied"))) != RESOURCES * 8 // 10:
        raise RuntimeError(f"{rows} webhooks were created")
    return results


def _floors(server, runs):
    """Transactions a second of one row each, by clients."""
    server.database("floor")
    rates = {clients: [] for clients in CLIENTS}
    for turn in range(runs):
        machine.progress(f"postgres, one-row commits: run {turn + 1} of {runs}")
        for clients, results in rates.items():
            server.psql("DROP TABLE IF EXISTS floor_rows; CREATE TABLE floor_rows (id bigserial PRIMARY KEY, body text NOT NULL)", "floor")
            results.append(server.pgbench(
                machine.BENCHMARKS / "floors" / "postgres-row.sql", "floor", "-c", clients, "-j", min(clients, 2), "-T", FLOOR_SECONDS))
    return rates


def _prepared(place, webhook):
    """How often the statements that ran most were planned, out of how often they ran; nil where the extension is missing."""
    settings = {"shared_preload_libraries": "pg_stat_statements", "pg_stat_statements.track_planning": "on"}
    with postgresql.PostgreSQL(place, **settings) as server:
        url = server.database("planned", "state")
        try:
            server.psql("CREATE EXTENSION pg_stat_statements", "planned")
        except RuntimeError:
            return None
        _driven("events", url, "bench", webhook, 2000, CALLERS, BODY_BYTES)
        # A statement that is not prepared is planned each time that it runs; one that is, five times a session and no more.
        return [
            (" ".join(text.split())[:60], int(calls), int(plans))
            for text, calls, plans in json.loads(server.psql(
                """
                SELECT coalesce(json_agg(json_build_array(query, calls, plans) ORDER BY calls DESC), '[]') FROM (
                    SELECT query, calls, plans FROM pg_stat_statements
                    WHERE dbid = (SELECT oid FROM pg_database WHERE datname = 'planned') AND query ~* '^(insert|update|with|select|delete)'
                        AND query !~ 'pg_stat' ORDER BY calls DESC LIMIT 3) AS most
                """, "planned"))]


def _pairs(ours, other):
    return f"{median([a / b for a, b in zip(ours, other)]):.2f}"


def main(runs):
    if not postgresql.is_installed():
        print("\nPostgreSQL: skipped, it is not installed.")
        return
    is_driven = STORE.exists()
    with machine.folder() as place:
        (place / "state.yaml").write_text(MANIFEST)
        with postgresql.PostgreSQL(place / "pg") as server:
            version = server.psql("SHOW server_version").split()[0]
            machine.run(
                machine.RECONCILE, "apply", place / "state.yaml", "--state", server.database("state"), "--auto-approve", "--secrets-out",
                place / "kept")
            (place / "kept").unlink(missing_ok=True)
            webhook = server.psql("SELECT id FROM webhooks", "state")
            stored = _stored(server, webhook, runs) if is_driven else None
            claimed = _claimed(server, webhook, runs) if is_driven else None
            accepted = _accepted(server, place, runs)
            applied = _applied(server, place, runs)
            floors = _floors(server, runs)
        prepared = _prepared(place / "pg", webhook) if is_driven else None

    note = f"PostgreSQL {version}, fsync and synchronous_commit on, on a Unix socket, beside us on the same processors."
    if stored:
        ours = stored["ours"]
        show(
            f"an event and one delivery stored on PostgreSQL, {BODY_BYTES} bytes, in process",
            ["", "events/s", "ours / it"],
            [
                [f"ours, {CALLERS} callers, one event at a time each", number(median(ours)), "1"],
                [f"C, libpq pipeline, {BATCH} events a transaction", number(median(stored["pipeline"])), _pairs(ours, stored["pipeline"])],
                [f"C, two inserts over arrays, {BATCH} events a transaction", number(median(stored["unnest"])), _pairs(ours, stored["unnest"])],
            ],
            [note])
        show(
            f"claim and settle on PostgreSQL, {BATCH} at a time, {CLAIMED:,} due",
            ["workers", "ours, deliveries/s", "River's statements, jobs/s", "ours / it", "the same with its GIN indexes", "ours / it, GIN"],
            [[
                str(workers), number(median(claimed["ours", workers])), number(median(claimed["river", workers])),
                _pairs(claimed["ours", workers], claimed["river", workers]), number(median(claimed["river, gin", workers])),
                _pairs(claimed["ours", workers], claimed["river, gin", workers])] for workers in WORKERS],
            ["Ours writes a row an attempt besides, and hands the bodies out; River's are replayed by pgbench -M prepared on a table of its\n"
             "shape, and leave the claimed rows on the server but for the ids."])

    def rates(name):
        return [result["ok"] / result["seconds"] for result in accepted[name]]

    show(
        f"202 over HTTP, {CALLERS} callers, keep-alive, no webhook listening",
        ["state", "events/s", "p50, ms", "p99, ms", "of SQLite's"],
        [[label, number(median(rates(name))), *(number(median([r["answer"][p] for r in accepted[name]])) for p in ("p50", "p99")),
          _pairs(rates(name), rates("sqlite")) if name == "postgres" else "1"]
         for name, label in (("postgres", "PostgreSQL"), ("sqlite", "SQLite, FULL"))], [note])
    wall = {name: [result["wall"] for result in rows] for name, rows in applied.items()}
    show(
        f"apply of {RESOURCES:,} new resources",
        ["state", "wall, ms", "CPU of ours, ms", "peak MiB", "× SQLite"],
        [[label, number(median(wall[name]) * 1e3), number(median([r["cpu"] for r in applied[name]]) * 1e3),
          number(median([r["rss"] for r in applied[name]]) / 1024), _pairs(wall[name], wall["sqlite"]) if name == "postgres" else "1"]
         for name, label in (("postgres", "PostgreSQL"), ("sqlite", "SQLite, FULL"))])
    show(
        "the floor: one row of 512 bytes a commit, pgbench -M prepared",
        ["clients", "commits/s"], [[str(clients), number(median(results))] for clients, results in floors.items()])
    if prepared:
        show(
            "the statements that 2,640 stored events run most",
            ["statement", "ran", "planned", "planned / ran"],
            [[text, f"{calls:,}", f"{plans:,}", ratio(plans, calls)] for text, calls, plans in prepared],
            ["By pg_stat_statements: what is not prepared is parsed and planned each time that it runs."])
