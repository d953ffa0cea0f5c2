"""plan and apply of growing manifests, beside what the C libraries need for the same file and rows, and beside octoDNS."""

from . import machine, manifests
from .machine import measured
from .tables import median, number, ratio, show

SIZES = (100, 1_000, 10_000)


def _octodns(place, size):
    """The command of octoDNS planning a zone that has so many two-value records and no change; None where it is not installed."""
    sync = machine.python_program("octodns-sync")
    if not sync:
        return None
    records = "---\n" + "".join(
        f"host-{i:05}:\n  ttl: 300\n  type: A\n  values:\n  - 192.0.2.{1 + i % 250}\n  - 198.51.100.{1 + i % 250}\n" for i in range(size))
    home = place / f"octodns-{size}"
    for side in ("have", "want"):
        (home / side).mkdir(parents=True)
        (home / side / "example.com.yaml").write_text(records)
    (home / "config.yaml").write_text(
        "providers:\n"
        + "".join(f"  {side}:\n    class: octodns.provider.yaml.YamlProvider\n    directory: {home / side}\n" for side in ("have", "want"))
        + "zones:\n  example.com.:\n    sources: [want]\n    targets: [have]\n")
    return [sync, "--config-file", home / "config.yaml", "--quiet"]


def _erase(state):
    for suffix in ("", "-wal", "-shm"):
        state.with_name(state.name + suffix).unlink(missing_ok=True)


def main(runs):
    with machine.folder() as place:
        files, states, octodns = {}, {}, {}
        for size in SIZES:
            files[size] = place / f"{size}.yaml"
            files[size].write_text(manifests.manifest(size))
            states[size] = place / f"{size}.sqlite"
            machine.run(
                machine.RECONCILE, "apply", files[size], "--state", states[size], "--auto-approve", "--secrets-out", place / f"{size}.secrets")
            machine.run("sqlite3", states[size], "PRAGMA wal_checkpoint(TRUNCATE)")
            octodns[size] = _octodns(place, size)
        fresh, rows = place / "fresh.sqlite", place / "rows.sqlite"
        results = {}
        for turn in range(runs):
            machine.progress(f"plans: run {turn + 1} of {runs}")
            for size in SIZES:
                commands = {
                    "start": [machine.RECONCILE, "--version"],
                    "events": [machine.program("yaml-events"), files[size]],
                    "rows": [machine.program("sqlite-rows"), states[size]],
                    "unchanged": [machine.RECONCILE, "plan", files[size], "--state", states[size]],
                    "new": [machine.RECONCILE, "plan", files[size], "--state", fresh],
                    "insert": [machine.program("sqlite-commits"), rows, size, size, 400],
                    "apply": [
                        machine.RECONCILE, "apply", files[size], "--state", fresh, "--auto-approve", "--secrets-out", place / "secrets"],
                }
                if octodns[size]:
                    commands["octodns"] = octodns[size]
                for name, command in commands.items():
                    _erase(fresh)
                    _erase(rows)
                    (place / "secrets").unlink(missing_ok=True)
                    results.setdefault((name, size), []).append(measured(*command))
        # What was timed must be what is claimed.
        last = machine.run(machine.RECONCILE, "plan", files[SIZES[-1]], "--state", states[SIZES[-1]]).strip().splitlines()[-1]
        if last != "No changes.":
            raise RuntimeError(f"the plan said {last!r}")

    def of(name, size, what="wall"):
        return median([result[what] for result in results[name, size]])

    def table(name, title, floors, peer=None):
        columns = ["resources", "ours, ms", "CPU, ms", "peak MiB", "× its tenth", "floor, ms", "ours / floor"]
        if peer:
            columns += ["octoDNS, ms", "octoDNS MiB", "octoDNS / ours"]
        lines = []
        for position, size in enumerate(SIZES):
            floor = sum(of(part, size) for part in floors)
            line = [
                f"{size:,}", number(of(name, size) * 1e3), number(of(name, size, "cpu") * 1e3), number(of(name, size, "rss") / 1024),
                ratio(of(name, size), of(name, SIZES[position - 1])) if position else "", number(floor * 1e3), ratio(of(name, size), floor)]
            if peer:
                line += [
                    number(of(peer, size) * 1e3), number(of(peer, size, "rss") / 1024), ratio(of(peer, size), of(name, size))
                ] if (peer, size) in results else ["–"] * 3
            lines.append(line)
        show(title, columns, lines)

    table("unchanged", "plan, nothing changed", ("events", "rows"), "octodns" if octodns[SIZES[0]] else None)
    table("new", "plan, everything new", ("events",))
    table("apply", "apply, everything new", ("events", "insert"))
    size = SIZES[-1]
    print(
        f"The largest manifest has {manifests_size(size):.1f} MB. Starting the program alone took {number(of('start', size) * 1e3)} ms of each of ours.\n"
        f"Floors, as processes of their own: libyaml's events of the same file ({number(of('events', size) * 1e3)} ms for the largest), every column of\n"
        f"the same rows read from SQLite ({number(of('rows', size) * 1e3)} ms), as many rows inserted in one transaction ({number(of('insert', size) * 1e3)} ms)."
        + ("" if octodns[SIZES[0]] else "\noctoDNS: skipped, not installed."), flush=True)


def manifests_size(size):
    return len(manifests.manifest(size).encode()) / 1e6
