#!/usr/bin/python3
"""Reports of real runs, opened in headless Chromium and read as a person would.

Usage: report_test.py SCNN [unittest options]

Pictures of every page are left in the folder that SCNN_TEST_OUTPUT names.
"""

import page_case
import program
from page_case import UNIT, PageTest, total

ACTIVITIES = {"issue": "issue", "bank stall": "bank_stall", "weight wait": "weight_wait",
              "back-pressure": "backpressure_wait", "barrier wait": "barrier_wait",
              "buffer wait": "buffer_wait", "drain": "drain"}


def setUpModule():
    global chromium
    chromium = page_case.start()


def tearDownModule():
    chromium.close()


class Run(PageTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--energy",
                     "default", "--quiet")
        self.result = self.load("run.json")
        self.layers = {layer["name"]: layer["counters"] for layer in self.result["layers"]}
        self.open("run", "run.json")

    def counters(self, layer):
        return self.layers.get(layer, total(self.result))

    def test_heights_of_bars_are_the_speed_ups_of_the_file(self):
        marks = chromium.marks(0, "speedup")
        self.assertEqual(3 * (len(self.layers) + 1), len(marks))
        for mark in marks:
            c = self.counters(mark["datum"]["layer"])
            cycles = {"SCNN": c["cycles"], "DCNN": c["dcnn_cycles"],
                      "oracle": c["oracle_cycles"]}[mark["datum"]["machine"]]
            self.assertAlmostEqual(c["dcnn_cycles"] / cycles,
                                   self.read_back("speedup", "y", mark["y"]), delta=1e-6)
            self.assertGreater(mark["height"], 0)

    def test_activities_stack_up_to_100_percent(self):
        heights = {}
        for mark in chromium.marks(0, "activity"):
            layer, activity = mark["datum"]["layer"], mark["datum"]["activity"]
            c = self.counters(layer)
            shown = self.read_back("activity", "y", mark["y"]) - \
                self.read_back("activity", "y", mark["y"] + mark["height"])
            share = c[ACTIVITIES[activity]] / sum(c[name] for name in ACTIVITIES.values())
            self.assertAlmostEqual(100 * share, shown, places=6)
            heights[layer] = heights.get(layer, 0) + shown
        self.assertEqual(len(self.layers) + 1, len(heights))
        for height in heights.values():
            self.assertAlmostEqual(100, height, places=6)

    def test_references_traffic_and_energy_are_those_of_the_file(self):
        names = {"accumulator writes": "accumulator_writes", "weight FIFO reads": "weight_fifo_reads",
                 "weight FIFO writes": "weight_fifo_writes", "IARAM reads": "iaram_reads",
                 "OARAM writes": "oaram_writes", "halo entries": "halo_transfers"}
        for mark in chromium.marks(0, "references"):
            value = self.counters(mark["datum"]["layer"])[names[mark["datum"]["structure"]]]
            self.assertAlmostEqual(1, self.read_back("references", "y", mark["y"]) / value, places=6)
        traffic = sum(mark["datum"]["bytes"] for mark in chromium.marks(0, "dram"))
        c = total(self.result)
        self.assertAlmostEqual((c["dram_weight_bits"] + c["dram_activation_bits"]) / 8, traffic)
        energy = sum(mark["datum"]["pJ"] for mark in chromium.marks(0, "energy")
                     if mark["datum"]["machine"] == "SCNN")
        self.assertAlmostEqual(1, energy / self.result["total"]["energy"]["scnn"]["total"])

    def test_the_roofline_has_every_layer_under_the_roof(self):
        points = [m for m in chromium.marks(0, "roofline") if m["type"] == "symbol"]
        self.assertEqual(len(self.layers) + 1, len(points))
        for mark in points:
            c = self.counters(mark["datum"]["layer"])
            traffic = (c["dram_weight_bits"] + c["dram_activation_bits"]) / 8
            intensity = self.read_back("roofline", "x", mark["x"])
            rate = self.read_back("roofline", "y", mark["y"])
            self.assertAlmostEqual(1, intensity / (c["products"] / traffic), places=6)
            self.assertAlmostEqual(1, rate / (c["products"] / c["cycles"]), places=6)
            self.assertLessEqual(rate, 1.0001 * min(1024, 50 * intensity))

    def test_totals_on_the_page_are_those_of_the_file(self):
        c = total(self.result)
        self.assertEqual(c["cycles"], self.card("cycles"))
        self.assertAlmostEqual(c["dcnn_cycles"] / c["cycles"], self.card("speedup"))
        self.assertAlmostEqual(c["oracle_cycles"] / c["cycles"], self.card("oracle"))
        self.assertAlmostEqual(c["products"] / c["slots"], self.card("utilisation"))
        self.assertAlmostEqual(self.result["total"]["energy"]["scnn"]["total"], self.card("energy"))
        for column in ["cycles", "products", "compute_cycles", "dcnn_cycles", "oracle_cycles"]:
            self.assertEqual(c[column], self.table("all layers", column))
            self.assertEqual(c[column], sum(self.table(layer, column) for layer in self.layers))

    def test_a_click_on_a_bar_selects_its_layer_everywhere_and_another_lets_go(self):
        from selenium.webdriver.common.action_chains import ActionChains
        bar = chromium.run("""
            return [...document.querySelectorAll("#s0-activity .mark-rect path")]
              .find((p) => p.__data__?.datum?.layer === "conv2" && p.__data__.height > 30);""")
        chromium.run("arguments[0].scrollIntoView({block: 'center'})", bar)
        ActionChains(chromium.driver).move_to_element(bar).click().perform()
        chromium.settle()
        self.assertEqual("conv2", chromium.run("return window.scnnReport.sections[0].layer"))
        for chart in ["speedup", "activity", "references", "energy", "density"]:
            for mark in chromium.marks(0, chart):
                expected = 1 if mark["datum"]["layer"] == "conv2" else 0.25
                self.assertEqual(expected, mark["opacity"], chart)
        rows = chromium.run("return [...document.querySelectorAll('tr.selected')]"
                            ".map((r) => r.dataset.layer)")
        self.assertEqual(["conv2"], rows)
        ActionChains(chromium.driver).move_to_element(bar).click().perform()
        chromium.settle()
        self.assertEqual({1}, {mark["opacity"] for mark in chromium.marks(0, "activity")})

    def test_the_keyboard_selects_a_layer(self):
        from selenium.webdriver.common.keys import Keys
        button = chromium.run("return document.querySelector('tr[data-layer=fc] button')")
        button.send_keys(Keys.ENTER)
        chromium.settle()
        self.assertEqual("true", button.get_attribute("aria-pressed"))
        self.assertEqual({"fc"}, {mark["datum"]["layer"] for mark in chromium.marks(0, "speedup")
                                  if mark["opacity"] == 1})

    def test_a_pointer_over_a_bar_shows_its_numbers_with_units(self):
        from selenium.webdriver.common.action_chains import ActionChains
        bar = chromium.run("""
            return [...document.querySelectorAll("#s0-activity .mark-rect path")]
              .find((p) => p.__data__?.datum?.layer === "conv2" && p.__data__.height > 30);""")
        chromium.run("arguments[0].scrollIntoView({block: 'center'})", bar)
        ActionChains(chromium.driver).move_to_element(bar).perform()
        text = chromium.run("return document.getElementById('vg-tooltip-element').textContent")
        self.assertIn("conv2", text)
        self.assertIn("PE-cycles", text)
        self.assertIn("%", text)

    def test_axes_say_their_units(self):
        for chart in ["speedup", "activity", "utilisation", "references", "dram", "energy",
                      "roofline", "density"]:
            titles = self.axis_titles(chart)
            self.assertEqual(2, len(titles), chart)
            self.assertTrue(UNIT.search(titles[1]), f"{chart}: {titles}")

    def test_linear_becomes_logarithmic_and_keeps_its_numbers(self):
        chromium.run("document.querySelector('#s0-speedup input[data-log=y]').click()")
        chromium.run("return new Promise((done) => setTimeout(done, 300));")
        self.assertEqual("log", chromium.run(
            "return window.scnnReport.sections[0].charts[0].view.scale('y').type"))
        feet = set()
        for mark in chromium.marks(0, "speedup"):
            self.assertAlmostEqual(mark["datum"]["speedup"],
                                   self.read_back("speedup", "y", mark["y"]), places=6)
            self.assertGreater(mark["height"], 1)
            feet.add(round(mark["y"] + mark["height"], 3))
        self.assertEqual(1, len(feet), "bars stand on one line")

    def test_density_can_be_seen_against_cycles(self):
        self.choose("cost", "cycles")
        for mark in chromium.marks(0, "density"):
            self.assertAlmostEqual(self.counters(mark["datum"]["layer"])["cycles"],
                                   self.read_back("density", "y", mark["y"]), places=3)

    def test_charts_are_saved_as_images_and_tables(self):
        chromium.driver.execute_cdp_cmd("Browser.setDownloadBehavior", {
            "behavior": "allow", "downloadPath": str(self.folder)})
        for button in chromium.driver.find_elements("css selector", "#s0-speedup .tools button"):
            button.click()
            chromium.run("return new Promise((done) => setTimeout(done, 500));")
        self.assertTrue(self.path("scnn-0-speedup.svg").read_text().startswith("<svg"))
        self.assertEqual(b"\x89PNG", self.path("scnn-0-speedup.png").read_bytes()[:4])
        lines = self.path("scnn-0-speedup.csv").read_text().splitlines()
        self.assertEqual("granularity,layer,machine,speedup,cycles", lines[0])
        self.assertEqual(1 + 3 * (len(self.layers) + 1), len(lines))


class Compare(PageTest):
    def setUp(self):
        super().setUp()
        self.succeed("compare", "--network", self.network(), "--density", "0.5", "--json", "c.json",
                     "--quiet")
        self.result = self.load("c.json")
        self.open("compare", "c.json")

    def of(self, granularity):
        return next(g for g in self.result["granularities"] if g["granularity"] == granularity)

    def test_granularities_stand_side_by_side_with_the_numbers_of_the_file(self):
        for chart, value in {
                "grain-cycles": lambda t: t["counters"]["cycles"],
                "grain-storage": lambda t: (t["storage"]["value_bits"] + t["storage"]["index_bits"])
                / (8 * t["weights"]),
                "grain-index_share": lambda t: t["storage"]["index_bits"]
                / (t["storage"]["value_bits"] + t["storage"]["index_bits"]),
                "grain-outputs_none": lambda t: t["accumulator_writes_without_bypass"],
                "grain-outputs_step": lambda t: t["accumulator_writes_with_step_bypass"]}.items():
            bars = [m for m in chromium.marks(0, chart) if m["type"] == "rect"]
            self.assertEqual(4, len(bars))
            for mark in bars:
                expected = value(self.of(mark["datum"]["granularity"])["total"])
                shown = self.read_back(chart, "y", mark["y"])
                self.assertAlmostEqual(expected, shown, delta=1e-6 * max(1, expected))
            self.assertTrue(UNIT.search(self.axis_titles(chart)[1]), chart)

    def test_the_charts_by_layer_show_the_chosen_granularity(self):
        self.choose("granularity", "kernel")
        cycles = {layer["name"]: layer["counters"]["cycles"] for layer in self.of("kernel")["layers"]}
        seen = {m["datum"]["layer"]: m["datum"]["cycles"] for m in chromium.marks(0, "speedup")
                if m["datum"]["machine"] == "SCNN"}
        self.assertEqual(total(self.of("kernel"))["cycles"], seen.pop("all layers"))
        self.assertEqual(cycles, seen)
        self.assertEqual({"kernel"}, set(chromium.run(
            "return [...document.querySelectorAll('table.layers tr[data-layer]')]"
            ".filter((r) => !r.hidden).map((r) => r.dataset.granularity)")))


class Sweep(PageTest):
    def setUp(self):
        super().setUp()
        self.write("plan.json", {
            "schema": "scnn-sweep/1", "networks": [{"file": self.network(), "name": "small"}],
            "axes": [{"key": "/accumulator/banks", "values": [2, 8, 32]},
                     {"key": "/dram/bytes_per_cycle", "values": [1, 4, 50]}],
            "pareto": ["cycles", "area_mm2"]})
        self.succeed("sweep", "plan.json", "--out", "sweep", "--quiet")
        self.result = self.load("sweep/table.json")
        self.names = [column["name"] for column in self.result["columns"]]
        self.open("sweep", "sweep")

    def column(self, name):
        return [row[self.names.index(name)] for row in self.result["rows"]]

    def test_points_lie_at_their_numbers_and_the_front_is_that_of_the_file(self):
        marks = [m for m in chromium.marks(0, "scatter") if m["type"] == "symbol"]
        points = [m for m in marks if "front_order" not in m["datum"]]
        at = {m["datum"]["point"]: (self.read_back("scatter", "x", m["x"]),
                                    self.read_back("scatter", "y", m["y"])) for m in points}
        self.assertEqual(len(self.result["rows"]), len(at))
        for point, area, cycles in zip(self.column("point"), self.column("area_mm2"),
                                       self.column("cycles")):
            self.assertAlmostEqual(area, at[point][0], places=6)
            self.assertAlmostEqual(cycles, at[point][1], places=3)
        front = {m["datum"]["point"] for m in marks if "front_order" in m["datum"]}
        self.assertEqual({p for p, on in zip(self.column("point"), self.column("pareto")) if on}, front)
        self.assertEqual(["area (mm²)", "cycles"], self.axis_titles("scatter"))

    def test_another_metric_can_be_chosen_and_moves_every_chart(self):
        self.choose("y", "products")
        products = set(self.column("products"))
        for chart in ["scatter", "axis-accumulator_banks"]:
            marks = [m for m in chromium.marks(0, chart) if "point" in m["datum"]]
            self.assertTrue(marks)
            for mark in marks:
                shown = self.read_back(chart, "y", mark["y"])
                self.assertTrue(any(abs(shown - p) < 1e-3 for p in products))


class Validation(PageTest):
    def test_published_and_simulated_meet_at_their_numbers(self):
        self.succeed("validate", "--only", "table1,fig10", "--json", "v.json", "--quiet")
        result = self.load("v.json")
        self.open("validation", "v.json")
        figure = next(f for f in result["figures"] if f["id"] == "fig10")
        expected = set()
        for row in figure["rows"]:
            for quantity in ["multipliers", "idle PEs"]:
                pair = [row["values"][f"{quantity} {side}"] for side in ("published", "simulated")]
                if None not in pair:
                    expected.add((quantity, *(round(value, 6) for value in pair)))
        marks = [m for m in chromium.marks(0, "fig10-diagonal") if m["type"] == "symbol"]
        shown = {(m["datum"]["quantity"], round(self.read_back("fig10-diagonal", "x", m["x"]), 6),
                  round(self.read_back("fig10-diagonal", "y", m["y"]), 6)) for m in marks}
        self.assertEqual(expected, shown)
        values = [float(v) for v in chromium.run(
            "return [...document.querySelectorAll('table.measures td[data-value]')]"
            ".map((c) => c.dataset.value)")]
        self.assertEqual([m["value"] for f in result["figures"] for m in f["measures"]], values)


class Together(PageTest):
    def test_results_share_a_page_that_asks_the_network_for_nothing(self):
        self.succeed("run", "--network", self.network(), "--json", "a.json", "--quiet")
        self.succeed("run", "--network", "net.h5", "--arch", program.TINY, "--json", "b.json",
                     "--quiet")
        self.open("together", "a.json", "b.json")
        cycles = chromium.run("return [...document.querySelectorAll('[data-card=cycles]')]"
                              ".map((c) => Number(c.dataset.exact))")
        self.assertEqual([total(self.load(n))["cycles"] for n in ["a.json", "b.json"]], cycles)
        asked = chromium.run("return performance.getEntriesByType('resource').map((r) => r.name)"
                             ".filter((n) => !n.startsWith('data:') && !n.startsWith('blob:'))")
        self.assertEqual([], asked)


if __name__ == "__main__":
    program.main()
