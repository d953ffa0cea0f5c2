#!/usr/bin/env python3
"""Prints our figures beside those of others, measured in turns in one run. Scripts/bench builds what it needs and calls it."""

import argparse
import datetime
import json
import os
import pathlib
import platform

from suite import backlog, beside, checks, events, isolation, plans, postgres, restart, tables
from suite.machine import RECONCILE

PARTS = {
    "plans": plans.main, "checks": checks.main, "events": events.main, "isolation": isolation.main, "backlog": backlog.main,
    "restart": restart.main, "postgres": postgres.main,
}


def processor():
    with open("/proc/cpuinfo") as file:
        for line in file:
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.machine()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"one of {', '.join(PARTS)} (default: all)")
    parser.add_argument("--runs", type=int, default=5, help="how often each is measured; medians are shown (default: 5)")
    parser.add_argument("--beside", metavar="COMMIT", help="measure the program of another commit too, in turns with this one (Scripts/bench builds it)")
    parser.add_argument("--beside-program", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--tables", type=pathlib.Path, help="also write the tables to this file, as JSON")
    options = parser.parse_args()
    if unknown := [part for part in options.parts if part not in PARTS]:
        parser.error(f"no such part: {', '.join(unknown)}")
    if not RECONCILE.exists():
        parser.error(f"{RECONCILE} is missing: swift build -c release --product reconcile")
    print(f"{datetime.date.today()}, {platform.system()} {platform.release()}, {os.cpu_count()} processors ({processor()}), medians of {options.runs} runs in turns.")
    print("Only the ratios say something: everything ran on this machine, load and all.", flush=True)
    chosen = [name for name in PARTS if not options.parts or name in options.parts]
    if options.beside:
        return beside.main(chosen, options.runs, options.beside, RECONCILE, options.beside_program)
    for name in chosen:
        PARTS[name](options.runs)
    if options.tables:
        options.tables.write_text(json.dumps(tables.shown))


if __name__ == "__main__":
    main()
