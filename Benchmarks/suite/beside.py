"""The program of two commits, measured in turns by the same parts: this, that, this, that …"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from . import machine
from .tables import median, number, ratio, show

BENCH = machine.BENCHMARKS / "bench.py"


def _tables(part, program):
    """The tables of one run of one part, with that program in the place of ours."""
    with tempfile.NamedTemporaryFile(dir=machine.PROGRAMS, suffix=".json") as file:
        done = subprocess.run(
            [sys.executable, str(BENCH), part, "--runs", "1", "--tables", file.name], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "RECONCILE": str(program)})
        if done.returncode != 0:
            raise RuntimeError(f"{part} with {program} ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        return json.loads(pathlib.Path(file.name).read_text())


def _figure(cell):
    """The number of a cell; None where it is text, empty, or a ratio with its spread."""
    try:
        return float(cell.replace(",", ""))
    except ValueError:
        return None


def _is_ratio(column):
    return "/ " in column and "/s" not in column or column.startswith("×")


def main(parts, runs, commit, this, that):
    """Prints each table with the medians of both and their ratio, for every figure that is not a ratio itself."""
    sides = {"this": this, "that": that}
    for part in parts:
        results = {side: [] for side in sides}
        for turn in range(runs):
            for side, program in sides.items():
                machine.progress(f"{part}: run {turn + 1} of {runs}, {side}")
                results[side].append(_tables(part, program))
        for position, table in enumerate(results["this"][0]):
            rows = []
            for line, row in enumerate(table["rows"]):
                for place, column in enumerate(table["columns"]):
                    if place == 0 or _is_ratio(column):
                        continue
                    figures = {
                        side: [figure for run in results[side] if (figure := _figure(run[position]["rows"][line][place])) is not None]
                        for side in sides
                    }
                    if not all(figures.values()):
                        continue
                    ours, other = median(figures["this"]), median(figures["that"])
                    pairs = [a / b for a, b in zip(figures["this"], figures["that"]) if b]
                    spread = f" ({min(pairs):.2f}–{max(pairs):.2f})" if len(pairs) > 1 else ""
                    rows.append([row[0], column.replace("ours, ", ""), number(ours), number(other), ratio(ours, other) + spread])
            show(f"{table['title']}: this beside {commit}", [table["columns"][0], "", "this", commit, f"this / {commit}"], rows)
    print(
        "Every part ran whole for each program in turn. What is a peer's or a floor's is the same program on both sides: how far its ratio\n"
        "is from 1 says how far chance goes.", flush=True)
