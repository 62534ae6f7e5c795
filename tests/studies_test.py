#!/usr/bin/python3
"""Holds docs/studies/ to results, by one small study, and the plans to the pages.

Usage: studies_test.py SCNN WORK [unittest options]

The test `studies` holds every page; this one shows that it can fail.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGES = ROOT / "docs/studies"
PLANS = ROOT / "configs/studies"
SMALL = "index-width"

sys.path.insert(0, str(ROOT / "tools"))
import studies  # noqa: E402
from study_tables import STUDIES, Table, axis, ratio  # noqa: E402


class Folder(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)
        self.page = self.folder / f"{SMALL}.md"
        shutil.copy(PAGES / f"{SMALL}.md", self.page)

    def studies(self, *options):
        return subprocess.run([ROOT / "tools/studies.py", "--scnn", SCNN, "--work", WORK, "--quiet",
                               *options], capture_output=True, text=True, check=False)

    def of_the_copy(self, *options):
        return self.studies("--pages", self.folder, SMALL, *options)


class SmallStudy(Folder):
    def test_the_page_is_as_the_results_say(self):
        done = self.studies("--check", SMALL)
        self.assertEqual((0, ""), (done.returncode, done.stderr))

    def test_a_changed_number_is_found_and_mended(self):
        right = self.page.read_text()
        row = re.search(r"^\| 0\.1 \| (\d\.\d+) .*$", right, flags=re.MULTILINE)
        wrong = right.replace(row.group(), row.group().replace(row.group(1), "9.876"), 1)
        self.page.write_text(wrong)
        done = self.of_the_copy("--check")
        self.assertEqual(1, done.returncode)
        line = right[:row.start()].count("\n") + 1
        self.assertIn(f"{self.page}:{line}: out of date", done.stderr)
        self.assertIn("9.876", done.stderr)
        self.assertIn(row.group(), done.stderr)
        self.assertEqual(wrong, self.page.read_text(), "--check wrote")
        self.assertEqual(0, self.of_the_copy().returncode)
        self.assertEqual(right, self.page.read_text())

    def test_text_around_the_tables_stays(self):
        self.page.write_text("before\n" + self.page.read_text() + "after\n")
        self.assertEqual(0, self.of_the_copy("--check").returncode)

    def test_markers_that_are_missing_or_unknown_are_named(self):
        right = self.page.read_text()
        for wrong, message in [
                (right.replace("<!-- end index-cycles -->", ""), "'<!-- end index-cycles -->' once"),
                (right + "<!-- begin index-cycles -->", "'<!-- begin index-cycles -->'"),
                (right + "<!-- begin no-table --><!-- end no-table -->", "is called no-table")]:
            with self.subTest(message):
                self.page.write_text(wrong)
                done = self.of_the_copy("--check")
                self.assertEqual(2, done.returncode)
                self.assertIn(f"{self.page}: ", done.stderr)
                self.assertIn(message, done.stderr)

    def test_what_is_no_study_and_no_program_is_refused(self):
        self.assertEqual(2, self.studies("--check", "none").returncode)
        done = self.studies("--scnn", self.folder / "none", SMALL)
        self.assertEqual(2, done.returncode)
        self.assertIn("none: No such file", done.stderr)


class Tables(unittest.TestCase):
    POINTS = [{"network": n, "k": k, "cycles": c}
              for n, k, c in [("a", 1, 10), ("a", 2, 30), ("b", 1, 2), ("b", 2, 4)]]

    def table(self, **fields):
        return Table("t", "plan", "net", axis("network"), axis("k"), **fields)

    def test_a_cell_is_a_point_beside_its_base(self):
        table = self.table(cell=ratio("cycles"), base=lambda p: p["k"] == 1)
        self.assertEqual("| net | 1 | 2 |\n|---|---:|---:|\n| a | 1.00 | 3.00 |\n| b | 1.00 | 2.00 |",
                         studies.markdown(table, self.POINTS, {"network", "k"}))

    def test_counters_of_a_cell_are_added_up_and_axes_are_not(self):
        table = self.table(cell=ratio("cycles"), base=lambda p: p["k"] == 1)
        table = table._replace(rows=lambda p: [p["network"], "all"])
        self.assertIn("| all | 1.00 | 2.83 |",
                      studies.markdown(table, self.POINTS, {"network", "k"}))
        group = studies.Group(self.POINTS, {"network", "k"})
        self.assertEqual(46, group["cycles"])
        with self.assertRaisesRegex(studies.Failure, "one value"):
            print(group["k"])

    def test_a_base_that_is_missing_or_double_is_refused(self):
        for base in [lambda p: False, lambda p: True]:
            with self.assertRaisesRegex(studies.Failure, "compared with"):
                studies.markdown(self.table(cell=ratio("cycles"), base=base), self.POINTS,
                                 {"network", "k"})

    def test_a_table_without_points_is_refused(self):
        with self.assertRaisesRegex(studies.Failure, "no point"):
            studies.markdown(self.table(where=lambda p: False), self.POINTS, {"network", "k"})


class Plans(unittest.TestCase):
    def test_plans_studies_pages_and_index_belong_together(self):
        used = {t.plan for tables in STUDIES.values() for t in tables}
        self.assertEqual({p.stem for p in PLANS.glob("*.json")}, used)
        # The tables of regularity.md come from retraining, not from a sweep.
        pages = {p.stem for p in PAGES.glob("*.md")} - {"README"}
        self.assertEqual(pages, {*STUDIES, "regularity"})
        index = (PAGES / "README.md").read_text()
        for name in pages:
            self.assertIn(f"({name}.md)", index)

    def test_pages_say_how_many_points_their_plans_have(self):
        for study, tables in STUDIES.items():
            page = (PAGES / f"{study}.md").read_text()
            for plan in {t.plan for t in tables}:
                with self.subTest(plan):
                    done = subprocess.run([SCNN, "sweep", PLANS / f"{plan}.json", "--dry-run"],
                                          capture_output=True, text=True, check=True)
                    points = re.match(r"(\d+) points", done.stdout).group(1)
                    self.assertRegex(page, rf"configs/studies/{plan}\.json +# {points} points\b")


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"usage: {sys.argv[0]} SCNN WORK [unittest options]")
    SCNN, WORK = sys.argv[1:3]
    unittest.main(argv=sys.argv[:1] + sys.argv[3:])
