#!/usr/bin/python3
"""Reports of comparisons with accuracies, in headless Chromium.

Usage: accuracy_report_test.py SCNN [unittest options]
"""

import json
import os
import pathlib
import unittest

import browser
import program

PICTURES = pathlib.Path(os.environ.get("SCNN_TEST_OUTPUT", "."))
POINTS = {"fine": {0.8: 0.90, 0.4: 0.88, 0.2: 0.70}, "kernel": {0.8: 0.89, 0.4: 0.84, 0.2: 0.50}}
FIELDS = {"storage": "storage_ratio", "outputs": "accumulator_writes_with_step_bypass",
          "outputs_each": "accumulator_writes_without_bypass",
          "weights": "weight_fifo_reads", "cycles": "cycles", "kept": "density",
          "speedup": "speed_up", "energy": "energy_pJ"}


def setUpModule():
    browser.require_charts(program.SCNN)
    browser.require()
    global chromium
    chromium = browser.Browser()


def tearDownModule():
    chromium.close()


class Accuracies(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.network("dense.h5")
        lines = [{"format": "scnn-accuracy", "version": 1, "network": "<b>small</b>"},
                 {"stage": "quantised", "accuracy": 0.9, "file": "dense.h5"}]
        for grain, points in POINTS.items():
            for density, accuracy in points.items():
                name = f"{grain}-{density}.h5"
                self.succeed("prune", "--network", "dense.h5", "--granularity", grain, "--density",
                             density, "--out", name)
                for seed, offset in [(1, -0.01), (2, 0.01)]:
                    lines.append({"stage": "quantised", "granularity": grain, "density": density,
                                  "seed": seed, "accuracy": accuracy + offset, "file": name})
        self.write("log.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        self.succeed("compare", "--accuracy", "log.jsonl", "--json", "c.json", "--energy", "default",
                     "--arch", program.TINY)
        self.result = self.load("c.json")["accuracy"]
        self.succeed("report", "c.json", "--html", "accuracy.html")
        chromium.open(self.path("accuracy.html"))
        self.addCleanup(lambda: self.assertEqual([], chromium.complaints()))
        chromium.picture(PICTURES / "accuracy.png")

    def point(self, datum):
        return next(p for p in self.result["points"] if p["granularity"] == datum["granularity"]
                    and p["density"] == datum["density"])

    def read_back(self, chart, channel, place):
        return chromium.run("""
            const chart = window.scnnReport.sections[0].charts.find((c) => c.id === arguments[0]);
            return chart.view.scale(arguments[1]).invert(arguments[2]);""", chart, channel, place)

    def symbols(self, chart):
        return [m for m in chromium.marks(0, chart) if m["type"] == "symbol"]

    def test_points_lie_at_their_accuracy_and_cost(self):
        for chart, key in [("accuracy-kept-all", "density")] + \
                [(f"accuracy-{field}", key) for field, key in FIELDS.items()]:
            marks = self.symbols(chart)
            self.assertEqual(8, len(marks), chart)
            for mark in marks:
                point = self.point(mark["datum"])
                self.assertAlmostEqual(1, self.read_back(chart, "x", mark["x"]) / point["mean"][key],
                                       places=6)
                self.assertAlmostEqual(100 * point["accuracy"],
                                       self.read_back(chart, "y", mark["y"]), places=6)

    def test_the_dense_accuracy_and_the_spread_of_seeds_are_drawn(self):
        rules = [m for m in chromium.marks(0, "accuracy-kept-all") if m["type"] == "rule"]
        self.assertEqual(1 + 8, len(rules))
        heights = sorted(self.read_back("accuracy-kept-all", "y", m["y"]) for m in rules)
        self.assertIn(90.0, [round(h, 6) for h in heights])
        self.assertEqual(90.0, chromium.run(
            "return JSON.parse(document.querySelector('[data-card=dense_accuracy]').dataset.exact)"))

    def test_bars_at_equal_accuracy_are_those_of_the_file(self):
        for field, key in FIELDS.items():
            bars = chromium.marks(0, f"equal-{field}")
            self.assertEqual(4, len(bars))
            for mark in bars:
                equal = next(e for e in self.result["equal_accuracy"]
                             if e["granularity"] == mark["datum"]["granularity"]
                             and f"{e['loss']:g}" == mark["datum"]["loss"])
                self.assertAlmostEqual(
                    1, self.read_back(f"equal-{field}", "y", mark["y"]) / equal["costs"][key], places=6)

    def test_every_chart_is_drawn_and_says_its_units(self):
        charts = chromium.run("""
            return window.scnnReport.sections[0].charts.map((c) => ({id: c.id,
              drawn: c.figure.dataset.drawn,
              titles: [...c.figure.querySelectorAll(".role-axis-title text")]
                .map((t) => t.textContent)}));""")
        self.assertEqual(1 + 8 + 9, len(charts))
        for chart in charts:
            self.assertEqual("true", chart["drawn"], chart["id"])
            self.assertEqual(2, len(chart["titles"]), chart["id"])
            self.assertTrue(all("(" in t or t in ("cycles", "accumulator writes, step bypass",
                                                "accumulator writes, no bypass",
                                                  "weight vectors read from FIFOs")
                                for t in chart["titles"]), chart)

    def test_the_table_has_every_point_and_names_are_text(self):
        cells = chromium.run("""
            return [...document.querySelectorAll("table.accuracies td[data-column=cycles]")]
              .map((td) => Number(td.dataset.value));""")
        self.assertEqual([p["mean"]["cycles"] for p in self.result["points"]], cells)
        self.assertEqual("<b>small</b>", chromium.run("return document.querySelector('h1').textContent"))


if __name__ == "__main__":
    program.main()
