"""What the tests of pages share: a report opened in headless Chromium, and read back."""

import os
import pathlib
import re

import browser
import program

UNIT = re.compile(r"\(.+\)|cycles|accesses|accumulator writes|products per|share of")
PICTURES = pathlib.Path(os.environ.get("SCNN_TEST_OUTPUT", "."))


def start():
    """The browser of a test file; ends it as skipped where there is none."""
    browser.require_charts(program.SCNN)
    browser.require()
    PageTest.chromium = browser.Browser()
    return PageTest.chromium


def total(result):
    return result["total"]["counters"]


class PageTest(program.ProgramTest):
    chromium = None

    def open(self, name, *results):
        outcome = self.scnn("report", *results, "--html", f"{name}.html")
        self.assertEqual(0, outcome.status, outcome.err)
        self.chromium.open(self.path(f"{name}.html"))
        self.addCleanup(self.no_complaints)
        self.chromium.picture(PICTURES / f"{name}.png")
        self.every_chart_is_drawn()

    def no_complaints(self):
        self.assertEqual([], self.chromium.complaints())

    def every_chart_is_drawn(self):
        charts = self.chromium.run("""
            return window.scnnReport.sections.flatMap((s) => s.charts.map((c) => ({
              section: s.index, id: c.id, drawn: c.figure.dataset.drawn,
              box: c.figure.querySelector("svg").getBoundingClientRect().toJSON()})));""")
        self.assertGreater(len(charts), 1)
        for chart in charts:
            with self.subTest(chart["id"]):
                self.assertEqual("true", chart["drawn"])
                self.assertGreater(chart["box"]["height"], 100)
                self.assertGreater(len(self.chromium.marks(chart["section"], chart["id"])), 0)

    def axis_titles(self, chart):
        return self.chromium.run("""
            const chart = window.scnnReport.sections[0].charts.find((c) => c.id === arguments[0]);
            return [...chart.figure.querySelectorAll(".role-axis-title text")]
              .map((t) => t.textContent);""", chart)

    def read_back(self, chart, channel, place):
        """The number at a place along an axis."""
        return self.chromium.run("""
            const chart = window.scnnReport.sections[0].charts.find((c) => c.id === arguments[0]);
            return chart.view.scale(arguments[1]).invert(arguments[2]);""", chart, channel, place)

    def card(self, name):
        return self.chromium.run(
            "return JSON.parse(document.querySelector(`[data-card=${arguments[0]}]`).dataset.exact);",
            name)

    def table(self, layer, column, granularity=""):
        return int(self.chromium.run(
            "return document.querySelector(`table.layers tr[data-layer='${arguments[0]}']"
            "[data-granularity='${arguments[2]}'] td[data-column=${arguments[1]}]`).dataset.value;",
            layer, column, granularity))

    def choose(self, key, value):
        self.chromium.run("""
            const select = document.querySelector(`select[data-key="${arguments[0]}"]`);
            select.value = arguments[1]; select.dispatchEvent(new Event("change"));""", key, value)
        self.chromium.run("return new Promise((done) => setTimeout(done, 300));")
        self.chromium.settle()
