#!/usr/bin/python3
"""A short run of ResNet-20 on photographs, from trained weights.

Usage: real_pictures_test.py SCNN [unittest options]; skipped (77) without PyTorch or SCNN_TEST_DATA
"""

import os
import pathlib
import sys
import tarfile

from retraining import ROOT, RetrainTest, layers_of, main

DATA = pathlib.Path(os.environ.get("SCNN_TEST_DATA", "")) / "data"
ARCHIVE = DATA / "cifar10_jpeg.tar.xz"


class RealPictures(RetrainTest):
    def setUp(self):
        super().setUp()
        with tarfile.open(ARCHIVE) as archive:
            for member in archive:
                part, _, name = member.name.rpartition("/")
                if member.isfile() and int(name[:4]) < (160 if part.startswith("train") else 20):
                    self.path(f"cifar/{part}").mkdir(parents=True, exist_ok=True)
                    self.path(f"cifar/{member.name}").write_bytes(archive.extractfile(member).read())

    def test_a_short_run_of_resnet20(self):
        self.train("out", "--state", DATA / "resnet20_cifar10_state_dict.h5", "--epochs", 0.02,
                   "--schedule", "0.8,0.6", "--granularity", "fine,kernel",
                   model=ROOT / "tools/retrain/resnet20.py:resnet20", data="cifar")
        log = self.log("out")
        accuracy = {(e["stage"], e.get("granularity"), e.get("density")): e["accuracy"] for e in log}
        self.assertGreater(accuracy["dense", None, None], 0.7)
        self.assertGreater(accuracy["quantised", "fine", 0.8], 0.65)
        files = [e["file"] for e in log if "file" in e]
        self.assertEqual(5, len(files))
        for name in files:
            out = self.succeed("run", "--network", f"out/{name}", "--json", "result.json")
            self.assertTrue(out)
            self.assertEqual(20, len(self.load("result.json")["layers"]))
        masked = [n for n, one in layers_of(self.path("out") / files[-1]).items() if "mask" in one[1]]
        self.assertEqual(18, len(masked))


if __name__ == "__main__":
    if not ARCHIVE.is_file():
        print("skipped: no data/cifar10_jpeg.tar.xz in SCNN_TEST_DATA")
        sys.exit(77)
    sys.exit(main())
