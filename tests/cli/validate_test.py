#!/usr/bin/python3
"""scnn validate: its figures, its files, its messages. Usage: validate_test.py SCNN [unittest options]"""

import csv
import io
import unittest

from program import ProgramTest, main

PAGE = """# Page

<!-- begin table1 -->
old
<!-- end table1 -->

kept
"""


class Targets(ProgramTest):
    """What was reached is held: exact cycles of the runs behind Fig. 9 and 10, errors as bounds."""

    @classmethod
    def setUpClass(cls):
        cls.figures = {}

    def setUp(self):
        super().setUp()
        if not self.figures:
            self.succeed("validate", "--only", "fig9,fig10,fig11,dram", "--json", "v.json")
            for figure in self.load("v.json")["figures"]:
                self.figures[figure["id"]] = figure

    def measures(self, figure):
        return {m["name"]: m for m in self.figures[figure]["measures"]}

    def test_every_target_is_met(self):
        seen = 0
        for figure in self.figures.values():
            for measure in figure["measures"]:
                with self.subTest(figure=figure["id"], measure=measure["name"]):
                    self.assertTrue(measure["met"])
                    if measure["target"] is not None:
                        self.assertLessEqual(measure["value"], measure["target"])
                        seen += 1
        self.assertEqual(7, seen)

    def test_errors_are_those_of_the_page(self):
        self.assertEqual([7.4, 9.5, 2.2, 2.7],
                         [round(m["value"], 1) for m in self.figures["fig9"]["measures"]])
        self.assertEqual([0.015, 0.040],
                         [round(m["value"], 3) for m in self.figures["fig10"]["measures"]])
        self.assertEqual([0.070, 0.066, 0.048, 0.073, 0.232, 0.230],
                         [round(m["value"], 3) for m in self.figures["fig11"]["measures"]])

    def test_ten_layers_do_not_fit_all_of_them_vggs(self):
        rows = self.figures["dram"]["rows"]
        self.assertEqual(10, len(rows))
        self.assertEqual({"vgg16"}, {row["network"] for row in rows})

    def test_speed_ups_are_ratios_of_exact_cycles(self):
        rows = {(r["network"], r["name"]): r["values"] for r in self.figures["fig9"]["rows"]}
        self.assertEqual(21, len(rows))
        for layer, dense, cycles in [(("vgg16", "conv1_1"), 451584, 53904),
                                     (("vgg16", "conv2_1"), 903168, 551584),
                                     (("googlenet", "all"), 1414528, 610107),
                                     (("alexnet", "all"), 1374048, 390472),
                                     (("vgg16", "all"), 17150976, 4977349)]:
            with self.subTest(layer):
                self.assertAlmostEqual(dense / cycles, rows[layer]["by compute cycles"], places=12)


class Command(ProgramTest):
    def test_it_prints_the_figures_that_were_asked_for_in_its_own_order(self):
        out = self.succeed("validate", "--only", "table1", "--csv", "v.csv")
        self.assertTrue(out.startswith("table1: sizes of the networks\nParashar et al., SCNN"))
        self.assertNotIn("fig9", out)
        lines = list(csv.DictReader(io.StringIO(self.path("v.csv").read_text())))
        self.assertEqual({"figure": "table1", "network": "vgg16", "row": "",
                          "quantity": "multiplies G zoo", "value": "15.346630656"}, lines[-2])

    def test_equal_seeds_give_equal_numbers(self):
        for name in ["a.csv", "b.csv"]:
            self.succeed("validate", "--only", "table1", "--threads", "1", "--csv", name)
        self.assertEqual(self.path("a.csv").read_text(), self.path("b.csv").read_text())

    def test_a_list_names_every_figure(self):
        names = [line.split()[0] for line in self.succeed("validate", "--list").splitlines()]
        self.assertEqual(["table1", "fig1", "fig9", "fig10", "fig11", "table3", "table4", "dram",
                          "sweep", "pes", "storage", "references"], names)

    def test_a_page_gets_its_sections_and_keeps_the_rest(self):
        self.write("page.md", PAGE)
        self.succeed("validate", "--only", "table1", "--markdown", "page.md")
        page = self.path("page.md").read_text()
        self.assertTrue(page.startswith("# Page\n\n<!-- begin table1 -->\n\nParashar"))
        self.assertTrue(page.endswith("\n<!-- end table1 -->\n\nkept\n"))
        self.assertNotIn("old", page)
        self.assertIn("| vgg16 | 13 | 13 | 4.49 | 4.50 |", page)
        self.succeed("validate", "--only", "table1", "--markdown", "page.md")
        self.assertEqual(page, self.path("page.md").read_text())


class BadInput(ProgramTest):
    def test_a_figure_that_does_not_exist(self):
        self.refuse('--only: found "fig99", expected some of table1, fig1, fig9, fig10, fig11, '
                    'table3, table4, dram, sweep, pes, storage, references',
                    "validate", "--only", "table1,fig99")

    def test_prices_that_are_wrong(self):
        self.write("e.json", {"schema": "scnn-energy/1", "name": "x"})
        self.refuse('e.json#: has no member "events", expected one',
                    "validate", "--only", "table1", "--energy", "e.json")

    def test_a_page_without_the_section(self):
        self.write("page.md", "# Page\n")
        self.refuse('page.md: has no line "<!-- begin table1 -->", expected one',
                    "validate", "--only", "table1", "--markdown", "page.md")

    def test_a_page_with_the_section_twice(self):
        self.write("page.md", PAGE + PAGE)
        self.refuse('page.md: has the line "<!-- begin table1 -->" twice, expected it once',
                    "validate", "--only", "table1", "--markdown", "page.md")

    def test_a_section_that_ends_before_it_begins(self):
        self.write("page.md", "\n<!-- end table1 -->\n<!-- begin table1 -->\n")
        self.refuse('page.md: has "<!-- end table1 -->" before "<!-- begin table1 -->", '
                    "expected it after",
                    "validate", "--only", "table1", "--markdown", "page.md")

    def test_a_page_that_is_not_there(self):
        self.refuse("page.md: cannot be read, expected a Markdown page",
                    "validate", "--only", "table1", "--markdown", "page.md")


if __name__ == "__main__":
    main()
