#!/usr/bin/python3
"""What can be mended ends in one line and status 2.

Usage: mistakes_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import shutil
import subprocess
import sys

import h5py
import numpy

from retraining import SCRIPT, RetrainTest, main

import torch
from PIL import Image


class Mistakes(RetrainTest):
    def refuse_run(self, message, *options, model="net.py:Net", data="pictures"):
        with self.subTest(message):
            self.assertEqual(message, self.mistake("out", "--adapt-only", *options, model=model,
                                                   data=data))

    def test_the_process_says_it_on_its_standard_error(self):
        done = self.script("out", "--granularity", "row")
        self.assertEqual((2, "", 'prune_retrain.py: error: --granularity: found "row", expected some of '
                                 "fine, vector, kernel, filter\n"),
                         (done.returncode, done.stdout, done.stderr))
        self.assertFalse(self.path("out").exists())

    def test_a_command_line_that_cannot_be_read(self):
        for options, message in [
                (["--bacth", 5], "unrecognized arguments: --bacth 5"),
                (["a\nb"], "unrecognized arguments: a b"),
                (["--batch", "x"], "argument --batch: invalid int value: 'x'"),
                (["--precision", "int8"], "argument --precision: invalid choice: 'int8' (choose from "
                                          "'float32', 'bf16')"),
                (["--state"], "argument --state: expected one argument")]:
            self.check_refused(self.script("out", *options), message)
        self.check_refused(subprocess.run([SCRIPT], capture_output=True, text=True, check=False),
                           "the following arguments are required: MODULE:FACTORY, --data, --work")

    def check_refused(self, done, message):
        with self.subTest(message):
            self.assertEqual((2, "", f"prune_retrain.py: error: {message} (see --help)\n"),
                             (done.returncode, done.stdout, done.stderr))

    def test_options(self):
        for options, message in [
                (["--granularity", "row"],
                 '--granularity: found "row", expected some of fine, vector, kernel, filter'),
                (["--schedule", "0.5,1.5"],
                 '--schedule: found "0.5,1.5", expected numbers above 0, at most 1, separated by '
                 "commas"),
                (["--schedule", "0.5,0.6"], '--schedule: found "0.5,0.6", expected falling densities'),
                (["--mean", "0.5"], "--mean: found 1 numbers, expected three"),
                (["--epochs", "-1"], "--epochs: found -1, expected 0 to 1e+06"),
                (["--weight-bits", "9"], "--weight-bits: found 9, expected 2 to 8"),
                (["--densities", "d.json", "--from-sensitivity"],
                 "--densities: found beside --from-sensitivity, expected one of them")]:
            self.refuse_run(message, *options)

    def test_the_network_and_its_parameters(self):
        self.refuse_run('MODULE:FACTORY: found "net.py", expected FILE.py:NAME or MODULE:NAME',
                        model="net.py")
        self.refuse_run("none.py: there is no such Python file", model="none.py:Net")
        self.refuse_run("MODEL: net.py:number is int, expected a module", model="net.py:number")
        self.refuse_run("MODULE:FACTORY: there is no module nothing_here (No module named "
                        "'nothing_here')", model="nothing_here:Net")
        self.refuse_run("none.pth: there is no such file", "--state", "none.pth")
        torch.save({"first.weight": torch.zeros(8, 3, 3, 3)}, self.path("part.pth"))
        self.refuse_run("part.pth: has no block.0.weight (13 parameters are missing)", "--state",
                        "part.pth")
        with h5py.File(self.path("part.h5"), "w") as file:
            file["first.weight"] = numpy.zeros((8, 3, 5, 5), numpy.float32)
        self.refuse_run("part.h5: first.weight has shape [8, 3, 5, 5], expected [8, 3, 3, 3]",
                        "--state", "part.h5")

    def test_the_pictures(self):
        self.refuse_run("empty: has no folder train, expected train/CLASS/PICTURE", data="empty")
        self.path("bare/train/a").mkdir(parents=True)
        self.refuse_run("bare/train: holds no pictures, expected train/CLASS/PICTURE (.bmp, .jpeg, "
                        ".jpg, .png, .ppm, .webp)", data="bare")
        shutil.copytree(self.path("pictures"), self.path("mixed"))
        Image.new("RGB", (9, 7)).save(self.path("mixed/train/half/999.png"))
        self.refuse_run("mixed/train/half/999.png: is 9 x 7, expected 12 x 12 as "
                        "mixed/train/columns/000.png (--size N scales all pictures)", data="mixed")
        self.assertEqual([], list(self.path("out").rglob("*train*")), "half a file was left")
        shutil.copytree(self.path("pictures"), self.path("other"))
        self.path("other/test/rows").rename(self.path("other/test/lines"))
        self.refuse_run("other: train and test have different classes", data="other")
        self.write("pictures/train/half/000.png", "no picture")
        self.assertIn("pictures/train/half/000.png: cannot be read as a picture: ",
                      self.mistake("out2", "--adapt-only"))

    def test_what_comes_from_the_program(self):
        self.assertIn('scnn prune: scnn: error: --skip: "nothing" matches no layer of ',
                      self.mistake("out", "--skip", "nothing"))
        self.assertIn("--scnn: there is no program no-such-program, expected a build of scnn ",
                      self.mistake("out", "--scnn", "no-such-program"))
        self.assertEqual("out/sensitivity-fine-s1.json: there is no scan, expected one (run with "
                         "--sensitivity first)",
                         self.mistake("out", "--from-sensitivity", "--granularity", "fine"))
        self.write("none.json", {"nothing": 0.5})
        self.assertEqual("scnn prune: no layer was pruned, expected at least one (see --skip and "
                         "--densities)", self.mistake("out", "--densities", "none.json"))

    def test_training_that_diverges(self):
        # Weight decay that is too strong turns every weight's sign and multiplies it.
        message = self.mistake("out", "--adapt-epochs", 2, "--adapt-learning-rate", 500, "--adapt-only",
                               "--weight-decay", 1000, "--batch", 16)
        self.assertRegex(message, r"^adapting: the loss is (nan|inf) at batch \d+ of 32 with learning "
                                  r"rate [1-4]\d\d(\.\d+)?, expected a number \(try a smaller learning "
                                  r"rate\)$")
        self.assertEqual(["dense"], [entry["stage"] for entry in self.log("out")])
        self.assertEqual([], list(self.path("out").rglob("*.pt")), "a checkpoint was written")

    def test_files_that_are_something_else(self):
        self.path("out").mkdir()
        self.write("out/accuracy.jsonl", '{"format": "scnn-accuracy"}\n{"half": \n')
        self.refuse_run("out/accuracy.jsonl:2: is no line of an accuracy log")
        self.network("net.h5")
        self.refuse_run("net.h5: does not hold this network: \"Unable to open object (object 'first' "
                        "doesn't exist)\"", "--evaluate", "net.h5")


if __name__ == "__main__":
    sys.exit(main())
