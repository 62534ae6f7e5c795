#!/usr/bin/python3
"""The log by itself: what heads it, and several runs that write it.

Usage: log_test.py SCNN [unittest options]; skipped (77) without PyTorch
"""

import json
import multiprocessing
import pathlib
import sys
import tempfile
import unittest

from retraining import main

from retrain.errors import RetrainError
from retrain.logfile import Log

HEADER = {"network": "net", "mean": [0.485, 0.1], "seed": 1}
LONG = 2000


def write(path, barrier):
    """A run that begins at the same time as others and measures what they measure."""
    barrier.wait()
    log = Log(path, HEADER)
    for number in range(20):
        log.add(stage="dense", accuracy=number / 7)


class LogTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name, "new", "accuracy.jsonl")

    def lines(self):
        return [json.loads(line) for line in self.path.read_text("utf-8").splitlines()]

    def seeds_of_headers(self):
        return [line["seed"] for line in self.lines() if "format" in line]

    def test_a_header_is_written_where_the_last_one_differs(self):
        for seed, headers in [(1, [1]), (1, [1]), (2, [1, 2]), (2, [1, 2]), (1, [1, 2, 1])]:
            Log(self.path, {**HEADER, "seed": seed}).add(stage="dense", seed=seed, accuracy=0.5)
            self.assertEqual(headers, self.seeds_of_headers())
        self.assertEqual(5, len(self.lines()), "an entry was written twice")
        self.assertEqual({"format": "scnn-accuracy", "version": 1, **HEADER}, self.lines()[0])

    def test_runs_that_begin_at_the_same_time_write_every_line_once(self):
        self.path.parent.mkdir()  # a log that takes a while to read, for the runs to meet
        self.path.write_text('{"stage": "sensitivity"}\n' * LONG, "utf-8")
        context = multiprocessing.get_context("fork")
        barrier = context.Barrier(4)
        runs = [context.Process(target=write, args=(self.path, barrier)) for _ in range(4)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
            self.assertEqual(0, run.exitcode)
        self.assertEqual([1], self.seeds_of_headers())
        self.assertEqual([n / 7 for n in range(20)], [e["accuracy"] for e in self.lines()[LONG + 1:]])

    def test_a_file_that_is_no_log_stays_as_it_is(self):
        self.path.parent.mkdir()
        for text in ("no log\n", '{"a": 1}\n', "[]\n"):
            self.path.write_text(text, "utf-8")
            with self.assertRaisesRegex(RetrainError, ":1: is no line of an accuracy log$"):
                Log(self.path, HEADER)
            self.assertEqual(text, self.path.read_text("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
