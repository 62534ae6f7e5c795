#!/usr/bin/python3
"""The Slurm cluster of the tests is one: it queues, runs, cancels, and leaves nothing behind.

Usage: cluster_test.py [unittest options]; skipped (77) where no cluster can run
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import unittest

from cluster import Cluster, obstacle

# Starts a cluster with a job that has left its session, says where, and never ends by itself.
FORGETFUL = """\
import sys, time
sys.path.insert(0, sys.argv[1])
from cluster import Cluster
with Cluster() as cluster:
    job = cluster.submit("--wrap", "setsid sleep 1000 & touch background; sleep 1000")
    while not (cluster.folder / "background").exists():
        time.sleep(0.05)
    print(cluster.folder, flush=True)
    time.sleep(1000)
"""


def processes_of(folder):
    """Processes started by the cluster of that folder: it is in the environment of all of them."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (path / "environ").read_bytes():
                found.append(int(path.name))
        except OSError:
            pass  # it has ended, or is somebody else's
    return found


def listeners(ports):
    """Addresses, as the kernel writes them, at which those ports take connections."""
    found = []
    for table in ["/proc/net/tcp", "/proc/net/tcp6"]:
        for line in pathlib.Path(table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, port = local.split(":")
            if state == "0A" and int(port, 16) in ports:
                found.append(address)
    return found


class ClusterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = cls.enterClassContext(Cluster())

    def test_a_job_runs_after_every_task_of_the_array_it_depends_on(self):
        folder = self.cluster.folder
        array = self.cluster.submit("--array=1-3", "--wrap", "echo $SLURM_ARRAY_TASK_ID > "
                                                             "task$SLURM_ARRAY_TASK_ID")
        after = self.cluster.submit(f"--dependency=afterok:{array}", "--wrap", "cat task* > all")
        self.assertEqual({None: "COMPLETED"}, self.cluster.wait(after))
        self.assertEqual({n: "COMPLETED" for n in [1, 2, 3]}, self.cluster.states(array))
        self.assertEqual("1\n2\n3\n", (folder / "all").read_text())

    def test_a_cancelled_task_ends_alone_and_what_depends_on_the_array_never_starts(self):
        array = self.cluster.submit("--array=1-2", "--wrap",
                                    "test $SLURM_ARRAY_TASK_ID = 1 || sleep 1000")
        after = self.cluster.submit(f"--dependency=afterok:{array}", "--kill-on-invalid-dep=yes",
                                    "--wrap", "touch never")
        self.cluster.wait(array, task=2, until={"RUNNING"})
        self.cluster.cancel(f"{array}_2")
        self.assertEqual({1: "COMPLETED", 2: "CANCELLED"}, self.cluster.wait(array))
        self.assertEqual({None: "CANCELLED"}, self.cluster.wait(after))
        self.assertFalse((self.cluster.folder / "never").exists())

    def test_it_listens_on_the_loopback_only(self):
        text = (self.cluster.folder / "slurm.conf").read_text()
        ports = {int(p) for p in re.findall(r"^Slurm\w+Port=(\d+)$", text, flags=re.MULTILINE)}
        self.assertEqual(2, len(ports))
        self.assertEqual(["0100007F"] * 2, listeners(ports))

    def test_nothing_outlives_a_test_that_is_killed(self):
        here = pathlib.Path(__file__).resolve().parent
        test = subprocess.Popen([sys.executable, "-c", FORGETFUL, here], stdout=subprocess.PIPE,
                                text=True)
        with test:
            folder = pathlib.Path(test.stdout.readline().strip())
            self.assertGreaterEqual(len(processes_of(folder)), 6, "daemons, a step, its processes")
            os.kill(test.pid, signal.SIGKILL)
        end = time.monotonic() + 60
        while (folder.exists() or processes_of(folder)) and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual([], processes_of(folder))
        self.assertFalse(folder.exists())


if __name__ == "__main__":
    WHY = obstacle()
    if WHY:
        print(f"skipped: {WHY}")
        sys.exit(77)
    unittest.main()
