#!/usr/bin/python3
"""scnn check that cannot be, or is ended. Usage: check_fails_test.py SCNN [unittest options]"""

import json
import os
import signal
import subprocess
import time

from checked import SMALL, Checked
from program import SCNN, main


class BadInput(Checked):
    def refuse_case(self, message, **case):
        self.write("c.json", [{"name": "x", "network": {"file": "sub/net.h5"}, **case}])
        self.refuse("c.json#/0" + message, "check", "b.json", "--record", "c.json")

    def test_cases_that_cannot_be_read(self):
        self.refuse("c.json: no such file, expected a JSON file",
                    "check", "b.json", "--record", "c.json")
        for value, message in [
                ([], "#: found an empty array, expected a list of cases"),
                ("1", "#: found 1, expected a list of cases"),
                ({"cases": []}, '#: has no member "schema", expected one'),
                ({"schema": "x"}, '#/schema: found "x", expected "scnn-cases/1"'),
                ({"schema": "scnn-cases/1"}, '#: has no member "cases", expected one'),
                ({"schema": "scnn-cases/1", "cases": [1]}, "#/cases/0: found 1, expected an object"),
        ]:
            self.write("c.json", value)
            self.refuse("c.json" + message, "check", "b.json", "--record", "c.json")

    def test_a_case_that_cannot_be_met(self):
        self.refuse_case("/name: found no name, expected one", name="")
        self.refuse_case("/architecture/kc: found 0, expected an integer from 1 to 65536",
                         architecture={"kc": 0})
        self.refuse_case('/options/engine: found "fast", expected one of "decoupled", "clocked"',
                         options={"engine": "fast"})
        self.refuse_case('/options/verify: found true without "values", expected both or none',
                         options={"values": False, "verify": True})
        self.refuse_case("/tolerances/cycle: unknown counter, expected one of docs/formats.md",
                         tolerances={"cycle": {"absolute": 1}})
        self.refuse_case('/tolerances/cycles: found both or none of "relative" and "absolute", '
                         "expected one", tolerances={"cycles": {}})
        self.refuse_case("/tolerances/cycles/relative: found -1, expected a number from 0",
                         tolerances={"cycles": {"relative": -1}})
        self.refuse_case('/network/layers: "conv9" matches no layer of network "small", expected a '
                         "layer's name or a glob (see scnn info)",
                         network={"file": "sub/net.h5", "layers": ["conv9"]})
        self.write("c.json", [{"name": "x"}])
        self.refuse('c.json#/0: has no member "network", expected one',
                    "check", "b.json", "--record", "c.json")
        self.write("c.json", [{"name": "x", "network": {"file": "sub/net.h5"}}] * 2)
        self.refuse('c.json#/1/name: found "x" again, expected a name of its own',
                    "check", "b.json", "--record", "c.json")

    def test_a_network_that_is_not_there_is_told_before_anything_runs(self):
        self.cases[1]["network"] = {"file": "none.h5"}
        self.write("sub/cases.json", self.cases)
        outcome = self.scnn("check", "b.json", "--record", "sub/cases.json")
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: sub/cases\.json#/1/network/file: names "
                                      r"sub/none\.h5, [^\n]*\n$")
        self.assertFalse(self.path("b.json").exists())

    def test_a_layer_that_fits_no_accumulator_names_it(self):
        self.cases = [{"name": "x", "network": {"file": "net.h5"}, "architecture": {
            **SMALL, "accumulator": {"banks": 1, "entries_per_bank": 1, "capacity": "shrink-kc"}}}]
        self.write("sub/cases.json", self.cases)
        outcome = self.scnn("check", "b.json", "--record", "sub/cases.json")
        self.assertEqual(2, outcome.status)
        self.assertRegex(outcome.err, r"^scnn: error: layer conv1: an accumulator window of [^\n]*\n$")

    def test_baselines_that_cannot_be_read(self):
        self.refuse("none.json: no such file, expected a JSON file", "check", "none.json")
        self.record()
        good = self.load("b.json")

        def spoiled(message, change):
            bad = json.loads(json.dumps(good))
            change(bad)
            self.write("b.json", bad)
            self.refuse("b.json" + message, "check", "b.json", "--approve")
        spoiled('#/schema: found "x", expected "scnn-baseline/1"', lambda b: b.update(schema="x"))
        spoiled("#/cases: found an empty array, expected a list of cases",
                lambda b: b.update(cases=[]))
        spoiled('#/cases/1: has no member "layers", expected one',
                lambda b: b["cases"][1].pop("layers"))
        spoiled('#/cases/0/layers/0/counters/steps: found "1", expected an integer from 0',
                lambda b: b["cases"][0]["layers"][0]["counters"].update(steps="1"))
        spoiled('#/cases/0/kc: unknown key "kc", expected one of name, network, options, tolerances, '
                "architecture_file, architecture, identity, layers, total, provenance",
                lambda b: b["cases"][0].update(kc=1))
        spoiled("#/cases/0/architecture/kc: found -1, expected an integer from 1 to 65536",
                lambda b: b["cases"][0]["architecture"].update(kc=-1))

    def test_files_are_not_mixed_up(self):
        self.record()
        self.refuse("sub/net.h5: exists and is no baseline, expected one or a new name",
                    "check", "sub/net.h5", "--record", "sub/cases.json")
        self.refuse("sub/cases.json: exists and is no baseline, expected one or a new name",
                    "check", "sub/cases.json", "--record", "sub/cases.json")
        self.refuse("--json: names the file of BASELINE, expected another",
                    "check", "b.json", "--json", "./b.json")
        self.refuse("--record, --approve: both are given, expected at most one of them",
                    "check", "b.json", "--record", "sub/cases.json", "--approve")
        self.refuse("--record, --json: both are given, expected at most one of them",
                    "check", "b.json", "--record", "sub/cases.json", "--json", "c.json")
        self.refuse("found no BASELINE, expected one (see scnn check --help)", "check")


class Interrupted(Checked):
    def end(self, *words):
        """Interrupts a check that takes minutes."""
        before = self.files()
        process = subprocess.Popen([SCNN, "check", "b.json", *words], cwd=self.folder,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)
        self.addCleanup(process.kill)
        children = f"/proc/{process.pid}/task/{process.pid}/children"
        deadline = time.monotonic() + 60
        while True:  # until cases run; opening a file takes a moment in a child as well
            self.assertLess(time.monotonic(), deadline, "no case begins")
            with open(children, encoding="ascii") as file:
                pids = file.read().split()
            if len(pids) > 1:
                break
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGINT)  # as a terminal does
        out, err = process.communicate(timeout=60)
        self.assertEqual((130, "", "scnn: error: interrupted\n"), (process.returncode, out, err))
        self.assertEqual(before, self.files())
        for pid in pids:
            self.assertFalse(os.path.exists(f"/proc/{pid}"), "a child is left")

    def test_ctrl_c_leaves_the_baseline_as_it_was_and_nothing_else(self):
        self.record()
        slow = {"pe_rows": 1, "pe_cols": 1, "multiplier_array": {"F": 1, "I": 1}}

        def change(cases):
            for case in cases:
                case["network"] = {"zoo": "vgg16"}
                case["options"] = {"engine": "clocked"}
                case["architecture"] = slow
                case.pop("architecture_file", None)
        self.tamper(change)
        self.end("--threads", "2")
        self.end("--threads", "2", "--approve", "--json", "c.json")


if __name__ == "__main__":
    main()
