"""Medians, and tables as Markdown prints them."""

import statistics

# Every table of this run, for whoever compares runs.
shown = []


def median(values):
    return statistics.median(values)


def ratio(ours, other):
    return f"{ours / other:.2f}" if other else "–"


def number(value):
    """Three figures that matter, thousands apart."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def show(title, columns, rows, notes=()):
    """Prints a table; the first column stands left, all others right."""
    cells = [[str(cell) for cell in row] for row in rows]
    shown.append({"title": title, "columns": list(columns), "rows": cells})
    widths = [max(len(columns[i]), *(len(row[i]) for row in cells)) if cells else len(columns[i]) for i in range(len(columns))]

    def line(row):
        return "| " + " | ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width) for i, (cell, width) in enumerate(zip(row, widths))) + " |"

    print(f"\n### {title}\n")
    print(line(columns))
    print("| " + " | ".join("-" * width if i == 0 else "-" * (width - 1) + ":" for i, width in enumerate(widths)) + " |")
    for row in cells:
        print(line(row))
    for note in notes:
        print(f"\n{note}")
    print(flush=True)
