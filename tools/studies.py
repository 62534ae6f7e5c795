#!/usr/bin/python3
"""Writes the tables of docs/studies/ from sweeps of configs/studies/, or checks them.

Usage: tools/studies.py [--check] [STUDY...]

Runs the plans of each study with `scnn sweep`. Results are kept, and used again by the very
program that made them. What the tables show is declared in tools/study_tables.py.

Exit status: 0 pages are as the results say (now, or with --check before); 1 --check found a page
out of date; 2 something was wrong, and no page was written.
"""

import argparse
import functools
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

from study_tables import STUDIES

ROOT = pathlib.Path(__file__).resolve().parent.parent


class Failure(Exception):
    """What ends the program with status 2: one line that says where."""


class Group:
    """Points of a sweep taken together: counters added up, anything else where all agree."""

    def __init__(self, points, axes):
        self.points, self.axes = points, axes

    def __getitem__(self, column):
        values = [p[column] for p in self.points]
        if column not in self.axes:
            return sum(values)
        if len(set(values)) != 1:
            raise Failure(f"{column}: found {sorted(set(values))}, expected one value in a cell")
        return values[0]

    def only(self, keep):
        return Group([p for p in self.points if keep(p)], self.axes)


def read_points(path):
    """The rows of a sweep's table.json as dictionaries, and the columns that do not add up."""
    table = json.loads(path.read_text(encoding="utf-8"))
    names = [c["name"] for c in table["columns"]]
    axes = {"network", "area_mm2"} | {c["name"] for c in table["columns"] if c["axis"]}
    return [dict(zip(names, row)) for row in table["rows"]], axes


def in_order(points, labels_of):
    """Labels in the order in which they appear last, so that a total follows its parts."""
    last = {}
    for point in points:
        for label in labels_of(point):
            last.pop(label, None)
            last[label] = None
    return list(last)


def columns_of(table, points):
    """Heading, whose points, and cell of every column."""
    if isinstance(table.columns, dict):
        return [(heading, lambda point: True, cell) for heading, cell in table.columns.items()]
    return [(label, lambda point, label=label: label in table.columns(point), table.cell)
            for label in in_order(points, table.columns)]


def cell_text(table, cell, points, sweep, axes):
    """A cell from its points, and from those they are compared with."""
    if not points:
        return ""
    base = []
    if table.base is not None:
        keys = {tuple(p[m] for m in table.match) for p in points}
        base = [p for p in sweep if table.base(p) and tuple(p[m] for m in table.match) in keys]
        if len(base) != len(points):
            raise Failure(f"{table.name}: {len(points)} points are compared with {len(base)}")
    return cell(Group(points, axes), Group(base, axes))


def markdown(table, sweep, axes):
    """The table as a page has it."""
    points = [p for p in sweep if table.where(p)]
    if not points:
        raise Failure(f"{table.name}: no point of the sweep belongs to it")
    columns = columns_of(table, points)
    lines = [f"| {table.corner} | " + " | ".join(heading for heading, _, _ in columns) + " |",
             "|---|" + "---:|" * len(columns)]
    for row in in_order(points, table.rows):
        mine = [p for p in points if row in table.rows(p)]
        cells = [cell_text(table, cell, [p for p in mine if belongs(p)], sweep, axes)
                 for _, belongs, cell in columns]
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def with_tables(page, text, tables):
    """The page's text with other tables between its markers."""
    for name, table in tables.items():
        begin, end = f"<!-- begin {name} -->", f"<!-- end {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise Failure(f"{page}: expected '{begin}' and '{end}' once each")
        head, rest = text.split(begin)
        if end not in rest:
            raise Failure(f"{page}: '{end}' comes before '{begin}'")
        text = f"{head}{begin}\n\n{table}\n\n{end}{rest.split(end)[1]}"
    unknown = set(re.findall(r"<!-- begin ([\w-]+) -->", text)) - set(tables)
    if unknown:
        raise Failure(f"{page}: no table is called {', '.join(sorted(unknown))}")
    return text


@functools.cache
def digest_of(program):
    """Tells programs apart; `scnn sweep` knows its commit, but not what was changed since."""
    try:
        return hashlib.sha256(program.read_bytes()).hexdigest()[:12]
    except OSError as error:
        raise Failure(f"{program}: {error.strerror}; build it first, or say --scnn") from error


def swept(plan, options):
    """Runs a plan, or takes what it left before. Returns its points and axes."""
    out = options.work / digest_of(options.scnn) / plan
    command = [options.scnn, "sweep", ROOT / "configs/studies" / f"{plan}.json", "--out", out,
               "--resume"]
    if options.jobs:
        command += ["--jobs", str(options.jobs)]
    if options.quiet:
        command += ["--quiet"]
    out.parent.mkdir(parents=True, exist_ok=True)
    status = subprocess.run(command, stdout=subprocess.DEVNULL, check=False).returncode
    if status != 0:
        raise Failure(f"{plan}: scnn sweep ended with status {status}")
    return read_points(out / "table.json")


def differing(old, new):
    """The first line that differs, for the message."""
    for number, (a, b) in enumerate(zip(old.splitlines(), new.splitlines()), 1):
        if a != b:
            return number, a, b
    return min(old.count("\n"), new.count("\n")) + 1, "", ""


def brought_up_to_date(study, options):
    """Writes a study's page, or with --check compares it. Returns whether it was up to date."""
    plans = dict.fromkeys(t.plan for t in STUDIES[study])
    sweeps = {plan: swept(plan, options) for plan in plans}
    tables = {t.name: markdown(t, *sweeps[t.plan]) for t in STUDIES[study]}
    page = options.pages / f"{study}.md"
    try:
        old = page.read_text(encoding="utf-8")
    except OSError as error:
        raise Failure(f"{page}: {error.strerror}") from error
    new = with_tables(page, old, tables)
    if old == new:
        return True
    if options.check:
        line, found, expected = differing(old, new)
        print(f"{page}:{line}: out of date; run tools/studies.py {study}, and read its text again\n"
              f"  page:    {found}\n  results: {expected}", file=sys.stderr)
        return False
    beside = page.with_name(f".{page.name}.{os.getpid()}")
    beside.write_text(new, encoding="utf-8")
    beside.replace(page)
    if not options.quiet:
        print(f"{page}: written", file=sys.stderr)
    return False


def arguments():
    parser = argparse.ArgumentParser(
        description="Writes the tables of docs/studies/ from sweeps of configs/studies/.",
        epilog="Exit status: 0 done; 1 --check found a page out of date; 2 something was wrong.")
    parser.add_argument("study", nargs="*", metavar="STUDY",
                        help=f"one of {', '.join(STUDIES)}; default: all")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--scnn", type=pathlib.Path, default=ROOT / "build/release/tools/scnn",
                        help="the program; default: build/release/tools/scnn")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build/studies", metavar="DIR",
                        help="folder of the sweeps' results; default: build/studies")
    parser.add_argument("--pages", type=pathlib.Path, default=ROOT / "docs/studies", metavar="DIR",
                        help="folder of the pages; default: docs/studies")
    parser.add_argument("--jobs", type=int, help="machines at a time; default: all cores")
    parser.add_argument("--quiet", action="store_true", help="no progress")
    options = parser.parse_args()
    for study in options.study:
        if study not in STUDIES:
            parser.error(f"found study '{study}', expected one of {', '.join(STUDIES)}")
    return options


def main():
    options = arguments()
    try:
        current = [brought_up_to_date(s, options) for s in options.study or STUDIES]
    except Failure as failure:
        print(f"studies.py: error: {failure}", file=sys.stderr)
        return 2
    return 1 if options.check and not all(current) else 0


if __name__ == "__main__":
    sys.exit(main())
