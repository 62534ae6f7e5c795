#!/usr/bin/python3
"""Pages as people use them: by keyboard, on paper, in the dark, with a thousand points.

Usage: use_test.py SCNN [unittest options]
"""

import base64
import json

import page_case
import program
from page_case import PICTURES, PageTest

MOST_SECONDS = 3.0  # to open a page; processor time where others keep the machine busy
MOST_BYTES = 10_000_000


def setUpModule():
    global chromium
    chromium = page_case.start()


def tearDownModule():
    chromium.close()


class Keyboard(PageTest):
    def setUp(self):
        super().setUp()
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--detail", "--quiet")
        self.open("keyboard", "run.json")
        self.layers = [layer["name"] for layer in self.load("run.json")["layers"]]

    def press(self, *keys):
        from selenium.webdriver.common.action_chains import ActionChains
        ActionChains(chromium.driver).send_keys(*keys).perform()
        chromium.settle()

    def focused(self):
        return chromium.run("""
            const at = document.activeElement;
            return {tag: at.tagName, key: at.dataset.key ?? "", figure: at.closest("figure")?.id ?? "",
                    plot: at.classList.contains("plot"), label: at.getAttribute("aria-label") ?? "",
                    outline: getComputedStyle(at).outlineStyle, text: at.textContent};""")

    def walk(self):
        """Every element that Tab reaches, from the top of the page to its end."""
        from selenium.webdriver.common.keys import Keys
        seen = []
        while len(seen) < 200:
            self.press(Keys.TAB)
            at = self.focused()
            if at["tag"] in ("BODY", "HTML"):
                break
            seen.append(at)
        return seen

    def test_tab_reaches_lists_plots_and_buttons_in_the_order_of_the_page_and_shows_where_it_is(self):
        seen = self.walk()
        self.assertLess(len(seen), 200)
        self.assertEqual("layer", seen[0]["key"])
        for at in seen:
            self.assertNotEqual("none", at["outline"], at)
        plots = [at["figure"] for at in seen if at["plot"]]
        expected = chromium.run("return window.scnnReport.sections[0].charts.filter((c) => c.layers)"
                                ".map((c) => c.figure.id)")
        self.assertEqual(expected, plots)
        buttons = {at["figure"] for at in seen if at["tag"] == "BUTTON" and at["figure"]}
        self.assertEqual(set(chromium.run(
            "return window.scnnReport.sections[0].charts.map((c) => c.figure.id)")), buttons)
        self.assertEqual(self.layers, [at["text"] for at in seen
                                       if at["tag"] == "BUTTON" and not at["figure"]])

    def test_arrows_on_a_chart_select_layers_and_read_their_numbers(self):
        from selenium.webdriver.common.keys import Keys
        chromium.run("document.querySelector('#s0-activity .plot').focus()")
        selected = []
        for key in [Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_LEFT, Keys.END, Keys.ARROW_RIGHT,
                    Keys.HOME, Keys.ESCAPE]:
            self.press(key)
            selected.append(chromium.run("return window.scnnReport.sections[0].layer"))
        first, second, last = self.layers[0], self.layers[1], self.layers[-1]
        self.assertEqual([first, second, first, last, last, first, ""], selected)
        self.press(Keys.ARROW_RIGHT)
        reading = chromium.run("return document.querySelector('#s0-activity .reading').textContent")
        counters = self.load("run.json")["layers"][0]["counters"]
        self.assertTrue(reading.startswith(f"{first}: "), reading)
        self.assertIn(f"PE-cycles {counters['issue']:,}", reading)
        opaque = {m["datum"]["layer"] for m in chromium.marks(0, "speedup") if m["opacity"] == 1}
        self.assertEqual({first}, opaque)

    def test_every_control_and_drawing_has_a_name(self):
        self.assertEqual([], chromium.run("""
            const named = (e) => e.getAttribute("aria-label") || e.labels?.[0]?.textContent ||
              e.textContent.trim() || e.getAttribute("aria-labelledby");
            return [...document.querySelectorAll("select, input, button, .plot[tabindex], svg[role]")]
              .filter((e) => !named(e)).map((e) => e.outerHTML.slice(0, 80));"""))
        self.assertEqual([], chromium.run("""
            return window.scnnReport.sections[0].charts
              .filter((c) => c.figure.querySelector("svg").getAttribute("aria-label") !== c.title &&
                             !c.figure.querySelector(`[aria-label="${c.title}"]`)).map((c) => c.id);"""))


class Paper(PageTest):
    def test_every_chart_is_on_paper_and_nothing_that_is_only_for_screens(self):
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--detail", "--energy",
                     "default", "--quiet")
        self.open("paper", "run.json")
        pdf = base64.b64decode(chromium.driver.execute_cdp_cmd(
            "Page.printToPDF", {"generateDocumentOutline": True, "paperWidth": 8.27,
                                "paperHeight": 11.69})["data"])
        PICTURES.mkdir(parents=True, exist_ok=True)
        (PICTURES / "paper.pdf").write_bytes(pdf)
        self.assertEqual(b"%PDF", pdf[:4])
        titles = chromium.run("return window.scnnReport.sections[0].charts.map((c) => c.title)")
        self.assertGreater(len(titles), 10)
        outline = pdf.replace(b" ", b"")  # where a line of a heading ends, its space is lost
        for title in titles:
            self.assertIn(f"/Title({title})".replace(" ", "").encode(), outline)
        inches = 8.27 - 2 * 0.4
        chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        chromium.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": round(96 * inches), "height": 1000, "deviceScaleFactor": 1, "mobile": False})
        try:
            boxes = chromium.run("""
                return window.scnnReport.sections[0].charts.map((c) => {
                  const box = c.figure.querySelector("svg").getBoundingClientRect();
                  return [c.id, box.left, box.right, box.height]; });""")
            for name, left, right, height in boxes:
                self.assertTrue(0 <= left and right <= 96 * inches + 1, f"{name}: {left} to {right}")
                self.assertGreater(height, 40, name)
            self.assertEqual(0, chromium.run("""
                return [...document.querySelectorAll(".tools, .controls, .reading")]
                  .filter((e) => e.getBoundingClientRect().height > 0).length;"""))
            self.assertEqual("rgb(0, 0, 0)", chromium.run(
                "return getComputedStyle(document.body).color"))
        finally:
            chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
            chromium.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


class Dark(PageTest):
    def test_text_and_lines_follow_the_system_into_the_dark(self):
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--detail", "--quiet")
        chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
            "features": [{"name": "prefers-color-scheme", "value": "dark"}]})
        try:
            self.open("dark", "run.json")
            colours = chromium.run("""
                const of = (e, what) => getComputedStyle(e)[what];
                const text = [...document.querySelectorAll(".plot svg text")];
                return [of(document.body, "backgroundColor"), of(document.body, "color"),
                        ...new Set(text.map((t) => of(t, "fill")))];""")
        finally:
            chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        self.assertEqual("rgb(21, 24, 28)", colours[0])
        self.assertEqual({"rgb(230, 233, 236)"}, set(colours[1:]))


class Large(PageTest):
    def opens_in_time(self, name, result):
        self.succeed("report", result, "--html", f"{name}.html")
        page = self.path(f"{name}.html")
        self.assertLess(page.stat().st_size, MOST_BYTES)
        seconds = min(chromium.open(page) for _ in range(2))
        busy = min(chromium.cpu_seconds(page) for _ in range(2))
        print(f"{name}: {page.stat().st_size / 1e6:.2f} MB, drawn after {seconds:.2f} s, "
              f"{busy:.2f} s of them on a processor")
        self.assertLess(min(seconds, busy), MOST_SECONDS)
        self.assertEqual([], chromium.complaints())

    def test_a_network_of_121_layers_with_detail_opens_in_time(self):
        self.succeed("run", "--network", self.network(), "--json", "run.json", "--detail", "--energy",
                     "default", "--quiet")
        result = self.load("run.json")
        layers, details = [], []
        for number in range(121):
            source = number % len(result["layers"])
            name = f"dense{number // 12 + 1}_{number % 12}_conv"
            layers.append(dict(result["layers"][source], name=name))
            details.append(dict(result["detail"]["layers"][source], name=name))
        total = {key: sum(layer["counters"][key] for layer in layers)
                 for key in result["total"]["counters"]}
        result["layers"], result["detail"]["layers"] = layers, details
        result["total"]["counters"] = total
        self.path("large.json").write_text(json.dumps(result))
        self.opens_in_time("layers", "large.json")

    def test_a_sweep_of_1000_points_opens_in_time(self):
        self.write("plan.json", {
            "schema": "scnn-sweep/1", "networks": [{"file": self.network(), "name": "small"}],
            "axes": [{"key": "/accumulator/banks", "values": [2, 8, 32]},
                     {"key": "/dram/bytes_per_cycle", "values": [1, 4, 50]}],
            "pareto": ["cycles", "area_mm2"]})
        self.succeed("sweep", "plan.json", "--out", "sweep", "--quiet")
        table = self.load("sweep/table.json")
        names = [column["name"] for column in table["columns"]]
        rows = []
        for number in range(1000):
            row = list(table["rows"][number % len(table["rows"])])
            row[names.index("point")] = f"{number:012x}"
            row[names.index("cycles")] += 7 * number
            rows.append(row)
        table["rows"] = rows
        self.path("table.json").write_text(json.dumps(table))
        self.opens_in_time("points", "table.json")


if __name__ == "__main__":
    program.main()
