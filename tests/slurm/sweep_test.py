#!/usr/bin/python3
"""A sweep on a real Slurm cluster, killed and resumed, has the tables of a single process.

Usage: sweep_test.py SCNN [unittest options]; skipped (77) where no cluster can run
"""

import sys
import time

from cluster import Cluster, obstacle
from sharded import POINTS, TABLES, TASKS, SweepTest, main


class OnSlurm(SweepTest):
    def setUp(self):
        self.cluster = self.enterContext(Cluster())
        self.folder = self.root / self._testMethodName
        self.script = self.root / f"{self._testMethodName}.sh"
        self.sweep("--out", self.folder, "--slurm", self.script, "--array", TASKS)

    def submit(self):
        """Numbers of the array and of the merge job, as the script prints them."""
        lines = self.cluster.run("bash", self.script, cwd=self.root).splitlines()
        numbers = dict(line.split() for line in lines)
        self.assertEqual(["array", "merge"], list(numbers))
        return int(numbers["array"]), int(numbers["merge"])

    def logs(self):
        return "\n".join(f"--- {p.name}\n{p.read_text()}"
                         for p in sorted((self.folder / "slurm").glob("*.out")))

    def meet(self, array):
        """A task that runs, when there are some results but not all."""
        end = time.monotonic() + 300
        while time.monotonic() < end:
            states = self.cluster.states(array)
            running = [task for task, state in states.items() if state == "RUNNING"]
            if running and self.results(self.folder):
                self.assertLess(len(self.results(self.folder)), POINTS)
                return running[0]
            time.sleep(0.02)
        self.fail(f"no task was met while it ran: {self.cluster.states(array)}\n{self.logs()}")

    def assert_done(self, array, merge):
        self.assertEqual({None: "COMPLETED"}, self.cluster.wait(merge), self.logs())
        self.assertEqual({t: "COMPLETED" for t in range(1, TASKS + 1)}, self.cluster.states(array))
        self.assertEqual(POINTS, len(self.results(self.folder)))
        self.assert_tables_equal(self.folder)

    def test_a_cancelled_task_is_made_good_by_submitting_again(self):
        array, merge = self.submit()
        task = self.meet(array)
        self.cluster.cancel(f"{array}_{task}")
        states = self.cluster.wait(array)
        self.assertEqual("CANCELLED", states.pop(task))
        self.assertEqual(["COMPLETED"] * (TASKS - 1), list(states.values()), self.logs())
        self.assertEqual({None: "CANCELLED"}, self.cluster.wait(merge), "it has nothing to merge")
        self.assertLess(len(self.results(self.folder)), POINTS)
        self.assertEqual([], [n for n in TABLES if (self.folder / n).exists()])
        kept = {p: p.stat().st_mtime_ns for p in self.results(self.folder)}
        self.assert_done(*self.submit())
        self.assertEqual(kept, {p: p.stat().st_mtime_ns for p in kept}, "results were made twice")

    def test_a_requeued_task_goes_on_by_itself(self):
        array, merge = self.submit()
        task = self.meet(array)
        self.cluster.run("scontrol", "requeue", f"{array}_{task}")
        # Slurm would wait two minutes, in case the node is ill.
        self.cluster.wait(array, task, until={"PENDING"})
        self.cluster.run("scontrol", "update", f"JobId={array}_{task}", "StartTime=now")
        self.assert_done(array, merge)
        self.assertIn("Restarts=1", self.cluster.run("scontrol", "show", "job", f"{array}_{task}"))


if __name__ == "__main__":
    WHY = obstacle()
    if WHY:
        print(f"skipped: {WHY}")
        sys.exit(77)
    main()
