"""A hundred receivers, of which one takes connections and never answers: what the others notice."""

import contextlib
import json
import os

from . import machine
from .tables import median, number, show

RECEIVERS = 100
PACE = 500
SECONDS = int(os.environ.get("PACED_SECONDS", "10"))


def _place(home, receiver, first):
    """A state with a webhook for each of a hundred event types; the first goes to the port `first`, the others to `receiver`."""
    home.mkdir()
    lines = ["version: 1", "workspace: bench", "events:"]
    lines += [f"  LOAD_{i:03}: {{ description: Load for receiver {i} }}" for i in range(RECEIVERS)]
    lines.append("webhooks:")
    for i in range(RECEIVERS):
        lines += [
            f"  receiver-{i:03}:", f"    name: Receiver {i}", f"    url: http://127.0.0.1:{receiver if i else first}/hook/{i}",
            f"    events: [LOAD_{i:03}]"]
    (home / "load.yaml").write_text("\n".join(lines) + "\n")
    machine.run(
        machine.RECONCILE, "apply", home / "load.yaml", "--state", home / "state.sqlite", "--auto-approve", "--secrets-out", home / "secrets")
    return home


def main(runs):
    count = PACE * SECONDS
    with machine.folder() as place, contextlib.ExitStack() as stack:
        receiver, silent = machine.free_port(), machine.free_port()
        bodies = place / "bodies"
        bodies.write_text("".join(
            json.dumps({"event": f"LOAD_{i % RECEIVERS:03}", "data": {"n": i, "text": "x" * 200}}) + "\n" for i in range(count)))
        calm, holed = _place(place / "calm", receiver, receiver), _place(place / "holed", receiver, silent)
        ports = {home: machine.free_port() for home in (calm, holed)}
        for home, port in ports.items():
            stack.enter_context(machine.serve(home, port))
        tokens = {home: machine.token(home) for home in ports}
        results = {calm: [], holed: []}
        for turn in range(runs):
            machine.progress(f"isolation: run {turn + 1} of {runs}")
            for home, port in ports.items():
                healthy = count if home == calm else count - count // RECEIVERS
                results[home].append(machine.post(
                    port, "/api/events", bodies, count, tokens[home], rate=PACE, connections=16, listen=receiver, silent=silent, expect=healthy))

    show(
        f"{RECEIVERS} receivers, {PACE} events a second, each for one of them: event sent → its delivery arrived",
        ["", "p50, ms", "p95, ms", "p99, ms", "max, ms"],
        [[name, *(number(median([result["arrival"][p] for result in results[home]])) for p in ("p50", "p95", "p99", "max"))]
         for name, home in (("all answer", calm), ("one never answers: the other 99", holed))])
