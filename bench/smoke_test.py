#!/usr/bin/python3
"""Runs bench/run on a tiny layer: every field is there, and figures fit each other.

Usage: smoke_test.py BUILD_FOLDER [unittest options]
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import figures

BENCH = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv.pop(1))


def bench(*arguments):
    return subprocess.run([BENCH / "run", "--build", BUILD, "--no-build", *arguments],
                          capture_output=True, text=True, check=False)


class Smoke(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        with tempfile.TemporaryDirectory() as folder:
            file = pathlib.Path(folder, "deep", "result.json")
            cls.shown = bench("--rounds", "2", "--repetitions", "2", "--out", file, "smoke")
            assert cls.shown.returncode == 0, cls.shown.stderr
            cls.result = json.loads(file.read_text())
            cls.left_behind = [p.name for p in file.parent.iterdir()]
        cls.entry = cls.result["results"][0]

    def test_every_field_is_there(self):
        self.assertEqual({"schema", "date", "commit", "quick", "rounds", "repetitions", "machine",
                          "build", "onednn", "results"}, set(self.result))
        self.assertEqual({"cpu", "cores", "flags", "memory_bytes", "kernel", "load_average"},
                         set(self.result["machine"]))
        self.assertEqual({"compiler", "flags"}, set(self.result["build"]))
        self.assertEqual({"workload", "threads", "layers", "multiplies", *figures.WORK, "modes",
                          "left_out", "ratios", "by_layer", "speedup"}, set(self.entry))
        self.assertEqual(set(figures.MODES), set(self.entry["modes"]))
        rates = {"products_per_second", "steps_per_second", "pe_cycles_per_second"}
        for mode, data in self.entry["modes"].items():
            expected = {"seconds", "samples", "peak_bytes"}
            expected |= rates if mode != "dense" else set()
            expected |= {"verified"} if mode == "values" else set()
            self.assertEqual(expected, set(data), mode)
        self.assertEqual({"name", "multiplies", *figures.WORK, "weight_density",
                          "activation_density", *figures.MODES}, set(self.entry["by_layer"][0]))

    def test_samples_come_from_every_round_and_repetition(self):
        for mode, data in self.entry["modes"].items():
            self.assertEqual(4, len(data["samples"]), mode)
            self.assertLessEqual(min(data["samples"]), data["seconds"])
            self.assertGreaterEqual(max(data["samples"]), data["seconds"])
            self.assertGreater(min(data["samples"]), 0.0)
            self.assertGreater(data["peak_bytes"], 1 << 20)

    def test_a_single_layer_takes_the_time_of_the_workload(self):
        for mode in figures.MODES:
            self.assertEqual(self.entry["modes"][mode]["seconds"],
                             self.entry["by_layer"][0][mode], mode)

    def test_ratios_and_rates_fit_the_times(self):
        modes, entry = self.entry["modes"], self.entry
        for name, (over, under) in figures.RATIOS.items():
            self.assertAlmostEqual(modes[over]["seconds"], entry["ratios"][name] *
                                   modes[under]["seconds"], msg=name)
        for mode in figures.MACHINE_MODES:
            for rate, count in [("products_per_second", "products"),
                                ("steps_per_second", "steps"),
                                ("pe_cycles_per_second", "pe_cycles")]:
                self.assertAlmostEqual(1.0, modes[mode][rate] * modes[mode]["seconds"] /
                                       entry[count])

    def test_the_layer_is_the_one_that_was_asked_for(self):
        # 16 x 192 weights of 1x1 at .3 and 28 x 28 activations at .4.
        self.assertEqual("inception_3a_5x5_reduce", self.entry["by_layer"][0]["name"])
        self.assertEqual(28 * 28 * 192 * 16, self.entry["multiplies"])
        self.assertAlmostEqual(.12, self.entry["products"] / self.entry["multiplies"], places=2)
        self.assertEqual(64 * self.entry["compute_cycles"], self.entry["pe_cycles"])
        self.assertTrue(self.entry["modes"]["values"]["verified"])

    def test_the_tables_fit_100_columns_and_nothing_is_left_behind(self):
        lines = self.shown.stdout.splitlines()
        self.assertEqual(2, sum(line.startswith("smoke ") for line in lines))
        self.assertLessEqual(max(len(line) for line in lines if line.startswith("smoke ")), 100)
        self.assertEqual(["result.json"], self.left_behind)
        self.assertEqual("", self.shown.stderr)


class WrongUse(unittest.TestCase):
    def test_what_cannot_be_measured_is_one_line_with_a_status(self):
        cases = [
            (["--threads", "4000", "smoke"], 2, "--threads: 4000 is more than the"),
            (["none.h5"], 2, "none.h5: no such file"),
            (["--rounds", "1", "nothing"], 2, "dense: nothing: no such workload"),
        ]
        for arguments, status, message in cases:
            shown = bench(*arguments)
            self.assertEqual(status, shown.returncode, shown.stderr)
            self.assertTrue(shown.stderr.startswith("bench/run: error: "), shown.stderr)
            self.assertEqual(1, shown.stderr.count("\n"), shown.stderr)
            self.assertIn(message, shown.stderr)


if __name__ == "__main__":
    unittest.main()
