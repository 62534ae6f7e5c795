#!/usr/bin/python3
"""Holds the #include lines and the link lines of every folder to the layering.

Usage: layering_test.py [unittest options]

docs/architecture.md draws the same arrows. A folder sees itself and what is below
it; JSON, HDF5, SystemC and the command line are each read in the folders named here.
"""

import pathlib
import re
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Folder -> the folders below it, which its files may include and link.
BELOW = {
    "sparse_formats": set(),
    "workloads": {"sparse_formats"},
    "pruning": {"sparse_formats", "workloads"},
    "memory": {"sparse_formats"},
    "pe": {"sparse_formats", "memory"},
    "sim": {"sparse_formats", "workloads", "memory", "pe"},
    "tools": {"sparse_formats", "workloads", "pruning", "memory", "pe", "sim"},
    "bench": {"sparse_formats", "workloads", "memory", "pe", "sim"},
}
BELOW["bench"] = set(BELOW)
BELOW["tests"] = set(BELOW)
FREE = {"tests", "bench"}  # may include any library header

# Library headers that belong to some folders only.
# json_fwd.hpp only declares, so it is free.
RESERVED = [
    (re.compile(r"nlohmann/(?!json_fwd\.hpp$)"), {"workloads", "sim", "tools"}, "JSON"),
    (re.compile(r"(hdf5|H5\w+|highfive/.*)\.h(pp)?$"), {"workloads"}, "HDF5"),
    (re.compile(r"(systemc|tlm)(\.h)?$"), {"memory", "pe", "sim"}, "SystemC"),
    (re.compile(r"boost/program_options"), {"tools"}, "the command line"),
    (re.compile(r"catch2/"), set(), "Catch2"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
PARSES_JSON = re.compile(r"\bjson\s*::\s*(parse|sax_parse|accept|from_\w+)\s*\(")
LINKS = re.compile(r"target_link_libraries\(\s*scnn_(\w+)([^)]*)\)")


def include_faults(root, path):
    """Faults of one source file, as lines `file:line: text`."""
    folder = path.relative_to(root).parts[0]
    text = path.read_text(encoding="utf-8")
    faults = []

    def fault(position, what):
        line = text.count("\n", 0, position) + 1
        faults.append(f"{path.relative_to(root)}:{line}: {what}")

    for match in INCLUDE.finditer(text):
        quote, header = match.groups()
        at = match.start(2)
        if quote == '"':
            target = header.split("/")[0]
            if target not in BELOW or "/" not in header:
                fault(at, f'"{header}" does not start at the repository root')
            elif target != folder and target not in BELOW[folder]:
                fault(at, f'{folder}/ includes "{header}", which is not below it')
            elif not (root / header).is_file():
                fault(at, f'"{header}" does not exist')
        elif folder not in FREE:
            for pattern, owners, what in RESERVED:
                if pattern.match(header) and folder not in owners:
                    fault(at, f"<{header}> in {folder}/: {what} belongs to {sorted(owners)}")
    if folder not in FREE and path.relative_to(root).as_posix() != "workloads/json_input.cpp":
        for match in PARSES_JSON.finditer(text):
            fault(match.start(), "JSON text is read in workloads/json_input.cpp only")
    if path.suffix == ".hpp" and "#pragma once" not in text:
        fault(0, "header without #pragma once")
    return faults


def link_faults(root, path):
    """Faults of the link lines of one CMakeLists.txt."""
    faults = []
    for target, libraries in LINKS.findall(path.read_text(encoding="utf-8")):
        if target not in BELOW:
            continue
        for library in re.findall(r"\bscnn(?:_|::)(\w+)", libraries):
            if library in BELOW and library not in BELOW[target]:
                name = path.relative_to(root)
                faults.append(f"{name}: scnn_{target} links scnn_{library}, not below it")
    return faults


def faults_of(root):
    """Every fault of a source tree; also how many files were read."""
    sources = [p for f in BELOW for p in sorted((root / f).rglob("*"))
               if p.suffix in (".hpp", ".cpp", ".inc")]
    lists = [p for f in BELOW for p in sorted((root / f).rglob("CMakeLists.txt"))]
    faults = [f for p in sources for f in include_faults(root, p)]
    faults += [f for p in lists for f in link_faults(root, p)]
    return faults, len(sources)


class Layering(unittest.TestCase):
    def test_the_project_includes_and_links_downwards_only(self):
        faults, files = faults_of(ROOT)
        self.assertGreater(files, 20, "hardly any source was found")
        self.assertEqual(faults, [], "\n" + "\n".join(faults))


class PlantedFaults(unittest.TestCase):
    """The checks above must be able to fail."""

    def faults_with(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in files.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return faults_of(root)[0]

    def test_a_clean_tree_has_no_fault(self):
        self.assertEqual([], self.faults_with({
            "memory/a.hpp": "#pragma once\n#include <systemc>\n#include <vector>\n",
            "pe/b.cpp": '#include "memory/a.hpp"\n#include <nlohmann/json_fwd.hpp>\n',
            "sim/c.cpp": '#include "pe/d.hpp"\n#include <nlohmann/json.hpp>\n',
            "pe/d.hpp": "#pragma once\n",
            "pe/CMakeLists.txt": "target_link_libraries(scnn_pe PUBLIC scnn_memory fmt::fmt)\n",
        }))

    def test_an_include_that_goes_up_is_found_with_its_line(self):
        faults = self.faults_with({"memory/a.cpp": '\n\n#  include "pe/b.hpp"\n',
                                   "pe/b.hpp": "#pragma once\n"})
        self.assertEqual(['memory/a.cpp:3: memory/ includes "pe/b.hpp", which is not below it'],
                         faults)

    def test_every_other_fault_is_found(self):
        planted = {
            "sim/a.cpp": ('#include "pruning/p.hpp"\n', "not below it"),
            "workloads/b.cpp": ('#include "network.hpp"\n', "repository root"),
            "workloads/c.cpp": ('#include "../memory/x.hpp"\n', "repository root"),
            "tools/d.cpp": ('#include "sim/none.hpp"\n', "does not exist"),
            "memory/e.cpp": ("#include <nlohmann/json.hpp>\n", "JSON belongs"),
            "sim/f.cpp": ("#include <hdf5.h>\n", "HDF5 belongs"),
            "tools/g.cpp": ("#include <H5Cpp.h>\n", "HDF5 belongs"),
            "workloads/h.cpp": ("#include <systemc>\n", "SystemC belongs"),
            "sim/i.cpp": ("#include <boost/program_options.hpp>\n", "command line belongs"),
            "pe/j.cpp": ("#include <catch2/catch.hpp>\n", "Catch2 belongs"),
            "tools/k.cpp": ("auto x = nlohmann::json::parse(text);\n", "json_input.cpp only"),
            "pe/l.hpp": ("int x;\n", "without #pragma once"),
            "memory/CMakeLists.txt": ("target_link_libraries(scnn_memory\n PUBLIC scnn::pe)\n",
                                      "links scnn_pe"),
        }
        for name, (text, expected) in planted.items():
            with self.subTest(name):
                faults = self.faults_with({name: text, "pruning/p.hpp": "#pragma once\n"})
                self.assertEqual(1, len(faults), faults)
                self.assertIn(expected, faults[0])
                self.assertTrue(faults[0].startswith(name), faults[0])


if __name__ == "__main__":
    unittest.main()
