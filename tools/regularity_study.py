#!/usr/bin/python3
"""Writes the tables and figures of docs/studies/regularity.md, or checks them.

Usage: tools/regularity_study.py [--check] [--scnn SCNN --networks DIR]

Reads what is kept in docs/studies/regularity/: the logs of retraining (accuracy*.jsonl) and
joined.json, which `scnn compare --accuracy` made of them. With --scnn and --networks, the folder of
the exported networks, joined.json is made anew first.

Exit status: 0 page and figures are as the files say (now, or with --check before); 1 --check found
one out of date; 2 something was wrong.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

import regularity_tables
from studies import Failure, differing, with_tables

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = "regularity.md"


def load_logs(folder):
    """The lines of all logs, with the defaults of their headers."""
    entries = []
    for path in sorted(folder.glob("accuracy*.jsonl")):
        header = None
        for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                line = json.loads(text)
            except ValueError as error:
                raise Failure(f"{path}:{number}: {error}") from error
            if "format" in line:
                header = line
            elif header is None:
                raise Failure(f"{path}:{number}: found no header before it")
            else:
                entries.append({"seed": header.get("seed", 1), "images": header.get("images"), **line})
    if not entries:
        raise Failure(f"{folder}: found no accuracy*.jsonl with lines")
    return entries


def final_accuracies(entries):
    """(granularity, density, seed) -> accuracy that counts; the dense network is (None, None, seed)."""
    stages = ["dense", "adapted", "retrained", "quantised"]
    best = {}
    for entry in entries:
        if entry["stage"] not in stages:
            continue
        key = (entry.get("granularity"), entry.get("density"), entry["seed"])
        rank = stages.index(entry["stage"])
        if key not in best or rank >= best[key][0]:
            best[key] = (rank, entry["accuracy"])
    return {key: accuracy for key, (_, accuracy) in best.items()}


def check_joined(joined, entries, where):
    """The joined file must have been made of these very logs."""
    expected = final_accuracies(entries)
    found = {(None, None, s["seed"]): s["accuracy"] for s in joined["accuracy"]["dense"]["seeds"]}
    for point in joined["accuracy"]["points"]:
        if not point["dense"]:
            found.update({(point["granularity"], point["density"], s["seed"]): s["accuracy"]
                          for s in point["seeds"]})
    if found != expected:
        odd = [k for k in {**found, **expected} if found.get(k) != expected.get(k)]
        raise Failure(f"{where}: {odd[0]} is {found.get(odd[0])}, but the logs say "
                      f"{expected.get(odd[0])}; make it anew")


def join(options, folder):
    """Runs scnn on the exported networks."""
    logs = sorted(folder.glob("accuracy*.jsonl"))
    with tempfile.TemporaryDirectory() as work:
        # The logs name networks relative to themselves.
        for log in logs:
            shutil.copy(log, work)
        names = {log.name for log in logs}
        for file in (f for f in options.networks.iterdir() if f.name not in names):
            os.symlink(file.resolve(), pathlib.Path(work, file.name))
        command = [options.scnn.resolve(), "compare", "--accuracy", *[log.name for log in logs],
                   "--arch", ROOT / "configs/regularity.json", "--energy", "default",
                   "--accuracy-loss", "0.5,1,2,4",
                   "--json", folder.resolve() / "joined.json"]
        status = subprocess.run(command, cwd=work, stdout=subprocess.DEVNULL, check=False).returncode
    if status != 0:
        raise Failure(f"scnn compare ended with status {status}")
    shorten(folder / "joined.json")


def shorten(path):
    """Leaves out what says nothing about the networks: the host."""
    joined = json.loads(path.read_text(encoding="utf-8"))
    joined.pop("host", None)
    path.write_text(json.dumps(joined, indent=1) + "\n", encoding="utf-8")


def wanted_files(page, folder):
    """Every file that is generated, and its text."""
    joined = json.loads((folder / "joined.json").read_text(encoding="utf-8"))
    entries = load_logs(folder)
    check_joined(joined, entries, folder / "joined.json")
    files = {folder / name: text for name, text in regularity_tables.figures(joined).items()}
    text = page.read_text(encoding="utf-8")
    files[page] = with_tables(page, text, regularity_tables.tables(joined, entries))
    return files


def brought_up_to_date(path, text, options):
    """Writes a file, or with --check compares it. Returns whether it was up to date."""
    old = path.read_text(encoding="utf-8") if path.exists() else ""
    if old == text:
        return True
    if options.check:
        line, found, expected = differing(old, text)
        print(f"{path}:{line}: out of date; run tools/regularity_study.py, and read the page again\n"
              f"  file:    {found}\n  results: {expected}", file=sys.stderr)
        return False
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    print(f"{path}: written", file=sys.stderr)
    return False


def arguments():
    parser = argparse.ArgumentParser(
        description="Writes the tables and figures of docs/studies/regularity.md.",
        epilog="Exit status: 0 done; 1 --check found a file out of date; 2 something was wrong.")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--pages", type=pathlib.Path, default=ROOT / "docs/studies", metavar="DIR",
                        help="folder of the page; default: docs/studies")
    parser.add_argument("--scnn", type=pathlib.Path, help="the program, to make joined.json anew")
    parser.add_argument("--networks", type=pathlib.Path, metavar="DIR",
                        help="folder that the logs' file names are relative to")
    options = parser.parse_args()
    if (options.scnn is None) != (options.networks is None):
        parser.error("found one of --scnn and --networks, expected both or none")
    return options


def main():
    options = arguments()
    page, folder = options.pages / PAGE, options.pages / "regularity"
    try:
        if options.scnn:
            join(options, folder)
        current = [brought_up_to_date(path, text, options)
                   for path, text in wanted_files(page, folder).items()]
    except (Failure, OSError, ValueError) as failure:
        print(f"regularity_study.py: error: {failure}", file=sys.stderr)
        return 2
    return 1 if options.check and not all(current) else 0


if __name__ == "__main__":
    sys.exit(main())
