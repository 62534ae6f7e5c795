"""Starts the programs: one process per workload, mode and round."""

import json
import os
import pathlib
import signal
import subprocess
import tempfile

import figures


class Failure(Exception):
    """A program did not do what it was asked to; the text says which and why."""

    def __init__(self, what, status=1):
        super().__init__(what)
        self.status = status


def message_of(result):
    """Why a process failed: its own message, or the signal or status it ended with."""
    for line in result.stderr.splitlines():
        if ": error: " in line:
            return line.split(": error: ", 1)[1]
    if result.returncode < 0:
        return f"ended by {signal.Signals(-result.returncode).name}"
    return f"exit status {result.returncode}"


class Programs:
    """The two programs of one build folder, held to some processors."""

    def __init__(self, build, repetitions):
        self.bench = pathlib.Path(build) / "bench"
        self.repetitions = repetitions

    def listed(self):
        """The zoo's workloads, smallest first: name -> `layer` or `network`."""
        result = subprocess.run([self.bench / "scnn_bench", "list"], capture_output=True,
                                text=True, check=True)
        return dict(line.split() for line in result.stdout.splitlines())

    def command(self, mode, workload, threads):
        if mode == "dense":
            return [self.bench / "dnnl_bench", workload]
        return [self.bench / "scnn_bench", mode, workload, str(threads)]

    def measure(self, mode, workload, threads):
        """Runs one process on the first `threads` processors. \\return its JSON"""
        processors = sorted(os.sched_getaffinity(0))[:threads]
        with tempfile.TemporaryDirectory() as folder:
            out = pathlib.Path(folder, "out.json")
            command = [*self.command(mode, workload, threads),
                       f"--benchmark_repetitions={self.repetitions}",
                       f"--benchmark_out={out}", "--benchmark_out_format=json"]
            pin = ["taskset", "-c", ",".join(map(str, processors))]
            result = subprocess.run(
                [*pin, *command], capture_output=True, text=True, check=False,
                env=dict(os.environ, OMP_NUM_THREADS=str(threads), OMP_DYNAMIC="false"))
            if result.returncode != 0:
                status = result.returncode if result.returncode in (2, 3) else 1
                raise Failure(f"{mode}: {message_of(result)}", status)
            return json.loads(out.read_text())


class Plan:
    """Which processes to start, in which order, and what came of them.

    Modes and numbers of threads take turns within a round, so that what disturbs the
    machine for a while disturbs all of them.
    """

    def __init__(self, programs, threads, rounds, clocked_limit):
        self.programs = programs
        self.threads = threads
        self.rounds = rounds
        self.clocked_limit = clocked_limit
        self.context = {}

    def run(self, workload, path, say):
        """Measures one workload. \\return its entries, one per number of threads"""
        documents = {(t, mode): [] for t in self.threads for mode in figures.MODES}
        clocked_too = None
        for number in range(self.rounds):
            for (threads, mode), list_ in documents.items():
                if mode == "clocked" and not clocked_too:
                    continue
                say(f"{workload}: round {number + 1} of {self.rounds}, {mode}, "
                    f"{threads} thread{'s' if threads > 1 else ''}")
                document = self.programs.measure(mode, path, threads)
                self.context |= document["context"]
                list_.append(figures.layers_of(document))
                if mode == "timing" and clocked_too is None:
                    clocked_too = figures.total(list_[0], "pe_cycles") <= self.clocked_limit
        return [self.entry(workload, t, documents) for t in self.threads]

    def entry(self, workload, threads, documents):
        why = f"more than {self.clocked_limit} PE-cycles"
        measured = {mode: figures.merge_rounds(list_) if list_ else why
                    for (t, mode), list_ in documents.items() if t == threads}
        return figures.entry_of(workload, threads, measured)
