#!/usr/bin/python3
"""`scnn sweep`: points, results, tables, what goes wrong and how it goes on.

Usage: sweep_test.py SCNN [unittest options]
"""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

import h5py

from program import SCNN, main
from swept import BANKS, BASE, FIFO, SweepTest, axis


class Points(SweepTest):
    def test_a_row_has_the_counters_of_a_run(self):
        self.plan(FIFO, BANKS, energy="default")
        self.sweep()
        rows = self.table()
        self.assertEqual([("2", "4"), ("2", "8"), ("2", "16"), ("8", "4"), ("8", "8"), ("8", "16")],
                         [(r["weight_fifo_entries"], r["accumulator.banks"]) for r in rows])
        for row in rows:
            arch = self.result_of(row)["architecture"]
            self.assertEqual(int(row["weight_fifo_entries"]), arch["weight_fifo_entries"])
            self.assertEqual(int(row["accumulator.banks"]), arch["accumulator"]["banks"])
            self.write("arch.json", arch)
            self.succeed("run", "--network", "net.h5", "--arch", "arch.json", "--energy", "default",
                         "--json", "run.json")
            total = self.load("run.json")["total"]
            for name, value in total["counters"].items():
                self.assertEqual(value, int(row[name]), name)
            self.assertEqual(total["energy"]["scnn"]["total"], float(row["scnn_total_pJ"]))
            self.assertGreater(float(row["area_mm2"]), 0)
            self.assertEqual("done", row["status"])

    def test_granularity_and_density_prune_as_prune_does(self):
        self.plan(axis("granularity", "fine", "kernel"), axis("density", 0.3, 0.6),
                  architecture={})
        self.sweep()
        for row in self.table():
            self.succeed("prune", "--network", "net.h5", "--granularity", row["granularity"],
                         "--density", row["density"], "--out", "pruned.h5")
            self.succeed("run", "--network", "pruned.h5", "--json", "run.json")
            self.assertEqual(self.load("run.json")["total"]["counters"],
                             self.result_of(row)["total"]["counters"])

    def test_a_zoo_network_has_its_recipe_and_seeds(self):
        zoo = {"zoo": "alexnet", "densities": "published", "layers": ["conv5"]}
        self.plan(axis("seed", 1, 2), networks=[zoo], architecture={})
        self.sweep()
        for row in self.table():
            self.succeed("zoo", "alexnet", "--densities", "published", "--seed", row["seed"],
                         "--out", "zoo.h5")
            self.succeed("run", "--network", "zoo.h5", "--layers", "conv5", "--json", "run.json")
            self.assertEqual(self.load("run.json")["total"]["counters"],
                             self.result_of(row)["total"]["counters"])

    def test_an_id_names_the_content_not_the_file(self):
        self.plan(FIFO)
        self.sweep()
        self.path("other").mkdir()
        os.rename(self.path("net.h5"), self.path("other/moved.h5"))
        self.plan(FIFO, name="again.json", networks=[{"file": "other/moved.h5"}])
        self.sweep("again.json")
        self.assertEqual([r["point"] for r in self.table()],
                         [r["point"] for r in self.table("again")])
        self.network("other/moved.h5", seed=2)
        self.sweep("again.json", "--out", "third")
        self.assertFalse({r["point"] for r in self.table()} &
                         {r["point"] for r in self.table("third")})

    def test_a_point_met_twice_is_computed_once(self):
        networks = [{"name": "a", "file": "net.h5"}, {"name": "b", "file": "net.h5"}]
        self.plan(FIFO, networks=networks)
        self.sweep()
        self.assertEqual(4, len(self.table()))
        self.assertEqual(2, len(self.results()))

    def test_zipped_axes_filters_and_samples(self):
        zipped = {"zip": [axis("/pe_rows", 1, 2, 4), axis("/pe_cols", 4, 2, 1)]}
        self.plan(zipped, axis("/multiplier_array/F", 1, 2, 4), filters=["pe_rows * F <= 4"])
        out = self.sweep("plan.json", "--dry-run").out
        self.assertTrue(out.startswith("6 points, 3 left out by filters\n"), out)
        self.sweep()
        self.assertEqual({("1", "4", "1"), ("1", "4", "2"), ("1", "4", "4"), ("2", "2", "1"),
                          ("2", "2", "2"), ("4", "1", "1")},
                         {(r["pe_rows"], r["pe_cols"], r["multiplier_array.F"])
                          for r in self.table()})
        self.plan(FIFO, BANKS, name="some.json", sample={"points": 3, "seed": 5})
        self.sweep("some.json")
        some = {r["point"] for r in self.table("some")}
        self.assertEqual(3, len(some))
        self.plan(BANKS, FIFO, name="some.json", sample={"points": 3, "seed": 5})
        self.sweep("some.json", "--resume")
        self.assertEqual(some, {r["point"] for r in self.table("some")}, "order does not matter")
        self.plan(FIFO, BANKS, name="some.json", sample={"points": 3, "seed": 6})
        self.sweep("some.json", "--resume")
        self.assertNotEqual(some, {r["point"] for r in self.table("some")})


class Tables(SweepTest):
    def test_the_three_tables_say_the_same(self):
        self.plan(FIFO, axis("/stride_mode", "phases", "discard"), energy="default")
        self.sweep("plan.json", "--pareto", "cycles,area_mm2,scnn_total_pJ")
        rows = self.table()
        table = self.load("plan/table.json")
        names = [c["name"] for c in table["columns"]]
        fewest = min(rows, key=lambda r: int(r["cycles"]))
        self.assertEqual({"net": fewest["point"]}, table["fewest_cycles"])
        self.assertEqual(list(rows[0]), names)
        self.assertEqual(["weight_fifo_entries", "stride_mode"],
                         [c["name"] for c in table["columns"] if c["axis"]])
        with h5py.File(self.path("plan/table.h5")) as file:
            self.assertEqual(names, list(file["columns"].attrs["order"]))
            for place, name in enumerate(names):
                column = file["columns"][name]
                for i, row in enumerate(rows):
                    value = table["rows"][i][place]
                    text = column[i].decode() if isinstance(column[i], bytes) else column[i]
                    self.assertEqual(value, text)
                    if isinstance(value, str):
                        self.assertEqual(value, row[name])
                    else:
                        self.assertEqual(value, float(row[name]))

    def test_integers_of_a_range_are_integers_in_the_tables(self):
        self.plan({"key": "/accumulator/banks", "log_range": {"from": 4, "to": 16, "factor": 2}})
        self.sweep()
        table = self.load("plan/table.json")
        place = [c["name"] for c in table["columns"]].index("accumulator.banks")
        self.assertEqual(["4", "8", "16"], [json.dumps(row[place]) for row in table["rows"]])
        with h5py.File(self.path("plan/table.h5")) as file:
            self.assertEqual("i", file["columns/accumulator.banks"].dtype.kind)

    def test_the_front_is_what_nothing_beats(self):
        self.plan(FIFO, BANKS, axis("/multiplier_array/I", 1, 2, 4))
        out = self.sweep("plan.json", "--pareto", "cycles,max:products,area_mm2").out
        rows = self.table()
        cost = [(int(r["cycles"]), -int(r["products"]), float(r["area_mm2"])) for r in rows]
        beaten = [any(all(x <= y for x, y in zip(other, own)) and other != own for other in cost)
                  for own in cost]
        self.assertEqual(["0" if b else "1" for b in beaten], [r["pareto"] for r in rows])
        self.assertIn(f"{beaten.count(False)} points that no other beats", out)
        fewest = min(int(r["cycles"]) for r in rows)
        self.assertIn(str(fewest), out.split("fewest cycles")[1].split("points that")[0])

    def test_tables_are_the_same_with_any_number_of_processes(self):
        self.plan(FIFO, BANKS)
        self.sweep("plan.json", "--jobs", "1", "--out", "one")
        self.sweep("plan.json", "--jobs", "3", "--out", "three")
        self.assertEqual(self.tables("one"), self.tables("three"))

    def test_a_range_and_a_list_are_the_same(self):
        self.plan(axis("/accumulator/banks", 8, 16), axis("density", 0.1, 0.2, 0.3),
                  networks=[{"file": "net.h5", "granularity": "fine"}], name="a.json")
        self.plan({"key": "/accumulator/banks", "range": {"from": 8, "to": 16, "step": 8}},
                  {"key": "density", "range": {"from": 0.1, "to": 0.3, "step": 0.1}},
                  networks=[{"file": "net.h5", "granularity": "fine"}], name="b.json")
        self.sweep("a.json", "--out", "a")
        self.sweep("b.json", "--out", "b")
        a, b = (json.loads(t["table.json"]) for t in (self.tables("a"), self.tables("b")))
        self.assertEqual((a["columns"], a["rows"]), (b["columns"], b["rows"]))

    def test_unverified_points_count_the_same(self):
        self.plan(FIFO, BANKS)
        self.plan(FIFO, BANKS, name="not.json", verify=False)
        self.sweep()
        self.sweep("not.json")
        counters = [[{k: v for k, v in r.items() if k != "point"} for r in self.table(f)]
                    for f in ("plan", "not")]
        self.assertEqual(*counters)
        self.assertFalse(any(json.loads(f.read_text())["host"]["verified"]
                             for f in self.results("not")))


class GoingOn(SweepTest):
    def test_results_are_not_computed_again(self):
        self.plan(FIFO)
        self.sweep()
        before = {f: os.stat(f).st_mtime_ns for f in self.results()}
        self.refuse("--out: plan holds a sweep, expected --resume to go on with it, or another "
                    "folder", "sweep", "plan.json")
        self.plan(axis("/weight_fifo_entries", 2, 4, 8))
        err = self.sweep("plan.json", "--resume").err
        self.assertIn("2 points already computed", err)
        self.assertEqual(3, len(self.results()))
        self.assertEqual(before, {f: os.stat(f).st_mtime_ns for f in before})

    def test_damaged_results_are_computed_again(self):
        self.plan(FIFO, BANKS)
        self.sweep()
        tables = self.tables()
        files = self.results()
        whole = {f: json.loads(f.read_text()) for f in files}
        text = files[0].read_text()
        files[0].write_text(text.replace('"cycles": ', '"cycles": 1', 1))
        files[1].write_text(files[1].read_text()[:200])
        files[2].write_bytes(b"")
        files[3].write_bytes(files[4].read_bytes())
        err = self.sweep("plan.json", "--resume").err
        self.assertIn("4 results damaged, computed again", err)
        self.assertEqual(tables, self.tables())
        for f in files:
            again = json.loads(f.read_text())
            self.assertEqual([whole[f][k] for k in ("layers", "total", "architecture")],
                             [again[k] for k in ("layers", "total", "architecture")])

    def test_a_failing_point_does_not_stop_the_others(self):
        base = {**BASE, "accumulator": {"entries_per_bank": 2, "capacity": "shrink-kc"}}
        self.plan(axis("/accumulator/banks", 1, 256), FIFO, architecture=base)
        err = self.sweep("plan.json", status=5).err
        self.assertIn("layer conv1: an accumulator window of 3x3 entries does not fit", err)
        rows = self.table()
        self.assertEqual(["failed", "failed", "done", "done"], [r["status"] for r in rows])
        self.assertEqual("", rows[0]["cycles"])
        with h5py.File(self.path("plan/table.h5")) as file:
            self.assertEqual([-1, -1], list(file["columns/cycles"][:2]))
            self.assertGreater(min(file["columns/cycles"][2:]), 0)
        self.assertIn("layer conv1", rows[0]["message"])
        self.assertEqual([None], list({r[-1] for r in self.load("plan/table.json")["rows"][:2]}))
        self.sweep("plan.json", "--resume", status=5)

    def test_a_process_that_is_killed_is_a_failed_point_and_resumes(self):
        zoo = [{"zoo": "alexnet", "densities": "published"}]
        self.plan(axis("seed", 1, 2, 3, 4), networks=zoo, architecture={})
        sweep = subprocess.Popen([SCNN, "sweep", "plan.json", "--jobs", "1"], cwd=self.folder,
                                 stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        children = pathlib.Path(f"/proc/{sweep.pid}/task/{sweep.pid}/children")
        while not (found := children.read_text(encoding="ascii").split()):
            time.sleep(0.001)
        os.kill(int(found[0]), signal.SIGKILL)
        err = sweep.communicate()[1]
        self.assertEqual(5, sweep.returncode)
        self.assertIn("its process was ended by signal 9", err)
        self.assertEqual(3, [r["status"] for r in self.table()].count("done"))
        self.sweep("plan.json", "--resume")
        self.assertEqual({"done"}, {r["status"] for r in self.table()})

    def test_a_network_that_changes_meanwhile_is_not_taken_for_itself(self):
        zoo = ["zoo", "alexnet", "--densities", "published", "--out", "big.h5"]
        self.succeed(*zoo)
        # The file that is read for the second half of the points is another.
        networks = [{"name": f"at {d}", "file": "big.h5", "granularity": "fine", "density": d / 10}
                    for d in range(1, 7)]
        self.plan(axis("/kc", 4, 8), networks=networks, architecture={})
        sweep = subprocess.Popen([SCNN, "sweep", "plan.json", "--jobs", "1"], cwd=self.folder,
                                 stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True)
        while sweep.poll() is None and not self.results():
            time.sleep(0.001)
        self.succeed("zoo", "alexnet", "--seed", "2", "--out", "other.h5")
        os.replace(self.path("other.h5"), self.path("big.h5"))
        err = sweep.communicate()[1]
        done = len(self.results())
        if done < 12:  # else it was through before the file changed
            self.assertEqual((1, "scnn: error: big.h5: has changed since the sweep began; start it "
                                 "again\n"), (sweep.returncode, err))
        self.succeed(*zoo)
        self.assertIn(f"{done} point{'s' * (done != 1)} already computed",
                      self.sweep("plan.json", "--resume").err)
        shas = {json.loads(f.read_text())["provenance"]["input_sha256"] for f in self.results()}
        self.assertEqual(1, len(shas))

    def test_a_result_stays_when_another_process_fails_on_its_point(self):
        self.plan(FIFO)
        self.sweep()
        seal = json.loads(self.results()[0].read_text())["sweep"]
        for damaged in ({"id": 5, "sha256": []}, [], {"id": seal["id"]}, None):
            result = json.loads(self.results()[0].read_text())
            result["sweep"] = damaged
            self.results()[0].write_text(json.dumps(result))
            self.assertIn("1 result damaged", self.sweep("plan.json", "--resume").err)

    def test_results_of_another_build_are_computed_again(self):
        self.plan(FIFO)
        self.sweep()
        tables = self.tables()
        for file in self.results():
            result = json.loads(file.read_text())
            result["provenance"]["git_commit"] = "0" * 40
            result["total"]["counters"]["cycles"] = 1
            del result["sweep"]
            # Sealed as the program does it: by the text without the seal.
            text = json.dumps(result, indent=2, ensure_ascii=False) + "\n"
            result["sweep"] = {"id": file.stem,
                               "sha256": hashlib.sha256(text.encode()).hexdigest()}
            file.write_text(json.dumps(result, indent=2) + "\n")
        err = self.sweep("plan.json", "--resume").err
        self.assertIn("2 results of another build of this program", err)
        self.assertEqual(tables, self.tables())

    def test_a_folder_that_cannot_be_written_ends_the_sweep(self):
        self.plan(FIFO, BANKS)
        self.sweep()
        blocked = self.results()[0].parent
        shutil.rmtree(blocked)
        blocked.write_text("in the way")
        outcome = self.scnn("sweep", "plan.json", "--resume")
        self.assertEqual(1, outcome.status)
        self.assertEqual(1, outcome.err.count("scnn: error:"), outcome.err)

    def test_a_merge_needs_every_shard(self):
        self.plan(FIFO, BANKS)
        self.sweep("plan.json", "--out", "whole")
        self.sweep("plan.json", "--shard", "1/2")
        outcome = self.scnn("sweep", "--merge", "plan")
        self.assertEqual(5, outcome.status)
        self.assertIn("of 6 points are missing", outcome.err)
        self.assertFalse(self.path("plan/table.csv").exists())
        self.sweep("plan.json", "--shard", "2/2")
        self.succeed("sweep", "--merge", "plan")
        self.assertEqual(self.tables("whole"), self.tables("plan"))
        self.plan(FIFO)
        self.refuse("--out: plan holds a sweep of another plan, expected the same for every shard",
                    "sweep", "plan.json", "--shard", "1/2")


if __name__ == "__main__":
    main()
