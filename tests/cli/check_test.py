#!/usr/bin/python3
"""scnn check. Usage: check_test.py SCNN [unittest options]"""

import json
import os
import shutil
import subprocess

import h5py

from checked import SMALL, Checked
from program import SCNN, main


class Record(Checked):
    def test_a_baseline_holds_the_counters_of_a_run_of_every_case(self):
        text = self.record()
        self.assertRegex(text, r"^mine: recorded \(3 layers, [\d,]+ cycles\)\n"
                               r"zoo: recorded \(1 layer, [\d,]+ cycles\)\n"
                               r"2 cases written to b.json\n$")
        self.succeed("run", "--network", "sub/net.h5", "--arch", "sub/arch.json", "--json", "r.json")
        run, baseline = self.load("r.json"), self.load("b.json")
        self.assertEqual("scnn-baseline/1", baseline["schema"])
        mine, zoo = baseline["cases"]
        self.assertEqual({"file": "sub/net.h5"}, mine["network"])
        self.assertEqual("sub/arch.json", mine["architecture_file"])
        self.assertEqual({"engine": "decoupled", "values": True, "verify": True}, mine["options"])
        self.assertEqual({"sha256": run["provenance"]["input_sha256"]}, mine["identity"])
        for key in ["architecture", "layers", "total"]:
            self.assertEqual(run[key], mine[key])
        self.assertEqual({"zoo": "googlenet", "layers": ["inception_5b_1x1"], "seed": 3}, zoo["network"])
        self.assertEqual("googlenet", zoo["identity"]["recipe"]["zoo"])
        self.assertEqual([2, 2], [zoo["architecture"][k] for k in SMALL])
        self.assertEqual({"engine": "decoupled", "values": False, "verify": False}, zoo["options"])
        self.assertEqual(0, zoo["total"]["counters"]["oaram_writes"])
        self.assertNotIn("architecture_file", zoo)

    def test_equal_cases_make_equal_files_whatever_runs_at_a_time(self):
        self.record()
        first = self.path("b.json").read_bytes()
        self.write("sub/cases.json", {"schema": "scnn-cases/1", "cases": self.cases})
        self.succeed("check", "b.json", "--record", "sub/cases.json", "--threads", "1")
        self.assertEqual(first, self.path("b.json").read_bytes())

    def test_the_clocked_engine_counts_the_same(self):
        self.cases = self.cases[:1]
        self.record()
        layers = self.load("b.json")["cases"][0]["layers"]
        self.record(options={"engine": "clocked"})
        self.assertEqual(layers, self.load("b.json")["cases"][0]["layers"])
        self.assertEqual("clocked", self.load("b.json")["cases"][0]["options"]["engine"])

    def test_a_folder_may_be_moved_with_all_it_holds(self):
        self.record()
        shutil.copytree(self.folder, self.path("copy"))
        os.rename(self.path("sub"), self.path("away"))
        self.succeed("check", "copy/b.json")
        self.path("elsewhere").mkdir()
        outcome = subprocess.run([SCNN, "check", self.path("copy/b.json")], check=False,
                                 cwd=self.path("elsewhere"), capture_output=True, text=True)
        self.assertEqual(0, outcome.returncode, outcome.stderr)

    def test_files_are_named_from_the_folder_of_the_baseline_and_absolute_names_stay(self):
        self.path("out").mkdir()
        self.write("sub/d.json", {"*": 0.5})
        self.cases.append({"name": "abs", "network": {"file": str(self.path("sub/net.h5"))}})
        self.cases.append({"name": "densities",
                           "network": {"zoo": "alexnet", "densities": "d.json",
                                       "layers": ["conv5"]}})
        self.write("sub/cases.json", self.cases)
        self.succeed("check", "out/b.json", "--record", "sub/cases.json")
        kept = self.load("out/b.json")["cases"]
        self.assertEqual({"file": "../sub/net.h5"}, kept[0]["network"])
        self.assertEqual("../sub/arch.json", kept[0]["architecture_file"])
        self.assertEqual({"file": str(self.path("sub/net.h5"))}, kept[2]["network"])
        self.assertEqual("../sub/d.json", kept[3]["network"]["densities"])
        self.assertRegex(self.succeed("check", "out/b.json"), r"\n4 cases: all as kept\n$")


class Check(Checked):
    def test_nothing_moved(self):
        self.record()
        before = self.files()
        text = self.check("--json", "c.json")
        self.assertRegex(text, r"^mine: as kept \(3 layers, [\d,]+ cycles\)\n"
                               r"zoo: as kept \(1 layer, [\d,]+ cycles\)\n2 cases: all as kept\n$")
        result = self.load("c.json")
        self.assertEqual(("scnn-check/1", True), (result["schema"], result["same"]))
        self.assertEqual([True, True], [c["same"] for c in result["cases"]])
        self.path("c.json").unlink()
        self.check("--approve")
        self.assertEqual(before, self.files())

    def test_a_counter_that_was_tampered_with_is_named_with_what_it_should_be(self):
        self.record()
        true = self.counters(layer=1)["halo_transfers"]

        def change(cases):
            cases[0]["layers"][1]["counters"]["halo_transfers"] = true + 7
        self.tamper(change)
        text = self.check(status=4)
        self.assertIn("mine: different", text)
        self.assertRegex(text, rf"\n  conv2  halo_transfers +{true + 7:,} +{true:,} +-7 +-\d+\.\d\d\n")
        self.assertIn("  conv2: no cycle of a PE moved\n", text)
        self.assertIn("zoo: as kept", text)
        self.assertNotIn("total", text)  # it says what the machine says
        self.assertTrue(text.endswith(
            "1 of 2 cases different. If that is meant: scnn check b.json --approve\n"))

    def test_a_total_and_a_fact_are_compared_too(self):
        self.record()

        def change(cases):
            cases[0]["total"]["counters"]["steps"] += 1
            cases[0]["layers"][2]["kc"] = 3
        self.tamper(change)
        text = self.check(status=4)
        self.assertRegex(text, r"\n  total  steps +[\d,]+ +[\d,]+ +-1 ")
        self.assertIn("\n  fc: kc is 8, was 3\n", text)

    def test_another_architecture_file_is_said_before_what_it_changed_and_why(self):
        self.record()
        self.write("sub/arch.json", {**SMALL, "dram": {"latency_cycles": 60}})
        text = self.check("--json", "c.json", status=4)
        said = text.index("  the architecture file sub/arch.json has changed\n"
                          "  architecture: dram.latency_cycles is 60, was 10\n")
        self.assertLess(said, text.index("counter "))
        self.assertRegex(text, r"\n  conv1: compute_cycles \+50 \(\+\d+\.\d\d %\): "
                               r"weight_wait \+50\.0 \(100 %\)\n")
        case = self.load("c.json")["cases"][0]
        self.assertEqual([{"key": "dram.latency_cycles", "before": 10, "after": 60}],
                         case["architecture"])
        for part in case["parts"]:
            moved = part["counters"]["compute_cycles"]
            moved = moved["after"] - moved["before"]
            activities = part["activities"].values()
            self.assertAlmostEqual(moved, sum(a["after"] - a["before"] for a in activities))
            self.assertAlmostEqual(1.0, sum(a["share"] for a in activities))

    def test_another_network_is_said_before_what_it_changed(self):
        self.record()
        self.network("sub/net.h5", seed=2)
        text = self.check(status=4)
        self.assertRegex(text, r"cycles\)\n  the network file sub/net.h5 has changed\n"
                               r'  network: sha256 is "[0-9a-f]{64}", was "[0-9a-f]{64}"\n')
        self.assertIn("  conv1: activation_density is ", text)

    def test_a_network_file_of_equal_counts_is_said_to_be_another(self):
        self.record()
        with h5py.File(self.path("sub/net.h5"), "a") as file:
            file.attrs["source"] = "elsewhere"
        self.assertRegex(self.check(status=4), r'was "[0-9a-f]{64}"\n  no counter moved\nzoo')
        self.check("--approve")
        self.check()

    def test_tolerances_hold_for_the_counters_they_are_asked_for(self):
        allowed = {"relative": 10}
        self.record(tolerances={"weight_wait": allowed, "cycles": allowed,
                                "compute_cycles": {"absolute": 1000}})
        kept = self.path("b.json").read_bytes()
        self.assertEqual({"relative": 10.0}, self.load("b.json")["cases"][0]["tolerances"]["cycles"])
        self.write("sub/arch.json", {**SMALL, "dram": {"latency_cycles": 11}})
        text = self.check(status=4)  # the machine itself is another
        self.assertRegex(text, r"mine: different \(3 layers, [\d,]+ cycles, 12 counters moved within "
                               r"tolerance\)\n")
        self.assertIn("\n  no counter moved\n", text)
        self.write("sub/arch.json", {**SMALL, "dram": {"latency_cycles": 10}})

        def change(cases):
            cases[0]["layers"][0]["counters"]["weight_wait"] += 5
            cases[0]["layers"][0]["counters"]["steps"] += 5
        self.tamper(change)
        text = self.check(status=4)
        self.assertIn(" steps ", text)
        self.assertNotRegex(text, r" weight_wait +\d")
        self.path("b.json").write_bytes(kept)
        self.tamper(lambda cases: cases[0]["layers"][0]["counters"].update(
            weight_wait=self.counters()["weight_wait"] + 5))
        kept = self.path("b.json").read_bytes()
        self.assertRegex(self.check("--approve"), r"mine: as kept \(.* 1 counter moved within toler")
        self.assertEqual(kept, self.path("b.json").read_bytes())

    def test_counters_of_another_version_are_told_as_such(self):
        self.record()
        steps = self.counters()["steps"]

        def change(cases):
            del cases[0]["layers"][0]["counters"]["steps"]
            cases[0]["layers"][0]["counters"]["of_old"] = 5
        self.tamper(change)
        text = self.check(status=4)
        self.assertIn(f"  conv1: steps is {steps}, was not there\n", text)
        self.assertIn("  conv1: counters.of_old is not there, was 5\n", text)
        self.check("--approve")
        self.check()


class Approve(Checked):
    def test_only_the_case_that_changed_is_rewritten(self):
        self.record()
        recorded = self.path("b.json").read_text()

        def change(cases):
            cases[0]["layers"][0]["counters"]["steps"] = 1
        self.tamper(change)
        text = self.check("--approve")
        self.assertRegex(text, r"\n  conv1  steps +1 ")
        self.assertTrue(text.endswith("1 of 2 cases rewritten in b.json\n"))
        self.assertEqual(recorded, self.path("b.json").read_text())
        self.check()

    def test_everything_else_stays_byte_for_byte(self):
        self.record()
        mine, zoo = self.load("b.json")["cases"]
        mine["layers"][0]["counters"]["steps"] = 1
        zoo["provenance"] = {"by": "hand"}
        odd = json.dumps(zoo, separators=(" , ", "\t:\n"))
        before = '// counts: ["{\n{ "cases":\n   [ ' + odd + " ,\n   "
        self.path("b.json").write_text(before + json.dumps(mine) + ' ] ,"schema":"scnn-baseline/1"} \n')
        self.check("--approve")
        text = self.path("b.json").read_text()
        self.assertTrue(text.startswith(before + '{\n     "name": "mine",\n'))
        self.assertTrue(text.endswith('\n   } ] ,"schema":"scnn-baseline/1"} \n'))
        self.check()

    def test_a_machine_of_a_file_is_taken_as_it_is_now(self):
        self.record()
        self.write("sub/arch.json", {**SMALL, "dram": {"latency_cycles": 60}})
        self.check("--approve")
        self.assertEqual(60, self.load("b.json")["cases"][0]["architecture"]["dram"]["latency_cycles"])
        self.check()


if __name__ == "__main__":
    main()
