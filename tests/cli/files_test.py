#!/usr/bin/python3
"""Files appear whole or not at all. Usage: files_test.py SCNN [unittest options]

The full disk is a small tmpfs in a mount namespace of its own; where that cannot be had,
those tests are skipped.
"""

import os
import signal
import subprocess
import time
import unittest

from program import SCNN, ProgramTest, main

# Mounts a tmpfs over FOLDER ($1), copies the network into it, fills it but for $2 KiB,
# runs the rest of the arguments there, and says what is left.
ON_SMALL_DISK = """
set -e
folder=$1 room=$2; shift 2
mount -t tmpfs -o size=256k tmpfs "$folder/disk"
cp "$folder/net.h5" "$folder/disk"; cd "$folder/disk"
echo old > result
dd if=/dev/zero of=filler bs=1k count=1024 2>/dev/null || true
truncate -s $(( $(stat -c %s filler) - room * 1024 )) filler
set +e
"$@" > /dev/null
echo "status $?"; ls -A; cat result
"""


def can_mount():
    probe = subprocess.run(["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"],
                           capture_output=True, check=False)
    return probe.returncode == 0


@unittest.skipUnless(can_mount(), "no mount namespace can be made here")
class FullDisk(ProgramTest):
    def on_small_disk(self, room, *arguments):
        self.network()
        self.path("disk").mkdir(exist_ok=True)
        done = subprocess.run(["unshare", "-rm", "bash", "-c", ON_SMALL_DISK, "bash", self.folder,
                               str(room), SCNN, *arguments], capture_output=True, text=True,
                              check=False, timeout=120)
        return done.stderr, done.stdout

    def test_there_is_room_without_the_filler(self):
        error, left = self.on_small_disk(200, "run", "--network", "net.h5", "--json", "result")
        self.assertEqual("", error)
        self.assertTrue(left.startswith("status 0\nfiller\nnet.h5\nresult\n{\n"), left)

    def test_a_full_disk_is_one_line_and_status_1_and_the_old_file_is_intact(self):
        run = ["run", "--network", "net.h5"]
        prune = ["prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.5"]
        cases = {
            "json": [*run, "--json", "result"],
            "csv": [*run, "--csv", "result"],
            "outputs": [*run, "--outputs", "result"],
            "prune": [*prune, "--out", "result"],
            "encode": ["encode", "--network", "net.h5", "--out", "result"],
            "zoo": ["zoo", "alexnet", "--out", "result"],
            "compare": ["compare", "--network", "net.h5", "--json", "result"],
        }
        for name, arguments in cases.items():
            with self.subTest(name):
                error, left = self.on_small_disk(0, *arguments)
                self.assertRegex(error, r"^scnn: error: result\S*: cannot be \w+: [^\n]+\n$")
                self.assertIn("No space left on device", error)
                self.assertEqual("status 1\nfiller\nnet.h5\nresult\nold\n", left)


class Unwritable(ProgramTest):
    def test_a_folder_that_is_not_there_is_one_line_and_status_1(self):
        net = self.network()
        reason = "No such file or directory"
        for option in ["--json", "--csv", "--outputs"]:
            self.refuse(f"none/r: cannot be created: {reason}",
                        "run", "--network", net, option, "none/r", status=1)
        self.refuse(f"none/r: cannot be created: {reason}", "prune", "--network", net,
                    "--granularity", "fine", "--density", "0.5", "--out", "none/r", status=1)

    def test_a_name_that_belongs_to_a_folder_is_refused(self):
        self.path("r").mkdir()
        self.refuse("r: cannot be written: it is a folder, expected a file name",
                    "run", "--network", self.network(), "--json", "r", status=1)

    def test_a_folder_without_write_permission_is_refused(self):
        if os.geteuid() == 0:
            self.skipTest("the superuser writes everywhere")
        self.path("locked").mkdir(mode=0o500)
        self.refuse("locked/r: cannot be created: Permission denied",
                    "run", "--network", self.network(), "--json", "locked/r", status=1)

    def test_an_unwritable_file_is_noticed_before_the_work(self):
        self.succeed("zoo", "alexnet", "--out", "a.h5")
        start = time.monotonic()
        self.refuse("none/r: cannot be created: No such file or directory", "run", "--network",
                    "a.h5", "--engine", "clocked", "--csv", "none/r", status=1)
        self.assertLess(time.monotonic() - start, 5, "it ran before it looked")

    def test_a_device_that_is_full_is_status_1(self):
        self.refuse("/dev/full: cannot be written: No space left on device",
                    "run", "--network", self.network(), "--json", "/dev/full", status=1)


class Replacing(ProgramTest):
    def test_an_error_leaves_the_old_file_as_it_was(self):
        self.network(inputs=False)
        self.write("r.json", "old")
        self.refuse("net.h5:/layers/conv1: has no dataset input and no attribute input_density, "
                    "expected one of the two, or --activation-density",
                    "run", "--network", "net.h5", "--json", "r.json")

    def test_what_a_link_points_to_is_replaced_not_the_link(self):
        self.network()
        self.write("real.json", "old")
        self.path("link.json").symlink_to("real.json")
        self.succeed("run", "--network", "net.h5", "--json", "link.json")
        self.assertTrue(self.path("link.json").is_symlink())
        self.assertIn("scnn-result/1", self.path("real.json").read_text())
        self.assertEqual({"link.json", "net.h5", "real.json"}, set(self.files()))


class Interrupted(ProgramTest):
    """One multiplier takes minutes for a layer of AlexNet, clocked. The waveform's file
    beside its name shows that the run has begun."""

    def start(self):
        self.succeed("zoo", "alexnet", "--out", "a.h5")
        self.write("r.json", "old")
        self.write("one.json", {"pe_rows": 1, "pe_cols": 1, "multiplier_array": {"F": 1, "I": 1}})
        process = subprocess.Popen(
            [SCNN, "run", "--network", "a.h5", "--arch", "one.json", "--engine", "clocked",
             "--json", "r.json", "--outputs", "o.h5", "--trace", "t.json", "--vcd", "w.vcd",
             "--vcd-to", "9"],
            cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.kill)
        deadline = time.monotonic() + 60
        while not (list(self.folder.glob("w.vcd.part*")) and
                   list(self.folder.glob("t.json.part*"))):
            self.assertLess(time.monotonic(), deadline, "the run does not begin")
            self.assertIsNone(process.poll(), "the run is over already")
            time.sleep(0.02)
        return process

    def end(self, number, status):
        process = self.start()
        time.sleep(0.3)
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
        self.assertEqual((status, "", "scnn: error: interrupted\n"), (process.returncode, out, err))
        self.assertEqual({"a.h5", "one.json", "r.json"}, set(self.files()))
        self.assertEqual("old", self.path("r.json").read_text())

    def test_ctrl_c_ends_a_run_with_status_130_and_leaves_nothing(self):
        self.end(signal.SIGINT, 130)

    def test_a_request_to_terminate_cleans_up_as_well(self):
        self.end(signal.SIGTERM, 143)

    def test_the_second_signal_does_not_wait(self):
        process = self.start()
        process.send_signal(signal.SIGSTOP)  # both arrive before the first can be answered
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=60)
        self.assertIn(process.returncode, [130, 143])
        self.assertEqual("old", self.path("r.json").read_text())


if __name__ == "__main__":
    main()
