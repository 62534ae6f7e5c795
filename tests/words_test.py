#!/usr/bin/python3
"""Reads every text file of the project for what must not be left in it.

Usage: words_test.py [unittest options]

Paths of one machine, unfinished places, and trailers of tools. Files over 400 lines
are listed as a hint and do not fail.
"""

import os
import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED_FOLDERS = {".git", "build", "out", "__pycache__"}
SELF = "tests/words_test.py"
LONG_FILE = 400

# Pattern, why it is a fault, and the files that may contain it.
FORBIDDEN = [
    (re.compile(r"(?<![\w.])/(work|home|root|Users)/"), "path of one machine", set()),
    (re.compile(r"\.\./shared\b"), "path outside the project", {"tests/CMakeLists.txt"}),
    (re.compile(r"\b(TODO|FIXME|XXX|HACK|WIP)\b"), "unfinished place", set()),
    (re.compile(r"(?i)\b(co-authored-by|generated with|signed-off-by)\b"), "trailer", set()),
    (re.compile(r"(?i)\bissue #\d"), "number that means nothing outside a tracker", set()),
]


def texts(root):
    """(relative name, text) of every text file of the tree."""
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - SKIPPED_FOLDERS)
        for name in sorted(set(names) - SKIPPED_FOLDERS):  # .git is a file in a worktree
            path = pathlib.Path(folder, name)
            try:
                yield path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue


def faults_of(root):
    faults = []
    for name, text in texts(root):
        if name == SELF:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            for pattern, why, allowed in FORBIDDEN:
                found = pattern.search(line)
                if found and name not in allowed:
                    faults.append(f"{name}:{number}: '{found.group()}': {why}")
    return faults


class Words(unittest.TestCase):
    def test_the_project_contains_none_of_them(self):
        faults = faults_of(ROOT)
        self.assertEqual(faults, [], "\n" + "\n".join(faults))

    def test_files_stay_short(self):
        sources = {".cpp", ".hpp", ".py", ".cmake"}
        lengths = [(text.count("\n"), name) for name, text in texts(ROOT)
                   if pathlib.Path(name).suffix in sources]
        self.assertGreater(len(lengths), 20, "hardly any source was found")
        for length, name in sorted(lengths, reverse=True):
            if length > LONG_FILE:
                print(f"hint: {name} has {length} lines; can it be two files?")

    def test_a_planted_fault_is_found(self):
        planted = ["see /" + "home/me/x", "../" + "shared/data", "TO" + "DO later",
                   "Co-authored" + "-by: x", "as in issue " + "#12"]
        with tempfile.TemporaryDirectory() as folder:
            pathlib.Path(folder, "a.md").write_text("fine\n" + "\n".join(planted) + "\n")
            found = faults_of(pathlib.Path(folder))
        self.assertEqual([f"a.md:{n}" for n in range(2, 7)],
                         [":".join(f.split(":")[:2]) for f in found])


if __name__ == "__main__":
    unittest.main()
