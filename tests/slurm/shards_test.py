#!/usr/bin/python3
"""Shards of a sweep, side by side in one folder, merge to the tables of a single process.

Usage: shards_test.py SCNN [unittest options]; cases of tools that are not installed are skipped
"""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from sharded import SCNN, TASKS, SweepTest, main

PAGE = pathlib.Path(__file__).resolve().parent.parent.parent / "docs/cluster.md"


class Shards(SweepTest):
    def test_shards_at_the_same_time_are_merged(self):
        folder = self.root / "together"
        shards = [subprocess.Popen([SCNN, "sweep", self.plan, "--out", folder, "--quiet",
                                    "--jobs", "1", "--shard", f"{i}/{TASKS}"],
                                   stdout=subprocess.DEVNULL)
                  for i in range(1, TASKS + 1)]
        self.assertEqual([0] * TASKS, [s.wait() for s in shards])
        self.sweep("--merge", folder, plan=False)
        self.assert_tables_equal(folder)

    @unittest.skipUnless(shutil.which("parallel"), "Debian's package is parallel")
    def test_shards_under_gnu_parallel_are_merged(self):
        folder = self.root / "parallel"
        command = ["parallel", "--quote", "--jobs", "2", SCNN, "sweep", self.plan, "--out", folder,
                   "--resume", "--shard", f"{{}}/{TASKS}", ":::", *range(1, TASKS + 1)]
        subprocess.run(list(map(str, command)), check=True, capture_output=True)
        self.sweep("--merge", folder, plan=False)
        self.assert_tables_equal(folder)

    @unittest.skipUnless(shutil.which("snakemake"), "Debian's package is snakemake")
    def test_the_snakefile_of_the_documentation_makes_the_tables(self):
        folder = self.root / "snakemake"
        folder.mkdir()
        shutil.copy(self.plan, folder)
        snakefile = re.search(r"```python\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)[1]
        (folder / "Snakefile").write_text(snakefile)
        subprocess.run(["/usr/bin/snakemake", "--cores", "2"], check=True, capture_output=True,
                       cwd=folder, env=dict(os.environ, PATH=f"{SCNN.parent}:{os.environ['PATH']}",
                                            XDG_CACHE_HOME=str(folder)))
        self.assert_tables_equal(folder / "out")


if __name__ == "__main__":
    main()
