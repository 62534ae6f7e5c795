#!/usr/bin/python3
"""The program as a person at a terminal sees it. Usage: terminal_test.py SCNN [unittest options]"""

import os
import re
import signal
import subprocess
import time
import unittest

from program import ROOT, SCNN, TINY, ProgramTest, main
from screen import Terminal, require_pyte

# Bold, colours and the like; moving and erasing are none of them.
STYLES = re.compile(rb"\x1b\[[0-9;]*m")
# A run of some seconds: every signal of one multiplier moves every cycle.
SLOW = {"pe_rows": 2, "pe_cols": 2, "multiplier_array": {"F": 1, "I": 1}}


class Seen(ProgramTest):
    """Runs the program on terminals of several widths."""

    def slow_run(self):
        self.succeed("zoo", "alexnet", "--densities", "0.1", "--out", "alex.h5")
        self.write("slow.json", SLOW)
        return ["run", "--network", "alex.h5", "--arch", "slow.json", "--engine", "clocked",
                "--layers", "conv3", "--layers", "conv4", "--layers", "conv5"]

    def on(self, columns, *arguments, **options):
        return Terminal([SCNN, *arguments], self.folder, columns, **options)

    def screen(self, columns, *arguments, status=0, **options):
        terminal = self.on(columns, *arguments, **options)
        self.assertEqual(status, terminal.finish())
        return terminal


class Bar(Seen):
    def test_a_bar_shows_layer_share_and_time_left_and_is_gone_in_the_end(self):
        run = self.slow_run()
        for columns in (80, 140):
            terminal = self.screen(columns, *run, "--json", f"{columns}.json")
            bars = [s for s in terminal.states if s.startswith("running [")]
            self.assertRegex(bars[0], r"^running \[ {24}\] 1/3 conv3  \d+ s$")
            self.assertTrue(all("\n" not in bar for bar in bars), "the bar wrapped")
            self.assertTrue(any(re.search(r"\[#+ *\] 3/3 conv5  \d+ s, \d+ s left$", bar)
                                for bar in bars), bars[-3:])
            self.assertGreater(len({b.count("#") for b in bars}), 3, "the bar does not move")
            self.assertNotIn("running", terminal.shown())
            self.assertTrue(terminal.shown().startswith("alexnet\n"), terminal.shown()[:100])
        # Results are the same, whether somebody looks or not.
        self.succeed(*run, "--quiet", "--json", "quiet.json")
        quiet = self.load("quiet.json")
        for columns in (80, 140):
            seen = self.load(f"{columns}.json")
            self.assertEqual({**quiet, "host": None}, {**seen, "host": None})

    def test_the_bar_follows_the_width_of_the_terminal(self):
        terminal = self.on(80, *self.slow_run(), stdout=subprocess.DEVNULL)
        terminal.wait_for(lambda text: "] 1/3 conv3" in text)
        terminal.resize(30)
        terminal.wait_for(lambda text: re.search(r"\n?running 1/3 conv3  \d+ s$", text))
        terminal.states.clear()
        terminal.resize(80)
        terminal.wait_for(lambda text: "] 2/3 conv4" in text)
        self.assertEqual(0, terminal.finish())
        self.assertNotIn("running", terminal.shown())

    def test_ctrl_c_leaves_a_clean_line_and_status_130(self):
        for presses in (1, 2):
            terminal = self.on(80, *self.slow_run())
            terminal.wait_for(lambda text: "] 1/3 conv3" in text)
            terminal.type("\x03" * presses)
            self.assertEqual(130, terminal.finish())
            shown = terminal.shown().replace("^C", "")
            self.assertIn(shown, ("scnn: error: interrupted", "") if presses == 2 else
                          ("scnn: error: interrupted",))

    def test_an_error_after_some_time_stands_on_a_clean_line(self):
        run = [*self.slow_run(), "--outputs", "outputs.h5"]
        terminal = Terminal(["bash", "-c", f"trap '' XFSZ; ulimit -f 100; exec {SCNN} {' '.join(run)}"],
                            self.folder)
        terminal.wait_for(lambda text: "] 1/3 conv3" in text)
        self.assertEqual(1, terminal.finish())
        self.assertRegex(terminal.shown(), r"^scnn: error: ")

    def test_nothing_is_drawn_when_quiet_or_short(self):
        terminal = self.screen(80, *self.slow_run(), "--quiet", stdout=subprocess.DEVNULL)
        self.assertEqual(b"", terminal.sent)
        net = self.network()
        terminal = self.screen(80, "run", "--network", net, stdout=subprocess.DEVNULL)
        self.assertEqual(b"", terminal.sent)


class Lines(Seen):
    def stopped_for_six_seconds(self, *arguments, **options):
        """Standard error of a run that stood still, as if it took longer."""
        process = subprocess.Popen([SCNN, *arguments], cwd=self.folder, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.PIPE, text=True, **options)
        time.sleep(0.5)
        self.assertIsNone(process.poll(), "the run is too short")
        process.send_signal(signal.SIGSTOP)
        time.sleep(6)
        process.send_signal(signal.SIGCONT)
        errors = process.communicate(timeout=120)[1]
        self.assertEqual(0, process.returncode, errors)
        return errors

    def test_without_a_terminal_long_work_tells_a_line_now_and_then(self):
        run = self.slow_run()
        lines = self.stopped_for_six_seconds(*run).splitlines()
        self.assertRegex(lines[0], r"^scnn: running conv\d \(\d of 3\): \d+ %, \d+ s"
                                   r"(, about \d+ s left)?$")
        self.assertLess(len(lines), 10)
        self.assertNotIn("\x1b", "".join(lines))
        self.assertEqual("", self.stopped_for_six_seconds(*run, "--quiet"))

    def test_a_dumb_terminal_gets_lines_as_a_pipe_does(self):
        terminal = self.on(80, *self.slow_run(), env={"TERM": "dumb"})
        time.sleep(0.5)
        os.kill(terminal.process.pid, signal.SIGSTOP)
        time.sleep(6)
        os.kill(terminal.process.pid, signal.SIGCONT)
        self.assertEqual(0, terminal.finish())
        self.assertRegex(terminal.shown(), r"^scnn: running conv\d \(\d of 3\)")
        self.assertNotIn(b"\x1b", terminal.sent)


class Tables(Seen):
    def commands(self):
        """Every command that prints a table, and a file of a long name and of long layers."""
        self.network()
        self.write("small.json", {"pe_rows": 2, "pe_cols": 2})
        self.write("plan.json", {"schema": "scnn-sweep/1", "networks": [{"file": "net.h5"}],
                                 "architecture": "small.json",
                                 "axes": [{"key": "/accumulator/banks", "values": [16, 32]},
                                          {"key": "/weight_fifo_entries", "values": [4, 50]}],
                                 "pareto": ["cycles", "area_mm2"]})
        self.write("cases.json", [{"name": "one", "network": {"file": "net.h5"},
                                   "architecture": "small.json"}])
        self.succeed("run", "--network", "net.h5", "--json", "a.json")
        self.succeed("run", "--network", "net.h5", "--arch", TINY, "--json", "b.json")
        self.succeed("compare", "--network", "net.h5", "--json", "c.json")
        yield ["zoo", "densenet121", "--out", "dense.h5"]
        yield ["run", "--network", "net.h5", "--energy", "default"]
        yield ["compare", "--network", "net.h5"]
        yield ["prune", "--network", "net.h5", "--granularity", "fine", "--density", "0.5",
               "--out", "p.h5"]
        yield ["encode", "--network", "net.h5", "--out", "e.h5"]
        yield ["explain", "--network", "net.h5", "--layer", "conv2"]
        yield ["sweep", "plan.json", "--dry-run"]
        yield ["sweep", "plan.json"]
        yield ["check", "base.json", "--record", "cases.json"]
        yield ["check", "base.json"]
        for name in ("net.h5", "e.h5", "a.json", "c.json", "plan.json", "plan/table.json",
                     "base.json", "cases.json", "small.json", ROOT / "configs/energy-45nm.json"):
            yield ["info", name]
        yield ["info", "--area", "small.json"]
        yield ["diff", "a.json", "b.json"]
        trained = ROOT / "workloads/trained/resnet20/accuracy.jsonl"
        yield ["compare", "--accuracy", trained, "--energy", "default"]

    def test_no_line_of_a_table_wraps_at_80_columns_and_140_shows_the_same_numbers(self):
        for words in self.commands():
            with self.subTest(" ".join(map(str, words))):
                texts = {}
                for columns in (80, 140):
                    again = ["--resume"] if words == ["sweep", "plan.json"] and columns == 140 else []
                    status = 4 if words[0] == "diff" else 0
                    sent = self.screen(columns, *words, *again, status=status).sent
                    plain = re.sub(rb"\x1b\[[0-9;]*[mK]|[^\n]*\r(?!\n)", b"", sent).decode()
                    texts[columns] = plain.replace("\r\n", "\n")
                    lines = [line for line in texts[columns].splitlines()
                             if not line.startswith("scnn: note: ")]
                    widest = max(lines, key=len)
                    self.assertLessEqual(len(widest), columns, widest)
                # The summary of a run has more to say where there is more room.
                numbers = [set(re.findall(r"\d[\d,.]*", t.split("\ntime  ")[0]))
                           for t in texts.values()]
                self.assertEqual(*numbers)

    def test_140_columns_show_in_one_block_what_80_show_in_two(self):
        net = self.network()
        counts = [self.screen(columns, "run", "--network", net, "--energy", "default").shown()
                  .count("\nconv1 ") for columns in (80, 140)]
        self.assertGreater(counts[0], counts[1])
        self.assertEqual(3, counts[1])

    def test_help_fits_80_columns(self):
        for words in (["--help"], *([c, "--help"] for c in ("run", "sweep", "compare", "info"))):
            widest = max(self.screen(80, *words, lines=200).shown().splitlines(), key=len)
            self.assertLessEqual(len(widest), 80, widest)

    def test_a_pipe_gets_100_columns_whatever_the_terminal(self):
        net = self.network()
        piped = self.succeed("run", "--network", net)
        terminal = self.screen(100, "run", "--network", net)
        self.assertEqual(piped.rstrip(), terminal.shown())


class Style(Seen):
    def test_headings_are_bold_and_the_limit_in_colour_on_a_terminal_only(self):
        net = self.network()
        styled = self.screen(80, "run", "--network", net)
        self.assertIn(b"\x1b[1m", styled.sent)
        self.assertIn(b"\x1b[1;33m", styled.sent)
        self.assertNotIn("\x1b", self.succeed("run", "--network", net))
        for env in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
            plain = self.screen(80, "run", "--network", net, env=env)
            self.assertIsNone(STYLES.search(plain.sent), env)
            self.assertEqual(styled.shown(), plain.shown(), "style is the only carrier of something")
        empty = self.screen(80, "run", "--network", net, env={"NO_COLOR": ""})
        self.assertIsNotNone(STYLES.search(empty.sent), "an empty NO_COLOR counts as none")


if __name__ == "__main__":
    require_pyte()
    main()
