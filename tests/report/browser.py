"""A page in headless Chromium, driven by Debian's chromedriver.

Skips (status 77) where either is absent, or where the program was built without charts.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile

SKIPPED = 77

# Every mark that a view has drawn: its kind, its datum, its place.
MARKS = """
const view = window.scnnReport.sections[arguments[0]].charts.find((c) => c.id === arguments[1]).view;
const marks = [];
const walk = (node) => {
  if (node.marktype && node.marktype !== "group" && node.role === "mark")
    for (const item of node.items)
      marks.push({type: node.marktype, datum: item.datum, x: item.x, y: item.y, width: item.width,
                  height: item.height, opacity: item.opacity, fill: item.fill});
  else for (const item of node.items ?? []) walk(item);
};
walk(view.scenegraph().root);
return marks;
"""


def skip(why):
    print(f"skipped: {why}")
    sys.exit(SKIPPED)


def require_charts(scnn):
    """Ends the test as skipped when the program was built without charts."""
    done = subprocess.run([scnn, "report", "none.json", "--html", "none.html"], check=False,
                          capture_output=True, text=True)
    if "has no chart libraries" in done.stderr:
        skip("the program was built without charts (apt-get install npm, and configure again)")


def require():
    """Ends the test as skipped unless there is a browser to drive."""
    for program, package in [("chromium", "chromium"), ("chromedriver", "chromium-driver")]:
        if shutil.which(program) is None:
            skip(f"there is no {program} (apt-get install {package})")
    try:
        import selenium  # noqa: F401
    except ImportError:
        skip("there is no Selenium for Python (apt-get install python3-selenium)")


class Browser:
    """One browser for all pages of a test file."""

    def __init__(self, width=1240, height=1000, dark=False):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        self.profile = tempfile.TemporaryDirectory()
        # A container's root has no sandbox and little shared memory.
        for word in ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
                     f"--window-size={width},{height}", f"--user-data-dir={self.profile.name}",
                     "--hide-scrollbars"]:
            options.add_argument(word)
        if dark:
            options.add_argument("--force-dark-mode")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")),
                                       options=options)
        self.driver.set_script_timeout(120)
        if dark:
            self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
                "features": [{"name": "prefers-color-scheme", "value": "dark"}]})

    def close(self):
        self.driver.quit()
        self.profile.cleanup()

    def open(self, path):
        """Opens a page from disk and waits until every chart is drawn.

        Returns the seconds from the start of navigation until then.
        """
        self.driver.get(pathlib.Path(path).resolve().as_uri())
        return self.driver.execute_async_script(
            "const done = arguments[0]; window.scnnReport.ready.then("
            "() => done(performance.now() / 1000), (e) => done('failed: ' + e));")

    def cpu_seconds(self, path):
        """Opens a page; the processor time of its process until every chart is drawn."""
        self.driver.get("about:blank")
        self.driver.execute_cdp_cmd("Performance.enable", {})
        before = self.process_time()
        self.open(path)
        after = self.process_time()
        return after - before if after > before else after  # else in another process

    def process_time(self):
        metrics = self.driver.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]
        return next(m["value"] for m in metrics if m["name"] == "ProcessTime")

    def complaints(self):
        """Lines of the console, errors and warnings."""
        return [f"{e['level']}: {e['message']}" for e in self.driver.get_log("browser")
                if e["level"] in ("SEVERE", "WARNING")]

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def settle(self):
        """Waits until the views have nothing left to draw."""
        self.driver.execute_async_script(
            "const done = arguments[0];"
            "Promise.all(window.scnnReport.sections.flatMap((s) => s.charts)"
            ".map((c) => c.view.runAsync())).then(() => setTimeout(done, 50));")

    def marks(self, section, chart):
        return self.run(MARKS, section, chart)

    def picture(self, path):
        """The whole page as PNG."""
        import base64
        size = self.driver.execute_cdp_cmd("Page.getLayoutMetrics", {})["cssContentSize"]
        shot = self.driver.execute_cdp_cmd("Page.captureScreenshot", {
            "captureBeyondViewport": True,
            "clip": {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 12000),
                     "scale": 1}})
        pathlib.Path(path).parent.mkdir(parents=True, exist_ok=True)
        pathlib.Path(path).write_bytes(base64.b64decode(shot["data"]))
