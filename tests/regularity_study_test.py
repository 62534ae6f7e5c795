#!/usr/bin/python3
"""Holds docs/studies/regularity.md and its figures to the results that are kept beside them.

Usage: regularity_study_test.py [unittest options]
"""

import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
STUDY = ROOT / "docs/studies"
SVG = "{http://www.w3.org/2000/svg}"


class Study(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.pages = pathlib.Path(folder.name)
        shutil.copytree(STUDY / "regularity", self.pages / "regularity")
        shutil.copy(STUDY / "regularity.md", self.pages)

    def run_tool(self, *words, pages=None):
        return subprocess.run([ROOT / "tools/regularity_study.py", "--pages", pages or self.pages,
                               *words], capture_output=True, text=True, check=False)

    def joined(self):
        return json.loads((self.pages / "regularity/joined.json").read_text())

    def test_page_and_figures_are_what_the_results_say(self):
        done = self.run_tool("--check", pages=STUDY)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_a_changed_number_of_the_page_is_found_and_mended(self):
        page = self.pages / "regularity.md"
        right = page.read_text()
        number = re.search(r"<!-- begin regularity-equal-density -->.*?(\d\.\d{3})", right,
                           flags=re.DOTALL)
        page.write_text(right[:number.start(1)] + "9.999" + right[number.end(1):])
        done = self.run_tool("--check")
        self.assertEqual(1, done.returncode)
        self.assertIn("regularity.md", done.stderr)
        self.assertIn("9.999", done.stderr)
        self.assertEqual(0, self.run_tool().returncode)
        self.assertEqual(right, page.read_text())

    def test_a_changed_figure_is_found(self):
        figure = self.pages / "regularity/accuracy-density.svg"
        figure.write_text(figure.read_text().replace("points=", "points= ", 1))
        done = self.run_tool("--check")
        self.assertEqual(1, done.returncode)
        self.assertIn("accuracy-density.svg", done.stderr)

    def test_a_log_that_says_something_else_than_the_joined_file_is_refused(self):
        log = next((self.pages / "regularity").glob("accuracy*.jsonl"))
        lines = log.read_text().splitlines()
        at = max(i for i, text in enumerate(lines) if '"quantised"' in text and '"density"' in text)
        line = json.loads(lines[at])
        lines[at] = json.dumps({**line, "accuracy": line["accuracy"] / 2})
        log.write_text("\n".join(lines) + "\n")
        done = self.run_tool("--check")
        self.assertEqual(2, done.returncode)
        self.assertIn("make it anew", done.stderr)

    def test_figures_have_a_marker_of_its_own_shape_for_every_point(self):
        shapes = {"fine": f"{SVG}circle", "vector": f"{SVG}rect", "kernel": f"{SVG}polygon",
                  "filter": f"{SVG}polygon"}
        points = self.joined()["accuracy"]["points"]
        root = xml.etree.ElementTree.parse(STUDY / "regularity/accuracy-density.svg").getroot()
        for shape in set(shapes.values()):
            grains = [g for g, s in shapes.items() if s == shape]
            expected = sum(p["granularity"] in grains for p in points)
            # The first panel shows every point, the second some; the legend one of each.
            found = [e for e in root.iter(shape) if e.get("fill") not in (None, "none")]
            self.assertGreaterEqual(len(found), expected + len(grains))
            self.assertLessEqual(len(found), 2 * expected + len(grains))
        self.assertIn("prefers-color-scheme: dark", (STUDY / "regularity/accuracy-density.svg")
                      .read_text())

    def test_all_granularities_and_densities_were_measured(self):
        points = [p for p in self.joined()["accuracy"]["points"] if not p["dense"]]
        self.assertEqual({(g, d) for g in ["fine", "vector", "kernel", "filter"]
                          for d in [0.8, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]},
                         {(p["granularity"], p["density"]) for p in points})
        for point in points:
            for seed in point["seeds"]:
                self.assertFalse(seed["pruned_here"])
                self.assertEqual("quantised", seed["stage"])
                self.assertEqual(10_000, seed["images"])
        self.assertGreaterEqual(self.joined()["accuracy"]["dense"]["accuracy"], 0.86)


if __name__ == "__main__":
    unittest.main()
