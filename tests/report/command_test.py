#!/usr/bin/python3
"""The command line of scnn report: what it takes, what it refuses, what it leaves behind.

Usage: command_test.py SCNN [unittest options]
"""

import json
import re

import browser
import program


def setUpModule():
    browser.require_charts(program.SCNN)


class Report(program.ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--quiet")

    def page(self, *results):
        outcome = self.scnn("report", *results, "--html", "page.html", "--quiet")
        self.assertEqual((0, "", ""), (outcome.status, outcome.out, outcome.err))
        return self.path("page.html").read_text(encoding="utf-8")

    def test_the_page_is_one_file_with_libraries_licences_and_nothing_to_fetch(self):
        page = self.page("run.json")
        self.assertIn("default-src 'none'", page)
        self.assertIn("Redistribution and use in source and binary forms", page)
        markup = re.sub(r"<script[^>]*>.*?</script>", "", page, flags=re.DOTALL)
        self.assertNotRegex(markup, r"<(link|img|iframe|object)")
        self.assertNotRegex(page, r"<script[^>]+src=[^>]*></script>")
        self.assertTrue("vegaEmbed" in page and "fast-json-patch" in page)
        self.assertLess(len(page), 10_000_000)

    def test_the_same_result_gives_the_same_page(self):
        self.assertEqual(self.page("run.json"), self.page("run.json"))

    def test_names_from_a_file_are_text_not_markup(self):
        result = self.load("run.json")
        result["network"]["name"] = "</script><b onclick=x>&"
        result["layers"][0]["name"] = "<i>'\""
        self.write("odd.json", result)
        page = self.page("odd.json")
        self.assertIn("<h1 id=\"s0-title\">&lt;/script&gt;&lt;b onclick=x&gt;&amp;</h1>", page)
        self.assertNotIn("<b onclick", page)
        data = re.search(r'id="data">(.*?)</script>', page, re.DOTALL).group(1)
        self.assertIn("<i>'\"", json.loads(data)[0]["layers"])

    def test_missing_words_are_named(self):
        self.refuse("--html: is missing, expected it (see scnn report --help)", "report", "run.json")
        self.refuse("found no RESULT, expected one or more (see scnn report --help)", "report",
                    "--html", "x.html")

    def test_the_page_does_not_overwrite_a_result(self):
        self.refuse('--html: names the result "run.json", expected another', "report", "run.json",
                    "--html", "./run.json")

    def test_files_that_are_no_results_are_refused(self):
        self.refuse("none.json: no such file, expected a JSON file", "report", "none.json", "--html", "x.html")
        self.write("other.json", {"schema": "scnn-energy/1"})
        self.refuse('other.json#/schema: found "scnn-energy/1", expected "scnn-result/1", '
                    '"scnn-compare/1", "scnn-sweep-table/1" or "scnn-validation/1"',
                    "report", "run.json", "other.json", "--html", "x.html")
        self.write("arch.json", {})
        self.refuse('arch.json#: has no member "schema", expected one', "report", "arch.json",
                    "--html", "x.html")

    def test_a_damaged_result_is_refused_with_its_place(self):
        result = self.load("run.json")
        result["total"]["counters"]["cycles"] += 1
        self.write("damaged.json", result)
        cycles = result["total"]["counters"]["cycles"]
        self.refuse(f"damaged.json#/total/counters/cycles: found {cycles}, expected {cycles - 1}, "
                    "the sum of the layers", "report", "damaged.json", "--html", "x.html")

    def test_damaged_detail_is_refused_with_its_place(self):
        self.succeed("run", "--network", "net.h5", "--json", "detail.json", "--detail", "--quiet")
        whole = self.load("detail.json")

        def refused(message, damage):
            result = json.loads(json.dumps(whole))
            damage(result["detail"]["layers"])
            self.write("damaged.json", result)
            self.refuse(f"damaged.json#/detail/layers{message}", "report", "damaged.json", "--html",
                        "x.html")

        layers = len(whole["layers"])
        refused(f": found {layers - 1} layers, expected {layers} as the run has", lambda d: d.pop())
        refused('/1/name: found "other", expected "conv2"', lambda d: d[1].update(name="other"))
        refused("/0/pes/issue: found 63 numbers, expected 64", lambda d: d[0]["pes"]["issue"].pop())
        refused("/0/pes/drain/2: found -1, expected an integer from 0",
                lambda d: d[0]["pes"]["drain"].__setitem__(2, -1))
        groups = len(whole["detail"]["layers"][0]["groups"]["start"])
        refused(f"/0/groups/barrier: found {groups + 1} numbers, expected {groups}",
                lambda d: d[0]["groups"]["barrier"].append(9))
        refused("/2/bank_updates: found 33 numbers, expected 32",
                lambda d: d[2]["bank_updates"].append(0))

    def test_a_damaged_table_of_a_sweep_is_refused_with_its_place(self):
        column = {"name": "point", "unit": "", "axis": False}
        table = {"schema": "scnn-sweep-table/1", "plan": "p", "columns": [column], "rows": []}
        self.write("t.json", table)
        self.refuse('t.json#/columns: has no column "network", expected one', "report", "t.json",
                    "--html", "x.html")
        names = ["point", "network", "status", "cycles", "dcnn_cycles"]
        self.write("t.json", dict(table, columns=[dict(column, name=n) for n in names],
                                  rows=[["a", "n", "done", 1]]))
        self.refuse("t.json#/rows/0: found an array, expected an array of 5 cells", "report",
                    "t.json", "--html", "x.html")
        self.write("t.json", dict(table, columns=[dict(column, axis=1)]))
        self.refuse("t.json#/columns/0/axis: found 1, expected true or false", "report", "t.json",
                    "--html", "x.html")

    def test_a_damaged_validation_is_refused_with_its_place(self):
        figure = {"id": "fig1", "title": "t", "source": "s", "rows": [], "measures": {}}
        self.write("v.json", {"schema": "scnn-validation/1", "figures": [figure]})
        self.refuse("v.json#/figures/0/measures: found an object, expected an array", "report",
                    "v.json", "--html", "x.html")

    def test_a_page_that_cannot_be_written_leaves_nothing(self):
        outcome = self.scnn("report", "run.json", "--html", "nowhere/page.html")
        self.assertEqual(1, outcome.status)
        self.assertEqual(1, outcome.err.count("\n"))


if __name__ == "__main__":
    program.main()
