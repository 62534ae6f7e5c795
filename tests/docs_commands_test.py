#!/usr/bin/python3
"""Holds the synopsis of docs/formats.md to the options the program really has.

Usage: docs_commands_test.py SCNN
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
EVERYWHERE = {"quiet", "help", "version"}  # said once for all commands


def documented():
    """Options by command, from the indented synopsis lines."""
    text = (ROOT / "docs/formats.md").read_text(encoding="utf-8").split("\n## Commands\n")[1]
    commands, current = {}, None
    for line in text.splitlines():
        if not line.startswith("    "):
            if commands:
                break
            continue
        start = re.match(r"    scnn (\w+) ", line)
        if start:
            current = commands.setdefault(start.group(1), set())
        if current is not None:
            current.update(re.findall(r"--([\w-]+)", line))
    return {name: options - EVERYWHERE for name, options in commands.items()}


def help_of(scnn, *words):
    return subprocess.run([scnn, *words, "--help"], check=True, capture_output=True,
                          text=True).stdout


def offered(scnn):
    """Options by command, from the program's own help."""
    listed = help_of(scnn).split("Commands:\n")[1].split("\n\n")[0]
    commands = re.findall(r"^  (\w+) ", listed, flags=re.MULTILINE)
    return {c: set(re.findall(r"^  --([\w-]+)", help_of(scnn, c), flags=re.MULTILINE)) - EVERYWHERE
            for c in commands}


def main():
    page, program = documented(), offered(sys.argv[1])
    status = 0
    for command in sorted(set(page) | set(program)):
        for option in sorted(page.get(command, set()) ^ program.get(command, set())):
            where = "the page only" if option in page.get(command, set()) else "the program only"
            print(f"scnn {command} --{option}: known to {where}")
            status = 1
        if (command in page) != (command in program):
            print(f"scnn {command}: in the {'page' if command in page else 'program'} only")
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
