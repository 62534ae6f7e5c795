#!/usr/bin/python3
"""A sweep that is killed at random moments and resumed ends in the same tables every time.

Usage: kill_test.py SCNN [unittest options]
"""

import json
import os
import random
import shutil
import signal
import subprocess
import time

from program import SCNN, ProgramTest, main

MOMENTS = 50
POINTS = 32
SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]


class Kill(ProgramTest):
    def setUp(self):
        super().setUp()
        self.network()
        axes = [{"key": "/dram/bytes_per_cycle", "range": {"from": 1, "to": 8, "step": 1}},
                {"key": "/accumulator/queue_threshold", "values": [0, 4]},
                {"key": "/accumulator/banks", "values": [4, 32]}]
        self.write("plan.json", {"schema": "scnn-sweep/1", "networks": [{"file": "net.h5"}],
                                 "architecture": {"pe_rows": 4, "pe_cols": 4}, "axes": axes,
                                 "pareto": ["cycles", "area_mm2"]})

    def tables(self, folder):
        return {name: (self.path(folder) / name).read_bytes()
                for name in ("table.csv", "table.json", "table.h5")}

    def results(self, folder):
        """Finished results and when they were written."""
        return {f: os.stat(f).st_mtime_ns for f in (self.path(folder) / "points").glob("*/*.json")}

    def kill_one(self, share, number, folder):
        """Starts the sweep and ends it when some share of its results is there, and a moment more.

        Returns whether it was still running.
        """
        sweep = subprocess.Popen([SCNN, "sweep", "plan.json", "--out", folder, "--jobs", "2",
                                  "--resume"], cwd=self.folder, stderr=subprocess.PIPE,
                                 stdout=subprocess.DEVNULL, text=True, start_new_session=True)
        while sweep.poll() is None and len(self.results(folder)) < share * POINTS:
            time.sleep(0.0005)
        time.sleep(self.draws.uniform(0, 0.01))
        running = sweep.poll() is None
        # Ctrl-C goes to every process of the terminal, the others to the parent alone.
        if running and number == signal.SIGINT:
            os.killpg(sweep.pid, number)
        elif running:
            os.kill(sweep.pid, number)
        err = sweep.communicate()[1]
        if running and sweep.returncode != 0:
            # Before the program is ready for it, a signal does what it does to any program.
            self.assertIn(sweep.returncode, (-number, 128 + number), err)
        return running

    def test_killed_and_resumed(self):
        self.succeed("sweep", "plan.json", "--out", "whole", "--jobs", "2")
        expected = self.tables("whole")
        self.draws = random.Random(1)
        alive = 0
        for moment in range(MOMENTS):
            shutil.rmtree(self.path("killed"), ignore_errors=True)
            alive += self.kill_one(self.draws.uniform(0, 0.9), SIGNALS[moment % 3], "killed")
            done = self.results("killed")
            for file in done:
                json.loads(file.read_text(encoding="utf-8"))  # whole, whatever the moment
            self.succeed("sweep", "plan.json", "--out", "killed", "--jobs", "2", "--resume")
            self.assertEqual(expected, self.tables("killed"), f"moment {moment}")
            again = self.results("killed")
            self.assertEqual(done, {f: again[f] for f in done}, "a finished point was lost")
        self.assertGreater(alive, MOMENTS // 2, "most sweeps had ended before they were killed")


if __name__ == "__main__":
    main()
