#!/usr/bin/python3
"""What tools/prune_retrain.py draws on a terminal, and that nothing of it is left.

Usage: terminal_test.py SCNN [unittest options]; skipped (77) without PyTorch or python3-pyte
"""

import re
import shutil
import sys

import numpy

from retraining import MODEL, RetrainTest, main
from screen import Terminal, require_pyte

from PIL import Image

# Batches that last long enough to be drawn one by one.
SLOW = """
import time


class Slow(Net):
    def forward(self, x):
        if self.training:
            time.sleep(0.25)
        return super().forward(x)
"""


class Seen(RetrainTest):
    def setUp(self):
        super().setUp()
        self.write("net.py", MODEL + SLOW)

    def start(self, columns, *options, data="pictures"):
        words = self.command("out", "--adapt-only", "--adapt-epochs", 40, "--batch", 16, *options,
                             model="net.py:Slow", data=data)
        return Terminal(words, self.folder, columns, env={"OMP_NUM_THREADS": "1"})

    def check_drawn(self, terminal, title):
        """The progress was seen, never on more than the screen's last line."""
        drawn = [state.splitlines() for state in terminal.states if f"\n{title}" in f"\n{state}"]
        self.assertTrue(drawn, "nothing was drawn")
        for lines in drawn:
            found = [index for index, line in enumerate(lines) if line.startswith(title)]
            self.assertEqual([len(lines) - 1], found, lines)

    def check_left(self, terminal, *messages):
        """These lines, wrapped at the terminal's width, are all that the screen shows."""
        columns = terminal.screen.columns
        wrapped = [m[i:i + columns].rstrip() for m in messages for i in range(0, len(m), columns)]
        self.assertEqual(wrapped, terminal.shown().splitlines())

    def dense(self):
        return f"dense: {self.log('out')[0]['accuracy']:.4f}"

    def test_a_run_that_is_stopped(self):
        for columns in (100, 24):
            with self.subTest(columns):
                shutil.rmtree(self.path("out"), ignore_errors=True)
                terminal = self.start(columns)
                terminal.wait_for(lambda text: "adapting: 2/640 loss" in text)
                terminal.type("\x03")
                self.assertEqual(130, terminal.finish())
                (done,) = re.findall(rb"stopped after (\d+) of 640 batches", terminal.sent)
                self.check_drawn(terminal, "adapting: ")
                self.check_left(terminal, self.dense(), f"prune_retrain.py: adapting: stopped after "
                                f"{int(done)} of 640 batches; the same command goes on from there")

    def test_training_that_diverges(self):
        terminal = self.start(60, "--adapt-learning-rate", 500, "--weight-decay", 1000)
        self.assertEqual(2, terminal.finish())
        self.check_drawn(terminal, "adapting: ")
        self.assertRegex(terminal.shown(), fr"^{self.dense()}\nprune_retrain\.py: error: adapting: the ")

    def test_a_picture_that_is_refused(self):
        self.path("large/train/half").mkdir(parents=True)
        noise = numpy.random.default_rng(1).integers(0, 256, (700, 700, 3), numpy.uint8)
        Image.fromarray(noise).save(self.path("large/train/half/000.png"))
        for index in range(1, 150):  # for long enough to be drawn
            self.path(f"large/train/half/{index:03}.png").symlink_to("000.png")
        self.write("large/train/half/150.png", "no picture")
        terminal = self.start(26, "--size", 12, data="large")
        self.assertEqual(2, terminal.finish())
        self.check_drawn(terminal, "decoding train: ")
        self.assertRegex(terminal.shown().replace("\n", ""),
                         r"^prune_retrain\.py: ?error: ?large/train/half/150\.png: ?cannot")


if __name__ == "__main__":
    require_pyte()
    sys.exit(main())
