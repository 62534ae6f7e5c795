#!/usr/bin/env python3
"""Runs every conformance case on every instruction set the step kernel dispatches to.

    every_target.py RUN_CASE FOLDER      exit 77 when the folder is absent
"""

import concurrent.futures
import pathlib
import subprocess
import sys


def run(program, case, target):
    stem = str(case)[: -len(".h5")]
    done = subprocess.run(
        [program, "decoupled", case, stem + ".expected.json", stem + ".arch.json", target],
        capture_output=True,
        text=True,
        check=False,
    )
    return case.name, target, done.returncode, done.stdout


def main():
    program, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = sorted(folder.glob("case*.h5"))
    if not cases:
        print(f"skipped: no cases in {folder}")
        return 77
    targets = subprocess.run(
        [program, "targets"], capture_output=True, text=True, check=True
    ).stdout.split()
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(run, program, c, t) for t in targets for c in cases]
        for job in jobs:
            name, target, status, output = job.result()
            if status != 0:
                failed += 1
                print(f"{name} on {target}: exit {status}\n{output}")
    print(f"{len(jobs) - failed} of {len(jobs)} runs agree: {len(cases)} cases, {', '.join(targets)}")
    return 1 if failed or len(targets) < 2 else 0


if __name__ == "__main__":
    sys.exit(main())
