#!/usr/bin/python3
"""A run that was stopped goes on where it stopped and ends as one that was not.

Usage: resume_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from retraining import RetrainTest, layers_of, main, write_pictures

OPTIONS = ["--granularity", "fine,kernel", "--schedule", "0.5,0.2", "--adapt-epochs", 2, "--epochs", 4,
           "--batch", 16, "--crop-padding", 1]


class Resume(RetrainTest):
    @classmethod
    def setUpClass(cls):
        """The run without a stop, once for all tests."""
        cls.kept = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.kept.cleanup)

    def setUp(self):
        super().setUp()
        kept = pathlib.Path(self.kept.name, "whole")
        if not kept.exists():
            self.train("whole", *OPTIONS)
            shutil.copytree(self.path("whole"), kept)
        else:
            shutil.copytree(kept, self.path("whole"))

    def provide_pictures(self):
        """The same files for all tests: checkpoints belong to them."""
        kept = pathlib.Path(self.kept.name, "pictures")
        if not kept.exists():
            write_pictures(kept)
        self.path("pictures").symlink_to(kept)

    def start(self):
        return subprocess.Popen(self.command("parts", *OPTIONS), cwd=self.folder, text=True,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=dict(os.environ, OMP_NUM_THREADS="1"))

    def stop_when(self, name, number):
        """Starts the run, sends the signal as soon as the file is there."""
        with self.start() as running:
            while running.poll() is None and not self.path(f"parts/{name}").exists():
                time.sleep(0.002)
            self.assertIsNone(running.poll(), "it ended before it was stopped")
            running.send_signal(number)
            _, messages = running.communicate(timeout=120)
        return running.returncode, messages

    def logged(self, work):
        return (self.path(work) / "accuracy.jsonl").read_bytes()

    def check_equal(self):
        self.assertEqual(self.logged("whole"), self.logged("parts"))
        names = sorted(p.name for p in self.path("whole/networks").iterdir())
        self.assertEqual(names, sorted(p.name for p in self.path("parts/networks").iterdir()))
        for name in names:
            self.assertEqual(str(layers_of(self.path(f"whole/networks/{name}"))),
                             str(layers_of(self.path(f"parts/networks/{name}"))))
            self.assertEqual(self.path(f"whole/networks/{name}").read_bytes(),
                             self.path(f"parts/networks/{name}").read_bytes())
        self.assertEqual([], list(self.path("parts").rglob("*.part-*")))

    def test_killed_and_interrupted_and_terminated(self):
        status, _ = self.stop_when("checkpoints/adapted-s1.pt", signal.SIGKILL)
        self.assertEqual(-signal.SIGKILL, status)
        for name, number in [("masks/fine-0.5-s1.h5", signal.SIGINT),
                             ("masks/kernel-0.5-s1.h5", signal.SIGTERM)]:
            status, messages = self.stop_when(name, number)
            self.assertEqual(130, status, messages)
            self.assertRegex(messages, r"^prune_retrain.py: .*stopped.*; the same command goes on "
                                       r"from there\n$")
        self.train("parts", *OPTIONS)
        self.check_equal()
        # Everything is known now: nothing is logged twice.
        self.train("parts", *OPTIONS)
        self.check_equal()

    def test_side_by_side_and_one_at_a_time(self):
        runs = [subprocess.Popen(self.command("parts", *OPTIONS[2:], "--granularity", g),
                                 cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                 text=True) for g in ("fine", "kernel", "kernel")]
        outcomes = []
        for running in runs:
            _, messages = running.communicate(timeout=120)
            outcomes.append((running.returncode, messages))
        self.assertEqual((0, ""), outcomes[0])
        # Of two for one chain the slower is refused, or finds everything done.
        for status, messages in outcomes[1:]:
            if status:
                self.assertEqual((2, "prune_retrain.py: error: parts/checkpoints/kernel-s1.lock: "
                                     "another run is at work on this, expected one at a time\n"),
                                 (status, messages))
        self.assertIn((0, ""), outcomes[1:])
        self.assertEqual(*[sorted(self.logged(work).splitlines()) for work in ("whole", "parts")])

    def test_other_options_do_not_go_on_from_these_checkpoints(self):
        self.assertEqual("whole/checkpoints/fine-0.5-s1.pt: was made with other options or weights, "
                         "expected those of this run (take another --work, or remove the file)",
                         self.mistake("whole", *OPTIONS, "--learning-rate", 0.5))

    def test_another_seed_gives_another_network(self):
        self.train("parts", *OPTIONS, "--seed", 2)
        one = layers_of(self.path("whole/networks/fine-0.5-s1.h5"))["last"][1]["weights"]
        two = layers_of(self.path("parts/networks/fine-0.5-s2.h5"))["last"][1]["weights"]
        self.assertTrue((one != two).any())


if __name__ == "__main__":
    sys.exit(main())
