#!/usr/bin/python3
"""Holds the documentation to the code: rules, keys, counters, links.

Usage: docs_test.py [unittest options]
"""

import json
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = sorted(p for p in [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def section(text, title):
    """The part of a page under `## title`."""
    return text.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def rows(text):
    """Cells of every table row whose first cell is `code`, without code marks."""
    found = []
    for line in text.splitlines():
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and re.fullmatch(r"`[\w.]+`", cells[0]):
            found.append([cells[0].strip("`")] + cells[1:])
    return found


def anchors(page):
    """Anchors that a Markdown page's headings get."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    titles = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", t.lower()).replace(" ", "-") for t in titles}


def flatten(value, prefix=""):
    if not isinstance(value, dict):
        return {prefix: value}
    result = {}
    for key, inner in value.items():
        result.update(flatten(inner, f"{prefix}.{key}" if prefix else key))
    return result


class Links(unittest.TestCase):
    def test_relative_links_and_their_anchors_exist(self):
        checked = 0
        for page in PAGES:
            text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if re.match(r"\w+:", target):
                    continue
                path, _, anchor = target.partition("#")
                file = (page.parent / path).resolve() if path else page
                with self.subTest(page=page.name, target=target):
                    self.assertTrue(file.exists(), f"{target} does not exist")
                    if anchor:
                        self.assertIn(anchor, anchors(file))
                checked += 1
        self.assertGreater(checked, 20)


class Rules(unittest.TestCase):
    def test_machine_md_has_the_rules_1_to_33_once_and_in_order(self):
        found = re.findall(r"^### S(\d+) ", read("docs/machine.md"), flags=re.MULTILINE)
        self.assertEqual([str(n) for n in range(1, 34)], found)

    def test_rules_that_files_cite_exist(self):
        cited = 0
        for folder in ["sparse_formats", "workloads", "pruning", "memory", "pe", "sim", "tools",
                       "tests", "docs", "configs"]:
            for path in (ROOT / folder).rglob("*"):
                if path.suffix not in {".hpp", ".cpp", ".md", ".json"}:
                    continue
                for number in re.findall(r"\bS(\d+)\b", path.read_text(encoding="utf-8")):
                    cited += 1
                    with self.subTest(path=str(path)):
                        self.assertTrue(1 <= int(number) <= 33, f"S{number} is no rule")
        self.assertGreater(cited, 100)

    def test_every_choice_has_a_record(self):
        machine = read("docs/machine.md")
        index = read("docs/decisions/README.md")
        self.assertGreaterEqual(machine.count("**choice**"), 6)
        for record in (ROOT / "docs/decisions").glob("0*.md"):
            with self.subTest(record.name):
                self.assertIn(record.name, index)
                text = record.read_text(encoding="utf-8")
                for part in ["Question", "SCNN says", "Choice", "Effect on cycles", "Test"]:
                    self.assertIn(f"**{part}", text)


class Formats(unittest.TestCase):
    def test_every_architecture_key_is_listed_with_its_default(self):
        listed = {r[0]: r[1] for r in rows(section(read("docs/formats.md"), "Architecture file"))}
        text = re.sub(r"^\s*//.*$", "", read("configs/scnn-isca17.json"), flags=re.MULTILINE)
        defaults = flatten(json.loads(text))
        self.assertEqual(list(defaults), list(listed))
        for key, value in defaults.items():
            with self.subTest(key):
                self.assertEqual(json.dumps(value), listed[key].strip("`"))

    def test_counters_are_listed_as_the_code_declares_them(self):
        declared = re.findall(r'\{"(\w+)",\s*"([^"]+)",\s*"([^"]+)"', read("memory/counters.cpp"))
        listed = rows(section(read("docs/formats.md"), "Counters"))
        self.assertEqual(28, len(declared))
        self.assertEqual([list(d) for d in declared], listed)


if __name__ == "__main__":
    unittest.main()
