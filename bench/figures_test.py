#!/usr/bin/python3
"""The arithmetic of bench/: sums, medians, ratios, comparison, tables.

Usage: figures_test.py [unittest options]
"""

import json
import pathlib
import subprocess
import tempfile
import unittest

import comparison
import figures
import markdown
import results
import tables

BENCH = pathlib.Path(__file__).resolve().parent


def google(*layers):
    """What Google Benchmark writes, of (name, seconds of each repetition, counters)."""
    rows = []
    for name, seconds, counters in layers:
        for time in seconds:
            rows.append({"name": f"{name}/iterations:1/manual_time", "run_type": "iteration",
                         "time_unit": "s", "real_time": time, "peak_bytes": 100.0,
                         "multiplies": 1000.0, **counters})
        rows.append({"name": f"{name}/iterations:1/manual_time_median",
                     "run_type": "aggregate", "time_unit": "s", "real_time": 99.0})
    return {"benchmarks": rows}


def work(products, **more):
    return {"products": float(products), "steps": 10.0, "compute_cycles": 5.0,
            "pe_cycles": 320.0, "weight_density": .3, "activation_density": .4, **more}


def entry(workload="net", threads=1, timing=2.0, dense=1.0):
    measured = {
        "dense": figures.layers_of(google(("a", [dense], {}))),
        "timing": figures.layers_of(google(("a", [timing], work(6)))),
        "values": figures.layers_of(google(("a", [3 * timing], work(6, verified=1.0)))),
        "clocked": "too large",
    }
    return figures.entry_of(workload, threads, measured)


def result(*entries):
    entries = list(entries)
    figures.add_speedups(entries)
    return {"schema": figures.SCHEMA, "date": "2024-05-01T12:00:00Z", "commit": "abc",
            "rounds": 1, "repetitions": 1, "onednn": "2.6.3", "results": entries,
            "machine": {"cpu": "c", "cores": 2, "load_average": [0.5, 1.0]},
            "build": {"compiler": "GNU 12", "flags": "-O3"}}


class Figures(unittest.TestCase):
    def test_a_sample_is_the_sum_of_the_layers_in_one_repetition(self):
        layers = figures.layers_of(google(("a", [1.0, 5.0, 2.0], work(7)),
                                          ("b", [10.0, 20.0, 90.0], work(3))))
        made = figures.mode_figures(layers)
        self.assertEqual([11.0, 25.0, 92.0], made["samples"])
        self.assertEqual(25.0, made["seconds"], "the median, not the mean")
        self.assertEqual(10 / 25.0, made["products_per_second"])
        self.assertEqual(20 / 25.0, made["steps_per_second"])
        self.assertEqual(640 / 25.0, made["pe_cycles_per_second"])

    def test_rounds_add_samples_and_keep_the_largest_memory(self):
        first = figures.layers_of(google(("a", [1.0], work(7))))
        second = figures.layers_of(google(("a", [2.0], work(7, peak_bytes=300.0))))
        merged = figures.merge_rounds([first, second, first])
        self.assertEqual([1.0, 2.0, 1.0], merged[0]["seconds"])
        self.assertEqual(300, merged[0]["peak_bytes"])
        self.assertEqual([1.0], first[0]["seconds"], "the rounds themselves are left alone")

    def test_work_that_differs_between_rounds_or_modes_is_refused(self):
        six = figures.layers_of(google(("a", [1.0], work(6))))
        seven = figures.layers_of(google(("a", [1.0], work(7))))
        with self.assertRaises(figures.Inconsistent):
            figures.merge_rounds([six, seven])
        with self.assertRaises(figures.Inconsistent):
            figures.entry_of("net", 1, {"timing": six, "values": seven})

    def test_ratios_are_those_of_medians_and_absent_with_a_mode_left_out(self):
        made = entry(timing=2.0, dense=0.5)
        self.assertEqual({"timing_over_dense": 4.0, "values_over_timing": 3.0,
                          "values_over_dense": 12.0, "clocked_over_timing": None},
                         made["ratios"])
        self.assertIsNone(made["modes"]["clocked"])
        self.assertEqual({"clocked": "too large"}, made["left_out"])
        self.assertTrue(made["modes"]["values"]["verified"])

    def test_speedups_are_over_one_thread_and_absent_without_it(self):
        pair = [entry(threads=1, timing=2.0), entry(threads=2, timing=0.5)]
        figures.add_speedups(pair)
        self.assertEqual([1.0, 4.0], [e["speedup"]["timing"] for e in pair])
        alone = [entry(threads=2)]
        figures.add_speedups(alone)
        self.assertIsNone(alone[0]["speedup"]["timing"])


class Comparison(unittest.TestCase):
    def test_every_figure_is_new_over_old_with_the_largest_first(self):
        rows = comparison.rows(result(entry(timing=2.0, dense=1.0)),
                               result(entry(timing=1.0, dense=1.5)))
        ratios = {r["figure"]: r["ratio"] for r in rows}
        self.assertEqual(1.5, ratios["dense seconds"])
        self.assertEqual(0.5, ratios["timing seconds"])
        self.assertEqual(0.5, ratios["values seconds"])
        self.assertEqual(1.0, ratios["timing peak bytes"])
        self.assertAlmostEqual((1 / 1.5) / 2, ratios["timing over dense"])
        self.assertEqual(1.0, ratios["values over timing"])
        self.assertNotIn("clocked seconds", ratios)
        self.assertEqual(sorted(ratios.values(), reverse=True), [r["ratio"] for r in rows])

    def test_only_the_same_workload_on_the_same_threads_is_compared(self):
        old = result(entry("one"), entry("two"))
        new = result(entry("one"), entry("two", threads=2), entry("three"))
        self.assertEqual({("one", 1)}, {(r["workload"], r["threads"])
                                        for r in comparison.rows(old, new)})
        said = comparison.remarks(old, new)
        self.assertEqual(["two, threads 2: only in the new result",
                          "three, threads 1: only in the new result",
                          "two, threads 1: only in the old result"], said)

    def test_a_change_of_work_or_machine_is_remarked(self):
        old, new = result(entry()), result(entry())
        self.assertEqual([], comparison.remarks(old, new))
        new["machine"]["cpu"] = "other"
        new["results"][0]["compute_cycles"] = 6
        self.assertEqual(["processor differs: c, then other",
                          "net, threads 1: compute_cycles differs: 5, then 6"],
                         comparison.remarks(old, new))

    def test_samples_are_apart_when_their_middle_halves_do_not_touch(self):
        self.assertTrue(comparison.apart([1, 2, 3, 4, 5], [5, 6, 7, 8, 9]))
        self.assertFalse(comparison.apart([1, 2, 3, 4, 5], [3, 4, 5, 6, 7]))
        self.assertTrue(comparison.apart([10, 11, 12, 13, 99], [1, 2, 3, 4, 50]))
        self.assertFalse(comparison.apart([1], [1]))
        self.assertTrue(comparison.apart([2], [1]))


class Tables(unittest.TestCase):
    def test_numbers_have_three_digits_and_no_exponent(self):
        cases = {0.0123: "0.01", 0.5: "0.50", 1.234: "1.23", 12.34: "12.3", 123.4: "123",
                 12345.6: "12,346", None: "-"}
        for value, text in cases.items():
            self.assertEqual(text, tables.scaled(value, 1), value)

    def test_a_report_replaces_what_is_between_the_marks_and_nothing_else(self):
        page = f"above\n{markdown.BEGIN}\nold\n{markdown.END}\nbelow\n"
        once = markdown.insert(page, "| new |\n")
        self.assertEqual(f"above\n{markdown.BEGIN}\n\n| new |\n\n{markdown.END}\nbelow\n", once)
        self.assertEqual(once, markdown.insert(once, "| new |\n"))
        for broken in ["", markdown.BEGIN, f"{markdown.END}\n{markdown.BEGIN}", page + page]:
            with self.assertRaises(results.NotAResult):
                markdown.insert(broken, "x")

    def test_a_report_shows_every_workload_and_the_layers_asked_for(self):
        text = markdown.report(result(entry("one"), entry("two")), ["two"])
        self.assertIn("| one | 1 | 1,000 | 2,000 | 6,000 | - | 2.00 | 3.00 | 1.00 |", text)
        self.assertNotIn("Layers of one", text)
        self.assertIn("Layers of two, threads: 1.", text)
        self.assertIn("load average 0.5 before, 1.0 after", text)


class Commands(unittest.TestCase):
    def run_command(self, name, *arguments):
        return subprocess.run([BENCH / name, *arguments], capture_output=True, text=True,
                              check=False)

    def test_compare_prints_the_sorted_table_and_judges_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            old, new = pathlib.Path(folder, "old.json"), pathlib.Path(folder, "new.json")
            old.write_text(json.dumps(result(entry(timing=2.0))))
            new.write_text(json.dumps(result(entry(timing=8.0))))
            shown = self.run_command("compare", old, new)
        self.assertEqual((0, ""), (shown.returncode, shown.stderr))
        first = shown.stdout.splitlines()[5].split()
        self.assertEqual(["net", "1", "timing", "over", "dense", "2.00", "8.00", "4.000", "-"],
                         first)
        self.assertRegex(shown.stdout, r"timing seconds +2,000 ms +8,000 ms +4\.000 +yes\n")

    def test_a_file_that_is_no_result_is_one_line_and_status_2(self):
        with tempfile.TemporaryDirectory() as folder:
            other = pathlib.Path(folder, "other.json")
            other.write_text('{"schema": "scnn-result/1"}')
            for command in (("compare", other, other), ("report", other)):
                shown = self.run_command(*command)
                self.assertEqual(2, shown.returncode)
                self.assertEqual(f"bench/{command[0]}: error: {other}: schema is 'scnn-result/1', "
                                 "expected 'scnn-bench/1'\n", shown.stderr)

    def test_report_leaves_a_page_without_marks_alone(self):
        with tempfile.TemporaryDirectory() as folder:
            page, file = pathlib.Path(folder, "page.md"), pathlib.Path(folder, "r.json")
            page.write_text("# Page\n")
            file.write_text(json.dumps(result(entry())))
            shown = self.run_command("report", "--into", page, file)
            self.assertEqual(2, shown.returncode)
            self.assertIn("the page needs one line", shown.stderr)
            self.assertEqual("# Page\n", page.read_text())


if __name__ == "__main__":
    unittest.main()
