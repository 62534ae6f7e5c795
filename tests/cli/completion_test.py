#!/usr/bin/python3
"""Completion in a real bash and a real zsh. Usage: completion_test.py SCNN [unittest options]"""

import os
import re
import shlex
import shutil
import subprocess
import unittest

from program import SCNN, ProgramTest, main
from screen import Terminal, require_pyte

COMMANDS = ["zoo", "import", "prune", "encode", "run", "compare", "sweep", "validate", "report",
            "check", "diff", "explain", "info", "completion"]


class Completed(ProgramTest):
    def setUp(self):
        super().setUp()
        for name in ("net.h5", "two words.h5", "arch.json", "page.html", "log.jsonl"):
            self.path(name).write_text("", encoding="utf-8")
        self.path("folder").mkdir()

    def help_options(self, command):
        text = self.succeed(command, "--help")
        return set(re.findall(r"^  (--[\w-]+)", text, flags=re.MULTILINE))


class Bash(Completed):
    def bash(self, *words, prelude="", split_equals=True):
        """What bash offers for the last of the words, as its completion function fills it in."""
        script = self.succeed("completion", "bash")
        pieces = []
        for word in words:
            # COMP_WORDBREAKS has the = of --option=value.
            pieces += re.split(r"(=)", word) if split_equals and word.startswith("--") else [word]
        if split_equals and pieces[-1] == "" and len(pieces) > 1 and pieces[-2] == "=":
            pieces.pop()
        array = " ".join(map(shlex.quote, pieces))
        call = (f"{prelude}\nsource /dev/stdin <<'END'\n{script}END\ncomplete -p scnn >&2\n"
                f"COMP_WORDS=({array}) COMP_CWORD={len(pieces) - 1}\n_scnn\n"
                "printf '%s\\n' \"${COMPREPLY[@]}\"\n")
        done = subprocess.run(["bash", "--norc", "-c", call], cwd=self.folder, text=True,
                              capture_output=True, check=False)
        self.assertRegex(done.stderr, r"^complete (-o nosort )?-F _scnn scnn\n$")
        return [line for line in done.stdout.splitlines() if line]

    def test_the_script_is_clean(self):
        self.write("s", self.succeed("completion", "bash"))
        subprocess.run(["bash", "-n", "s"], cwd=self.folder, check=True)
        if shutil.which("shellcheck"):
            subprocess.run(["shellcheck", "-s", "bash", "-e", "SC2207,SC2034", "s"],
                           cwd=self.folder, check=True)

    def test_commands_are_offered(self):
        self.assertEqual([*COMMANDS, "--help", "--version"], self.bash("scnn", ""))
        self.assertEqual(["compare", "completion"], self.bash("scnn", "com"))

    def test_the_options_of_every_command_are_those_of_its_help(self):
        for command in COMMANDS:
            with self.subTest(command):
                self.assertEqual(self.help_options(command), set(self.bash("scnn", command, "--")))

    def test_options_are_offered_once_unless_they_may_be_repeated(self):
        left = self.bash("scnn", "run", "--layers", "conv*", "--network", "net.h5", "--")
        self.assertIn("--layers", left)
        self.assertNotIn("--network", left)

    def test_choices_are_those_the_program_takes(self):
        """What is offered is what a wrong value's message lists."""
        self.network("real.h5")
        for command, option in [("run", "engine"), ("compare", "engine"), ("prune", "scope"),
                                ("prune", "layout"), ("prune", "granularity"), ("prune", "format"),
                                ("import", "format"), ("zoo", "activation-model")]:
            operands = ["alexnet"] if command == "zoo" else []
            needed = {"prune": ["--network", "real.h5", "--density", "0.5", "--out", "o.h5",
                                "--granularity", "fine"],
                      "import": ["--in", "real.h5", "--out", "o.h5"],
                      "zoo": ["--out", "o.h5"]}.get(command, ["--network", "real.h5"])
            if option == "granularity":
                needed = needed[:-2]
            with self.subTest(command=command, option=option):
                wrong = self.scnn(command, *operands, *needed, f"--{option}", "wrong")
                listed = re.search(r"expected one of (.*)\n$", wrong.err).group(1).split(", ")
                self.assertEqual(listed, self.bash("scnn", command, f"--{option}", ""))
                self.assertEqual(listed, self.bash("scnn", command, f"--{option}="))
        self.assertEqual(["clocked"], self.bash("scnn", "run", "--engine=cl"))

    def test_names_of_the_zoo_and_figures_are_offered(self):
        for name in self.bash("scnn", "zoo", ""):
            self.assertIn(name, self.succeed("zoo", "--help"))
        self.assertEqual(["vgg16"], self.bash("scnn", "zoo", "v"))
        figures = [line.split()[0] for line in self.succeed("validate", "--list").splitlines()]
        self.assertEqual(figures, self.bash("scnn", "validate", "--only", ""))
        self.assertEqual(["bash", "zsh"], self.bash("scnn", "completion", ""))

    def test_lists_go_on_after_a_comma(self):
        self.assertEqual(["fine,vector"],
                         self.bash("scnn", "compare", "--granularity", "fine,ve"))
        self.assertEqual(4, len(self.bash("scnn", "compare", "--granularity", "fine,")))

    def test_files_are_of_the_kind_an_option_takes(self):
        nets = ["folder", "net.h5", "two words.h5"]
        self.assertEqual(nets, sorted(self.bash("scnn", "run", "--network", "")))
        self.assertEqual(["arch.json", "folder"], sorted(self.bash("scnn", "run", "--arch", "")))
        self.assertEqual(["folder", "log.jsonl"],
                         sorted(self.bash("scnn", "compare", "--accuracy", "")))
        self.assertEqual(["folder"], self.bash("scnn", "sweep", "--merge", ""))
        self.assertEqual(["arch.json", "folder"], sorted(self.bash("scnn", "diff", "")))
        self.assertEqual(sorted([*nets, "arch.json", "log.jsonl", "page.html"]),
                         sorted(self.bash("scnn", "info", "")))
        self.assertEqual(["published"], self.bash("scnn", "zoo", "--densities", "pub"))
        self.assertEqual([], self.bash("scnn", "run", "--seed", ""))

    def test_options_of_the_shell_stay_as_they_are(self):
        state = "trap 'echo $- >&2' EXIT"
        script = self.succeed("completion", "bash")
        done = subprocess.run(["bash", "--norc", "-c", f"{state}\neval {shlex.quote(script)}\necho $- >&2\n"
                               "COMP_WORDS=(scnn run --network '') COMP_CWORD=3\n_scnn"],
                              cwd=self.folder, text=True, capture_output=True, check=True)
        before, after = done.stderr.splitlines()
        self.assertEqual(before, after)

    def test_a_tab_completes_on_a_terminal(self):
        self.write("s", self.succeed("completion", "bash"))
        terminal = Terminal(["bash", "--norc"], self.folder, env={"PS1": "> "})
        terminal.wait_for(lambda text: text.endswith(">"))
        terminal.type("source ./s\nscnn run --netw\tnet\t--eng\tcl\t")
        terminal.wait_for(lambda text: text.endswith("scnn run --network net.h5 --engine clocked"))
        terminal.type("\x15exit\n")
        terminal.finish()

    def test_an_unknown_shell_is_refused(self):
        self.refuse('found "fish", expected bash or zsh', "completion", "fish")


@unittest.skipUnless(shutil.which("zsh"), "zsh is not installed (tools/install_packages.sh --tests)")
class Zsh(Completed):
    def zsh(self, typed, *seen, way="fpath"):
        """A zsh in which `typed` was typed; waits until the screen shows all of `seen`."""
        self.path("fun").mkdir(exist_ok=True)
        self.write("fun/_scnn", self.succeed("completion", "zsh"))
        load = {"fpath": "fpath=($PWD/fun $fpath); autoload -Uz compinit; compinit -u -d ./dump",
                "source": "autoload -Uz compinit; compinit -u -d ./dump; source fun/_scnn"}[way]
        self.write(".zshrc", f"PS1='> '\n{load}\n")
        terminal = Terminal(["zsh", "-o", "NO_GLOBAL_RCS"], self.folder, 120,
                            env={"ZDOTDIR": str(self.folder),
                                 "PATH": f"{SCNN.parent}:{os.environ['PATH']}"})
        self.addCleanup(terminal.process.wait)
        self.addCleanup(terminal.process.kill)
        terminal.wait_for(lambda text: text.endswith(">"))
        terminal.type(typed)
        return terminal.wait_for(lambda text: all(s in text for s in seen))

    def test_the_script_is_clean(self):
        self.write("s", self.succeed("completion", "zsh"))
        subprocess.run(["zsh", "-n", "s"], cwd=self.folder, check=True)

    def test_commands_are_offered_with_what_they_do(self):
        self.zsh("scnn \t", *COMMANDS, "compress the weights and print the storage table")

    def test_options_values_and_files_are_completed(self):
        self.zsh("scnn run --netw\tnet\t --eng\tcl\t", "scnn run --network=net.h5 --engine=clocked")
        self.zsh("scnn run --arch a\t", "scnn run --arch arch.json")
        self.zsh("scnn zoo v\t", "scnn zoo vgg16")
        self.zsh("scnn zoo vgg16 --densities pub\t", "--densities published")

    def test_every_option_is_offered(self):
        for command in ("run", "sweep"):
            with self.subTest(command):
                self.zsh(f"scnn {command} --\t", *self.help_options(command))

    def test_the_script_may_be_sourced(self):
        self.zsh("scnn enc\t", "scnn encode", way="source")

    def test_lists_go_on_after_a_comma(self):
        self.zsh("scnn compare --granularity=fine,ve\t", "--granularity=fine,vector")


if __name__ == "__main__":
    require_pyte()
    main()
