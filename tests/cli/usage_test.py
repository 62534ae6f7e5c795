#!/usr/bin/python3
"""Help, version and wrong usage. Usage: usage_test.py SCNN [unittest options]"""

import re
import subprocess
import unittest

from program import ROOT, SCNN, ProgramTest, main

COMMANDS = ["zoo", "import", "prune", "encode", "run", "compare", "sweep", "validate", "report",
            "check", "diff", "explain", "info", "completion"]


class Help(ProgramTest):
    def test_the_overview_lists_every_command(self):
        text = self.succeed("--help")
        for command in COMMANDS:
            self.assertRegex(text, rf"(?m)^  {command} +\w")
        self.assertEqual(text, self.succeed("-h"))

    def test_every_command_explains_itself_with_examples_in_100_columns(self):
        for command in COMMANDS:
            with self.subTest(command):
                text = self.succeed(command, "--help")
                self.assertTrue(text.startswith(f"Usage: scnn {command} "))
                self.assertIn("--quiet", text)
                self.assertRegex(text, rf"\nExamples:\n  scnn {command}\s")
                self.assertLessEqual(max(map(len, text.splitlines())), 100)

    def test_options_in_the_examples_exist(self):
        for command in COMMANDS:
            text = self.succeed(command, "--help")
            options, examples = text.split("\nExamples:\n")
            for option in re.findall(r"--[a-z-]+", examples):
                with self.subTest(command=command, option=option):
                    self.assertRegex(options, rf"(?m)^  {option}\b")

    def test_help_counts_wherever_it_stands(self):
        self.assertTrue(self.succeed("run", "--network", "none.h5", "--help").startswith("Usage"))

    def test_the_version_names_the_commit(self):
        text = self.succeed("--version")
        self.assertRegex(text, r"^scnn \d+\.\d+\.\d+ \(commit ([0-9a-f]{40}(-dirty)?|unknown)\)\n$")
        head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True,
                              check=False)
        if head.returncode == 0 and "unknown" in text:
            self.fail("built inside git, but the commit is unknown")

    def test_the_program_without_a_command_explains_itself_with_status_2(self):
        outcome = self.scnn()
        self.assertEqual((2, ""), (outcome.status, outcome.out))
        self.assertTrue(outcome.err.startswith("Usage: scnn COMMAND"))


class WrongUsage(ProgramTest):
    def test_unknown_commands_and_options_are_refused(self):
        self.refuse('found "runn", expected a command: zoo, import, prune, encode, run, compare, '
                    "sweep, validate, report, check, diff, explain, info, completion (see "
                    "scnn --help)", "runn")
        self.refuse("--network: is missing, expected it (see scnn run --help)", "run")
        self.refuse("--netwrok: unknown option, expected one of those (see scnn run --help)",
                    "run", "--netwrok", "a.h5")
        # Abbreviations would break when an option is added.
        self.refuse("--net: unknown option, expected one of those (see scnn run --help)",
                    "run", "--net", "a.h5")

    def test_values_are_given_once_and_where_they_belong(self):
        self.refuse("--json: given twice, expected once",
                    "run", "--network", "a.h5", "--json", "a", "--json", "b")
        self.refuse("--network: found no value, expected one (see scnn run --help)",
                    "run", "--network")
        self.refuse("--network: found an empty value, expected one (see scnn run --help)",
                    "run", "--network", "")
        self.refuse("--no-verify: found a value, expected none: it is a switch",
                    "run", "--network", "a.h5", "--no-verify=1")
        self.refuse('found "b.h5", expected only options (see scnn run --help)',
                    "run", "--network", "a.h5", "b.h5")
        self.refuse('found "vgg16", expected one NAME (see scnn zoo --help)',
                    "zoo", "alexnet", "vgg16", "--out", "a.h5")
        self.refuse("found no FILE, expected one (see scnn info --help)", "info")

    def test_numbers_and_names_are_checked(self):
        net = ["run", "--network", self.network()]
        self.refuse('--engine: found "fast", expected one of decoupled, clocked',
                    *net, "--engine", "fast")
        for text in ["0", "-1", "two", "1.5", "", "99999999999999999999"]:
            message = (f'--threads: found "{text}", expected an integer from 1 to 1024' if text else
                       "--threads: found an empty value, expected one (see scnn run --help)")
            self.refuse(message, *net, "--threads", text)
        self.refuse('--layers: "conv9*" matches no layer of network "small", expected a layer\'s '
                    "name or a glob (see scnn info)", *net, "--layers", "conv9*")

    def test_a_waveform_needs_the_clocked_engine(self):
        net = ["run", "--network", self.network()]
        self.refuse("--vcd: the engine is decoupled, expected --engine clocked for a waveform",
                    *net, "--vcd", "a.vcd")
        self.refuse("--vcd-from: found without --vcd, expected both", *net, "--vcd-from", "5")
        self.refuse("--vcd-pe: PE 64 is not in the array, expected 0 to 63", *net, "--engine",
                    "clocked", "--vcd", "a.vcd", "--vcd-pe", "0,64")
        self.refuse('--vcd-to: found "3", expected an integer from 5 to 9223372036854775807', *net,
                    "--engine", "clocked", "--vcd", "a.vcd", "--vcd-from", "5", "--vcd-to", "3")


class SharedFiles(ProgramTest):
    def test_a_file_is_not_written_over_one_that_is_read_or_written(self):
        net = self.network()
        before = self.path(net).read_bytes()
        self.refuse("--json: names the file of --network, expected another",
                    "run", "--network", net, "--json", net)
        self.refuse("--out: names the file of --network, expected another",
                    "encode", "--network", net, "--out", f"./{net}")
        self.refuse("--csv: names the file of --json, expected another",
                    "run", "--network", net, "--json", "r", "--csv", "r")
        self.assertEqual(before, self.path(net).read_bytes())
        self.assertEqual(0, self.scnn("run", "--network", net, "--json", "/dev/null", "--csv",
                                      "/dev/null").status)


class Streams(ProgramTest):
    def test_data_go_to_stdout_and_notes_to_stderr_unless_quiet(self):
        net = self.network(inputs=False, input_density=0.5)
        loud = self.scnn("run", "--network", net)
        self.assertEqual("scnn: note: 3 of 3 layers have no input in the file and run on a "
                         "synthesised one, as dense as the layer's input_density says\n",
                         loud.err)
        quiet = self.scnn("run", "--network", net, "--quiet")
        self.assertEqual(("", loud.out), (quiet.err, quiet.out))

    def test_a_full_standard_output_is_an_error(self):
        with open("/dev/full", "wb") as full:
            outcome = self.scnn("--help", stdout=full)
        self.assertEqual(1, outcome.status)
        self.assertEqual("scnn: error: standard output: cannot be written: No space left on "
                         "device\n", outcome.err)


if __name__ == "__main__":
    main()
