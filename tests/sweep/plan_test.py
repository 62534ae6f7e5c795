#!/usr/bin/python3
"""Plans that `scnn sweep` refuses, and what it says.

Usage: plan_test.py SCNN [unittest options]
"""

from program import main
from swept import BANKS, FIFO, SweepTest, axis


class BadPlans(SweepTest):
    def refuse_plan(self, message, *axes, **members):
        self.plan(*axes, **members)
        self.refuse(message, "sweep", "plan.json")

    def test_bad_plans_are_refused_with_their_place(self):
        self.refuse_plan('plan.json#/schema: found another, expected "scnn-sweep/1"', schema="scnn-sweep/2")
        self.refuse_plan("plan.json#/networks: expected at least one network", networks=[])
        self.refuse_plan('plan.json#/networks/0: found both or none of "file" and "zoo", expected '
                         "one", networks=[{}])
        self.refuse_plan('plan.json#/networks/1: a second network "net", expected a "name" that '
                         "tells them apart", networks=[{"file": "net.h5"}, {"file": "net.h5"}])
        self.refuse_plan('plan.json#/axes: two axes of "/kc", expected one of each key',
                         axis("/kc", 1), axis("/kc", 2))
        self.refuse_plan("plan.json#/pareto: found 1 metrics, expected two or three",
                         pareto=["cycles"])
        self.refuse_plan('plan.json#/filters/0: found "kc = 8", expected an expression such as '
                         '"F*I*pe_rows*pe_cols == 1024": = assigns, == compares',
                         filters=["kc = 8"])
        self.refuse_plan('plan.json#/filters/0: found "kc == 8, 1", expected an expression such as '
                         '"F*I*pe_rows*pe_cols == 1024": a comma makes two of it',
                         filters=["kc == 8, 1"])
        self.refuse_plan('plan.json#/networks/0/layers: "nosuch" matches no layer of network "small", '
                         "expected a layer's name or a glob (see scnn info)",
                         networks=[{"file": "net.h5", "layers": ["nosuch"]}])
        self.refuse_plan('plan.json#/axes/0: /stride_mode: found "phasez", expected one of "phases", '
                         '"discard"', axis("/stride_mode", "phasez"),
                         filters=["stride_mode != phases"])
        self.refuse_plan('plan.json#/pareto: found "stride_mode", expected a column of numbers of '
                         "the table, such as cycles, area_mm2 or dram_weight_bits",
                         axis("/stride_mode", "phases", "discard"), pareto=["cycles", "stride_mode"])
        self.refuse_plan('plan.json: the filters leave no point, expected at least one',
                         filters=["kc > 99"])
        self.refuse_plan("plan.json#/sample/points: is missing, expected how many points",
                         sample={"seed": 1})
        outcome = self.scnn("sweep", self.plan(axes=[], extra=1))
        self.assertEqual(2, outcome.status)
        self.assertTrue(outcome.err.startswith("scnn: error: plan.json#/extra: unknown key"))

    def test_a_point_that_no_machine_can_be_is_refused_before_anything_runs(self):
        self.refuse_plan("plan.json#/axes/0: /kc: found 0, expected an integer from 1 to 65536",
                         axis("/kc", 4, 0))
        self.refuse_plan("plan.json: at /pe_rows = 100, /pe_cols = 100#/pe_cols: found 100 x 100 = "
                         "10000 PEs, expected pe_rows * pe_cols of at most 4096",
                         axis("/pe_rows", 100), axis("/pe_cols", 100))

    def test_a_choice_that_changes_nothing_is_refused(self):
        for key, values in (("seed", [1, 2]), ("activation_density", [0.2, 0.4])):
            self.refuse_plan(f'plan.json: at {key} = {values[0]}#: "{key}" has no effect, expected '
                             "none: every layer of net.h5 has its input in the file",
                             axis(key, *values))
        self.network("bare.h5", inputs=False)
        self.plan(axis("activation_density", 0.2, 0.4), axis("seed", 1, 2),
                  networks=[{"file": "bare.h5"}])
        self.sweep()
        self.assertEqual(4, len({(r["cycles"], r["products"], r["updates"])
                                 for r in self.table()}))

    def test_hostile_sizes_are_refused(self):
        many = {"key": "/kc", "range": {"from": 1, "to": 60000, "step": 1}}
        self.refuse_plan("plan.json#/axes: more than 1000000 points, expected fewer", many,
                         {"key": "/iaram_bytes", "range": {"from": 1, "to": 60000, "step": 1}})

    def test_wrong_options_are_refused(self):
        self.plan(FIFO)
        self.refuse('--shard: found "2", expected I/N, such as 2/8', "sweep", "plan.json",
                    "--shard", "2")
        self.refuse('--shard: found "3", expected an integer from 1 to 2', "sweep", "plan.json",
                    "--shard", "3/2")
        self.refuse("--pareto: found 1 columns, expected two or three", "sweep", "plan.json",
                    "--pareto", "cycles")
        self.refuse("--array: found without --slurm, expected both", "sweep", "plan.json",
                    "--array", "2")
        outcome = self.scnn("sweep", "plan.json", "--pareto", "cycles,scnn_total_pJ")
        self.assertEqual(2, outcome.status)
        self.assertIn('--pareto: found "scnn_total_pJ", expected a column', outcome.err)
        self.assertFalse(self.path("plan").exists())

    def test_the_dry_run_computes_nothing(self):
        self.plan(FIFO, BANKS)
        out = self.sweep("plan.json", "--dry-run").out
        self.assertTrue(out.startswith("6 points\n"))
        self.assertIn("G products", out)
        self.assertFalse(self.path("plan").exists())


if __name__ == "__main__":
    main()
