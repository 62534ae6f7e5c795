#!/usr/bin/python3
"""A timeline of any layer of VGG-16 stays below 50 MB, at the finest level that does.

Usage: trace_size_test.py SCNN [unittest options]
"""

import json
import re

from program import ProgramTest, main

MOST_BYTES = 50e6
WINDOW = 3000


class Size(ProgramTest):
    def setUp(self):
        super().setUp()
        self.succeed("zoo", "vgg16", "--densities", "published", "--out", "vgg.h5")

    def trace(self, *options):
        outcome = self.scnn("run", "--network", "vgg.h5", "--no-verify", "--trace", "t.json",
                            *options)
        self.assertEqual(0, outcome.status, outcome.err)
        return re.search(r"detail (\S+(?: \(by \d+\))?): ", outcome.err).group(1)

    def test_every_layer_stays_below_the_bound(self):
        self.succeed("run", "--network", "vgg.h5", "--no-verify", "--json", "r.json")
        for layer in self.load("r.json")["layers"]:
            with self.subTest(layer["name"]):
                level = self.trace("--layers", layer["name"])
                size = self.path("t.json").stat().st_size
                print(f"{layer['name']}: {size / 1e6:.1f} MB, {level}")
                self.assertTrue(level.startswith("channel"), level)
                self.assertLess(size, MOST_BYTES)

    def test_a_short_window_shows_every_step(self):
        level = self.trace("--layers", "conv3_2", "--trace-window", f"20000:{20000 + WINDOW - 1}")
        self.assertEqual("step", level)
        self.assertLess(self.path("t.json").stat().st_size, MOST_BYTES)
        trace = json.loads(self.path("t.json").read_text())
        cycles = sum(e["dur"] for e in trace["traceEvents"]
                     if e["ph"] == "X" and e["cat"] == "activity")
        self.assertEqual(64 * WINDOW, cycles)


if __name__ == "__main__":
    main()
