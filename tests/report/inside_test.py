#!/usr/bin/python3
"""Reports of what --detail keeps, of results side by side, and of a sweep as lines, in headless
Chromium.

Usage: inside_test.py SCNN [unittest options]
"""

import page_case
import program
from page_case import UNIT, PageTest, total

ACTIVITIES = {"issue": "issue", "bank_stall": "bank_stall", "weight_wait": "weight_wait",
              "back_pressure": "backpressure_wait", "barrier": "barrier_wait",
              "buffer": "buffer_wait", "drain": "drain"}


def setUpModule():
    global chromium
    chromium = page_case.start()


def tearDownModule():
    chromium.close()


class Detail(PageTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", "--network", self.network(), "--arch", program.TINY, "--json",
                     "run.json", "--detail", "--quiet")
        self.result = self.load("run.json")
        for layers in (self.result["layers"], self.result["detail"]["layers"]):
            layers[0]["name"] = "stem"  # an order that is not the alphabet's
        self.write("run.json", self.result)
        self.details = {layer["name"]: layer for layer in self.result["detail"]["layers"]}
        self.columns = self.result["architecture"]["pe_cols"]
        self.open("detail", "run.json")

    def pe(self, datum):
        """What the file says of the PE that a mark stands for."""
        number = datum["row"] * self.columns + datum["column"]
        return {key: values[number] for key, values in self.details[datum["layer"]]["pes"].items()}

    def shown_layer(self, chart):
        layers = {mark["datum"]["layer"] for mark in chromium.marks(0, chart)
                  if mark["datum"].get("layer")}
        self.assertEqual(1, len(layers), chart)
        return layers.pop()

    def test_every_pe_of_every_layer_is_a_cell_with_the_shares_of_the_file(self):
        marks = chromium.marks(0, "pe-maps")
        arch = self.result["architecture"]
        self.assertEqual(len(self.details) * arch["pe_rows"] * arch["pe_cols"], len(marks))
        self.assertEqual(len(marks), len({(m["datum"]["layer"], m["datum"]["row"],
                                           m["datum"]["column"]) for m in marks}))
        for mark in marks:
            pe = self.pe(mark["datum"])
            cycles = sum(pe[key] for key in ACTIVITIES.values())
            for field, key in ACTIVITIES.items():
                self.assertAlmostEqual(100 * pe[key] / cycles, mark["datum"][f"{field}_percent"])
            self.assertEqual(pe["products"], mark["datum"]["products"])

    def test_the_arrays_stand_in_the_order_of_the_network(self):
        places = {mark["datum"]["layer"]: place for place, mark in
                  reversed(list(enumerate(chromium.marks(0, "pe-maps"))))}
        self.assertEqual(list(self.details), sorted(places, key=places.get))
        self.assertEqual(list(self.details), chromium.run("""
            return [...document.querySelectorAll("#s0-pe-maps .role-title-text text, " +
              "#s0-pe-maps text.role-title-text, #s0-pe-maps .role-column-title text")]
              .map((text) => text.textContent);"""))

    def test_a_brighter_cell_is_a_busier_pe(self):
        colours = chromium.run("""
            const view = window.scnnReport.sections[0].charts.find((c) => c.id === "pe-maps").view;
            return arguments[0].map((share) => view.scale("color")(share));""",
            [mark["datum"]["issue_percent"] for mark in chromium.marks(0, "pe-maps")])
        self.assertEqual(colours, [mark["fill"] for mark in chromium.marks(0, "pe-maps")])

    def test_cells_lie_in_the_rows_and_columns_of_the_array(self):
        marks = chromium.marks(0, "pe-map")
        for one in marks:
            for other in marks:
                self.assertEqual(one["datum"]["column"] < other["datum"]["column"],
                                 one["x"] < other["x"] - 1)
                self.assertEqual(one["datum"]["row"] < other["datum"]["row"],
                                 one["y"] < other["y"] - 1)

    def test_another_activity_can_be_the_colour(self):
        self.choose("pe_activity", "barrier_percent")
        for chart in ["pe-maps", "pe-map"]:
            marks = chromium.marks(0, chart)
            colours = chromium.run("""
                const view = window.scnnReport.sections[0].charts
                  .find((c) => c.id === arguments[0]).view;
                return arguments[1].map((share) => view.scale("color")(share));""", chart,
                [100 * self.pe(m["datum"])["barrier_wait"]
                 / sum(self.pe(m["datum"])[key] for key in ACTIVITIES.values()) for m in marks])
            self.assertEqual(colours, [mark["fill"] for mark in marks])

    def test_without_a_selection_the_layer_with_most_pe_cycles_is_shown(self):
        most = max(self.details.values(), key=lambda layer: sum(
            sum(layer["pes"][key]) for key in ACTIVITIES.values()))
        for chart in ["pe-map", "banks", "groups"]:
            self.assertEqual(most["name"], self.shown_layer(chart))

    def test_a_click_on_a_cell_shows_its_layer_in_the_charts_of_one_layer(self):
        from selenium.webdriver.common.action_chains import ActionChains
        for layer in self.details:
            cell = chromium.run("""
                return [...document.querySelectorAll("#s0-pe-maps .mark-rect path")]
                  .find((p) => p.__data__?.datum?.layer === arguments[0]);""", layer)
            chromium.run("arguments[0].scrollIntoView({block: 'center'})", cell)
            ActionChains(chromium.driver).move_to_element(cell).click().perform()
            chromium.settle()
            for chart in ["pe-map", "banks", "groups"]:
                self.assertEqual(layer, self.shown_layer(chart))
                self.assertIn(layer, chromium.run(
                    "return document.querySelector(`#s0-${arguments[0]} .role-title-text`)"
                    ".textContent", chart))

    def test_heights_of_bars_are_the_updates_of_each_bank(self):
        for layer, detail in self.details.items():
            self.choose("layer", layer)
            bars = [m for m in chromium.marks(0, "banks") if m["type"] == "rect"]
            self.assertEqual(len(detail["bank_updates"]), len(bars))
            for bar in bars:
                updates = detail["bank_updates"][int(bar["datum"]["bank"])]
                self.assertAlmostEqual(updates, self.read_back("banks", "y", bar["y"]), places=3)
            rule = next(m for m in chromium.marks(0, "banks") if m["type"] == "rule")
            self.assertAlmostEqual(sum(detail["bank_updates"]) / len(detail["bank_updates"]),
                                   self.read_back("banks", "y", rule["y"]), places=3)

    def test_bars_span_the_least_and_the_most_loaded_bank(self):
        for bar in chromium.marks(0, "bank-spread"):
            updates = self.details[bar["datum"]["layer"]]["bank_updates"]
            mean = sum(updates) / len(updates)
            self.assertAlmostEqual(max(updates) / mean,
                                   self.read_back("bank-spread", "y", bar["y"]), places=6)
            if max(updates) - min(updates) > 0.1 * mean:
                self.assertAlmostEqual(
                    min(updates) / mean,
                    self.read_back("bank-spread", "y", bar["y"] + bar["height"]), places=6)

    def test_bars_of_groups_end_at_the_first_and_last_finish_of_the_file(self):
        for layer, detail in self.details.items():
            self.choose("layer", layer)
            groups = detail["groups"]
            bars = chromium.marks(0, "groups")
            self.assertEqual(2 * len(groups["start"]), len(bars))
            tops = {}
            for bar in bars:
                tops.setdefault(int(bar["datum"]["group"]), []).append(
                    self.read_back("groups", "y", bar["y"]))
            for number, (first, last) in tops.items():
                start = groups["start"][number]
                self.assertAlmostEqual(groups["first_finish"][number] - start, first, places=3)
                self.assertAlmostEqual(groups["barrier"][number] - start, last, places=3)

    def test_skew_of_a_layer_is_that_of_its_groups(self):
        bars = chromium.marks(0, "skew")
        self.assertEqual(set(self.details), {bar["datum"]["layer"] for bar in bars})
        for bar in bars:
            groups = self.details[bar["datum"]["layer"]]["groups"]
            whole = sum(groups["barrier"]) - sum(groups["start"])
            skew = sum(groups["barrier"]) - sum(groups["first_finish"])
            self.assertAlmostEqual(100 * skew / whole, self.read_back("skew", "y", bar["y"]),
                                   places=6)

    def test_axes_say_their_units(self):
        for chart in ["banks", "bank-spread", "groups", "skew"]:
            titles = self.axis_titles(chart)
            self.assertEqual(2, len(titles), chart)
            self.assertTrue(UNIT.search(titles[1]), f"{chart}: {titles}")

    def test_without_detail_the_page_says_how_to_get_it(self):
        del self.result["detail"]
        self.write("plain.json", self.result)
        self.open("plain", "plain.json")
        self.assertIn("--detail", chromium.run("return document.querySelector('.note').textContent"))
        self.assertEqual(0, chromium.run("return document.querySelectorAll('#s0-pe-maps').length"))


class Together(PageTest):
    def setUp(self):
        super().setUp()
        net = self.network()
        self.succeed("run", "--network", net, "--json", "a.json", "--energy", "default", "--quiet")
        self.succeed("run", "--network", "net.h5", "--arch", program.TINY, "--json", "b.json",
                     "--energy", "default", "--quiet")
        self.succeed("compare", "--network", "net.h5", "--density", "0.5", "--json", "c.json",
                     "--granularity", "fine,kernel", "--quiet")
        self.open("side-by-side", "a.json", "b.json", "c.json")
        runs = [self.load("a.json"), self.load("b.json")]
        self.results = runs + self.load("c.json")["granularities"]

    def test_bars_are_the_totals_of_every_result(self):
        labels = chromium.run(
            "return window.scnnReport.sections[0].rows('across').map((row) => row.result)")
        self.assertEqual(4, len(set(labels)), labels)
        by_label = dict(zip(labels, self.results))
        for metric, value in {
                "cycles": lambda c, r: c["cycles"],
                "speedup": lambda c, r: c["dcnn_cycles"] / c["cycles"],
                "oracle": lambda c, r: c["oracle_cycles"] / c["cycles"],
                "utilisation": lambda c, r: c["products"] / c["slots"],
                "dram": lambda c, r: (c["dram_weight_bits"] + c["dram_activation_bits"]) / 8,
                "energy": lambda c, r: r["total"]["energy"]["scnn"]["total"] / 1e6
                if "energy" in r["total"] else None}.items():
            chart = f"across-{metric}"
            bars = {m["datum"]["result"]: m["x"] + m["width"]
                    for m in chromium.marks(0, chart) if m["type"] == "rect"}
            expected = {label: value(total(result), result) for label, result in by_label.items()}
            expected = {label: v for label, v in expected.items() if v is not None}
            self.assertEqual(set(expected), set(bars), chart)
            for label, number in expected.items():
                self.assertAlmostEqual(1, self.read_back(chart, "x", bars[label]) / number, places=6)
            self.assertTrue(UNIT.search(self.axis_titles(chart)[0]), chart)

    def test_layers_stand_beside_each_other_by_the_chosen_metric(self):
        expected = {(label, layer["name"]): layer["counters"] for label, result in zip(
            chromium.run("return window.scnnReport.sections[0].rows('across').map((r) => r.result)"),
            self.results) for layer in result["layers"]}
        for metric, value in {"cycles": lambda c: c["cycles"],
                              "speedup": lambda c: c["dcnn_cycles"] / c["cycles"]}.items():
            self.choose("metric", metric)
            bars = chromium.marks(0, "across-layers-0")
            self.assertEqual(set(expected), {(m["datum"]["result"], m["datum"]["layer"]) for m in bars})
            for bar in bars:
                counters = expected[bar["datum"]["result"], bar["datum"]["layer"]]
                self.assertAlmostEqual(
                    1, self.read_back("across-layers-0", "y", bar["y"]) / value(counters), places=6)

    def test_a_selected_layer_stands_out_in_the_results_side_by_side(self):
        self.choose("layer", "conv2")
        self.assertEqual({"conv2"}, {m["datum"]["layer"] for m in chromium.marks(0, "across-layers-0")
                                     if m["opacity"] == 1})


class Lines(PageTest):
    def setUp(self):
        super().setUp()
        self.write("plan.json", {
            "schema": "scnn-sweep/1", "networks": [{"file": self.network(), "name": "small"}],
            "axes": [{"key": "/accumulator/banks", "values": [2, 8, 32]},
                     {"key": "/dram/bytes_per_cycle", "values": [1, 4, 50]}],
            "pareto": ["cycles", "area_mm2"]})
        self.succeed("sweep", "plan.json", "--out", "sweep", "--quiet")
        self.table = self.load("sweep/table.json")
        self.names = [column["name"] for column in self.table["columns"]]
        self.open("lines", "sweep")

    def test_every_point_crosses_each_axis_at_its_value(self):
        rows = chromium.run("return window.scnnReport.sections[0].rows('parallel')")
        height = {(row["point"], row["axis"]): row["height"] for row in rows}
        banks = [2, 8, 32]
        cell = self.names.index
        areas = [row[cell("area_mm2")] for row in self.table["rows"]]
        for row in self.table["rows"]:
            point = row[cell("point")]
            self.assertEqual(banks.index(row[cell("accumulator.banks")]) / 2,
                             height[point, "accumulator.banks"])
            self.assertAlmostEqual((row[cell("area_mm2")] - min(areas)) / (max(areas) - min(areas)),
                                   height[point, "area (mm²)"])
        places = {(m["datum"]["axis"], round(m["datum"]["height"], 6)): m["y"]
                  for m in chromium.marks(0, "parallel") if m["type"] == "line"}
        for (_, at), y in places.items():
            self.assertAlmostEqual(at, self.read_back("parallel", "y", y), places=5)

    def test_ticks_say_the_values_of_the_axes(self):
        ticks = [row for row in chromium.run(
            "return window.scnnReport.sections[0].rows('parallel_ticks')")
            if row["axis"] == "accumulator.banks"]
        self.assertEqual([(0, "2"), (0.5, "8"), (1, "32")],
                         [(row["height"], row["text"]) for row in ticks])


if __name__ == "__main__":
    program.main()
