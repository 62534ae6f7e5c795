#!/usr/bin/python3
"""Runs tools/install_packages.sh against stand-ins for dpkg-query, apt-get and sudo,
and CMake with each library hidden: what is missing must be named with its package.

Usage: packages_test.py [unittest options]
"""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
SCRIPT = "tools/install_packages.sh"
PACKAGES = "cmake/debian-packages.txt"
TOOLS = ["bash", "awk", "grep", "sed", "cat", "dirname", "readlink", "env"]


class InstallPackages(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.bin = pathlib.Path(self.folder.name)
        self.bin.chmod(0o777)  # the test of other users runs the copy in here
        for tool in TOOLS:
            (self.bin / tool).symlink_to(shutil.which(tool))
        for name in (SCRIPT, PACKAGES):
            (self.bin / name).parent.mkdir()
            shutil.copy(ROOT / name, self.bin / name)

    def tearDown(self):
        self.folder.cleanup()

    def stand_in(self, name, text):
        path = self.bin / name
        path.write_text("#!/bin/bash\n" + text)
        path.chmod(0o755)

    def debian(self, missing=(), apt="exit 0"):
        absent = "|".join(missing) or "-"
        self.stand_in("dpkg-query", f'case "${{@: -1}}" in {absent}) exit 1;; esac; echo -n installed')
        self.stand_in("apt-get", f'echo "apt-get $*" >> "{self.bin}/calls"\n{apt}\n')

    def run_script(self, *arguments, user=None):
        return subprocess.run(["/bin/bash", self.bin / SCRIPT, *arguments], env={"PATH": str(self.bin)},
                              capture_output=True, text=True, check=False, user=user)

    def calls(self):
        log = self.bin / "calls"
        return log.read_text() if log.exists() else ""

    def test_nothing_is_said_or_done_when_everything_is_there(self):
        self.debian()
        result = self.run_script()
        self.assertEqual((0, "", "", ""),
                         (result.returncode, result.stdout, result.stderr, self.calls()))

    def test_without_apt_the_list_is_printed_and_the_status_is_2(self):
        result = self.run_script()
        self.assertEqual(2, result.returncode)
        self.assertIn("no apt", result.stderr)
        self.assertIn("libsystemc-dev", result.stderr)
        self.assertNotIn("gcovr", result.stderr, "optional packages are not asked for")

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_only_missing_packages_are_installed_and_named_with_their_purpose(self):
        self.debian(missing=["libhdf5-dev", "catch2"])
        result = self.run_script()
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertRegex(result.stderr, r"libhdf5-dev +reads and writes network files")
        self.assertNotIn("libsystemc-dev", result.stderr)
        self.assertRegex(self.calls(), r"install -y --no-install-recommends libhdf5-dev catch2\n")
        self.assertNotIn("update", self.calls())

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_package_lists_are_updated_when_the_first_attempt_fails(self):
        self.debian(missing=["catch2"], apt=f'(( $(wc -l < "{self.bin}/calls") > 1 ))')
        (self.bin / "wc").symlink_to(shutil.which("wc"))
        result = self.run_script()
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertEqual(3, len(self.calls().splitlines()), self.calls())
        self.assertIn("update", self.calls().splitlines()[1])

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_a_failing_apt_is_reported_with_status_1(self):
        self.debian(missing=["catch2"], apt="echo 'E: no network' >&2; exit 100")
        result = self.run_script()
        self.assertEqual(1, result.returncode)
        self.assertIn("E: no network", result.stderr)
        self.assertIn("could not install: catch2", result.stderr)

    def test_packages_for_tests_only_are_left_alone_unless_asked_for(self):
        self.debian(missing=["slurmd", "gcovr"])
        result = self.run_script()
        self.assertEqual((0, "", ""), (result.returncode, result.stderr, self.calls()))

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_services_of_packages_for_tests_only_are_stopped_and_stay_so(self):
        self.debian(missing=["slurmd", "munge", "catch2", "gcovr"])
        for tool in ["service", "update-rc.d"]:
            self.stand_in(tool, f'echo "{tool} $*" >> "{self.bin}/calls"\nexit 1')
        result = self.run_script("--tests")
        self.assertEqual(0, result.returncode, result.stderr)
        install = "apt-get -qq -o=Dpkg::Use-Pty=0 -o=DPkg::Lock::Timeout=60 install -y " \
                  "--no-install-recommends "
        self.assertEqual([install + "catch2", install + "slurmd munge", "service slurmd stop",
                          "update-rc.d slurmd disable", "service munge stop",
                          "update-rc.d munge disable"], self.calls().splitlines())

    @unittest.skipIf(os.geteuid() != 0, "needs root")
    def test_packages_for_tests_only_that_cannot_be_had_are_a_note(self):
        self.debian(missing=["slurmd"], apt="exit 100")
        result = self.run_script("--tests")
        self.assertEqual(0, result.returncode)
        self.assertIn("could not install: slurmd\nscnn: going on; the tests that need them will "
                      "be skipped\n", result.stderr)
        self.debian(missing=["catch2"], apt="exit 100")
        self.assertEqual(1, self.run_script("--tests").returncode, "the build needs the others")

    @unittest.skipIf(os.geteuid() != 0, "needs root, to stop being it")
    def test_others_than_root_use_sudo_and_are_told(self):
        self.debian(missing=["catch2"])
        result = self.run_script(user=65534)
        self.assertEqual(2, result.returncode, result.stderr)
        self.assertIn("neither root nor sudo here; as root run: apt-get install catch2",
                      result.stderr)
        self.stand_in("sudo", f'echo "sudo" >> "{self.bin}/calls"; "$@"')
        result = self.run_script(user=65534)
        self.assertEqual(0, result.returncode, result.stderr)
        self.assertIn("sudo, which may ask for your password", result.stderr)
        self.assertTrue(self.calls().startswith("sudo\napt-get"), self.calls())


class ConfigureNamesPackages(unittest.TestCase):
    """Each library hidden from CMake in turn."""

    HIDDEN_BY_OPTION = {
        "pkg-config": "-DCMAKE_DISABLE_FIND_PACKAGE_PkgConfig=ON",
        "libsystemc-dev": "-DSYSTEMC_LIBRARY=SYSTEMC_LIBRARY-NOTFOUND;"
                          "-DCMAKE_FIND_ROOT_PATH=/nowhere;"
                          "-DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY",
        "libboost-program-options-dev": "-DCMAKE_DISABLE_FIND_PACKAGE_Boost=ON",
        "nlohmann-json3-dev": "-DCMAKE_DISABLE_FIND_PACKAGE_nlohmann_json=ON",
        "libfmt-dev": "-DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON",
        "libssl-dev": "-DCMAKE_DISABLE_FIND_PACKAGE_OpenSSL=ON",
        "libtbb-dev": "-DCMAKE_DISABLE_FIND_PACKAGE_TBB=ON",
        "catch2": "-DCMAKE_DISABLE_FIND_PACKAGE_Catch2=ON",
    }

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)

    def tearDown(self):
        self.folder.cleanup()

    def check_message(self, package, *options, **environment):
        result = subprocess.run(
            ["cmake", "-S", ROOT, "-B", self.path / package, "-G", "Ninja", *options],
            env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        self.assertEqual(1, result.returncode, result.stdout)
        message = " ".join(result.stderr.split())
        self.assertIn(f"install Debian's package '{package}'", message)
        self.assertIn(f"\n{package} ", (ROOT / PACKAGES).read_text())

    def test_a_library_hidden_by_an_option_is_named_with_its_package(self):
        for package, options in self.HIDDEN_BY_OPTION.items():
            with self.subTest(package):
                self.check_message(package, *options.split(";"))

    def test_a_library_that_pkg_config_misses_is_named_with_its_package(self):
        self.check_message("libhdf5-dev", PKG_CONFIG_LIBDIR="/nowhere")
        hdf5 = subprocess.run(["pkg-config", "--variable=pcfiledir", "hdf5"], check=True,
                              capture_output=True, text=True).stdout.strip()
        (self.path / "hdf5.pc").symlink_to(pathlib.Path(hdf5) / "hdf5.pc")
        self.check_message("libhwy-dev", PKG_CONFIG_LIBDIR=str(self.path))

    def test_a_missing_module_of_python_is_named_with_its_package(self):
        for module in ["h5py", "numpy"]:
            with self.subTest(module):
                broken = self.path / f"without_{module}"
                broken.mkdir()
                (broken / f"{module}.py").write_text("raise ImportError")
                self.check_message(f"python3-{module}", PYTHONPATH=str(broken))


if __name__ == "__main__":
    unittest.main()
