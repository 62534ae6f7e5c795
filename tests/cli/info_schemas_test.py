#!/usr/bin/python3
"""What scnn info says about files with a schema. Usage: info_schemas_test.py SCNN [unittest options]"""

import json
import unittest

from program import ROOT, ProgramTest, main


class Info(ProgramTest):
    def test_a_plan_shows_its_axes_and_how_many_points_it_has(self):
        text = self.succeed("info", ROOT / "configs/studies/fifo-broadcast.json")
        self.assertIn("file:     plan of a sweep (scnn-sweep/1)\n", text)
        self.assertIn("networks: alexnet, googlenet\npoints:   72 points\n", text)
        self.assertRegex(text, r"(?m)^/weight_fifo_entries +9  1 2 4 8 16 25 50 100 \.\.$")
        self.assertRegex(text, r"(?m)^/broadcast_entries_per_cycle +4  1 2 4 8$")

    def test_every_plan_of_the_repository_is_described(self):
        for plan in sorted((ROOT / "configs/studies").glob("*.json")):
            with self.subTest(plan.name):
                self.assertIn("plan of a sweep", self.succeed("info", plan))

    def test_the_table_of_a_sweep_shows_columns_and_points(self):
        self.network()
        self.write("plan.json", {"schema": "scnn-sweep/1", "networks": [{"file": "net.h5"}],
                                 "axes": [{"key": "/accumulator/banks", "values": [16, 32]}]})
        self.succeed("sweep", "plan.json")
        text = self.succeed("info", "plan/table.json")
        self.assertIn("plan:   plan\npoints: 2\n", text)
        self.assertRegex(text, r"(?m)^accumulator\.banks +\S* +axis$")
        self.assertRegex(text, r"(?m)^cycles +cycles$")

    def test_a_baseline_and_its_cases_show_what_was_counted(self):
        self.network()
        self.write("cases.json", {"schema": "scnn-cases/1", "cases": [
            {"name": "one", "network": {"file": "net.h5"}}]})
        self.succeed("check", "b.json", "--record", "cases.json")
        cycles = self.load("b.json")["cases"][0]["total"]["counters"]["cycles"]
        self.assertRegex(self.succeed("info", "b.json"), rf"(?m)^one +net.h5 +3 +{cycles:,}$")
        for cases in (self.load("cases.json"), self.load("cases.json")["cases"]):
            self.write("cases.json", cases)
            self.assertRegex(self.succeed("info", "cases.json"), r"(?m)^one +net.h5$")

    def test_energies_show_every_event_with_its_source(self):
        file = ROOT / "configs/energy-45nm.json"
        text = self.succeed("info", file)
        events = json.loads("".join(line for line in file.read_text().splitlines(True)
                                    if not line.startswith("//")))["events"]
        for name, event in events.items():
            self.assertRegex(text, rf"(?m)^{name} +{event['pJ']:g}$")
            self.assertIn(" ".join(f"{name}: {event['source']}".split()), " ".join(text.split()))

    def test_explanations_differences_and_validations_say_their_result(self):
        self.network()
        self.succeed("explain", "--network", "net.h5", "--layer", "conv2", "--json", "e.json")
        said = " ".join(self.succeed("info", "e.json").split())
        self.assertIn(self.load("e.json")["conclusion"], said)
        self.succeed("run", "--network", "net.h5", "--json", "a.json")
        self.write("arch.json", {"pe_rows": 2})
        self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--json", "b.json")
        self.scnn("diff", "a.json", "b.json", "--json", "d.json")
        self.assertTrue(self.succeed("info", "d.json").endswith("some\n"))
        self.write("v.json", {"schema": "scnn-validation/1", "figures": [
            {"id": "fig9", "title": "PEs", "rows": [1, 2]}]})
        self.assertRegex(self.succeed("info", "v.json"), r"(?m)^fig9 +2  PEs$")

    def test_an_architecture_of_numbers_alone_is_not_taken_for_densities(self):
        self.write("arch.json", {"pe_rows": 2, "pe_cols": 2})
        self.assertIn(": 2x2 PEs of 4x4", self.succeed("info", "arch.json"))
        self.write("densities.json", {"conv*": 0.5})
        self.assertIn("file:    densities", self.succeed("info", "densities.json"))

    def test_what_is_broken_or_unknown_is_told(self):
        self.write("x.json", {"schema": "scnn-else/1"})
        self.refuse('x.json#/schema: found "scnn-else/1", expected one that scnn writes or reads, '
                    'such as "scnn-result/1" (docs/formats.md)', "info", "x.json")
        self.write("v.json", {"schema": "scnn-validation/1", "figures": 1})
        self.refuse("v.json#/figures: found 1, expected an array", "info", "v.json")
        self.write("t.json", {"schema": "scnn-sweep-table/1", "columns": [1]})
        outcome = self.scnn("info", "t.json")
        self.assertEqual(2, outcome.status)
        self.assertIn("t.json#/columns/0", outcome.err)

    def test_an_input_that_will_be_made_shows_the_density_it_is_made_at(self):
        net = self.network(inputs=False, input_density=0.25)
        text = self.succeed("info", net)
        self.assertRegex(text, r"(?m)^conv1 .* \(0\.250\) ")
        self.assertIn("\n(density): no input in the file, one of this density is made\n", text)


class Small(ProgramTest):
    def test_a_baseline_that_is_replaced_is_said_to_be(self):
        self.network()
        self.write("cases.json", [{"name": "one", "network": {"file": "net.h5"}}])
        first, second = (self.scnn("check", "b.json", "--record", "cases.json") for _ in range(2))
        self.assertEqual((0, "", 0), (first.status, first.err, second.status))
        self.assertRegex(second.err, r"^scnn: note: b\.json: the baseline that was there is replaced; --approve ")

    def test_a_network_that_is_not_there_is_told_with_its_place_in_the_plan(self):
        self.write("plan.json", {"schema": "scnn-sweep/1",
                                 "networks": [{"zoo": "alexnet"}, {"file": "none.h5"}],
                                 "axes": [{"key": "/accumulator/banks", "values": [16, 32]}]})
        self.refuse("plan.json#/networks/1/file: names none.h5, which is not there, expected a "
                    "network", "sweep", "plan.json")


if __name__ == "__main__":
    main()
