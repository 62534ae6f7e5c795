#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <thread>
#include <vector>

#include "sparse_formats/error.hpp"
#include "tests/support/sample_network.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/hdf5_output.hpp"

// For runs under AddressSanitizer: a file that cannot be flushed cannot be closed
// either, and the library keeps what belongs to it.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5"; }

using namespace scnn;
using test::TemporaryFolder;
namespace hdf5 = workloads::hdf5;

namespace {

/// Lets no file of this process grow beyond `bytes`: what a full disk looks like to
/// the library, without being root.
class FullDisk {
 public:
  explicit FullDisk(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;
  ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &before_); }

 private:
  rlimit before_{};
};

std::vector<float> noise(std::size_t n) {
  std::vector<float> values(n);
  std::uint32_t x = 1;
  for (auto& v : values) v = static_cast<float>((x = x * 1664525U + 1013904223U) >> 8U);
  return values;
}

void write_noise(const std::filesystem::path& path, std::size_t n) {
  hdf5::OutputFile file(path);
  {
    auto root = file.root();
    const auto values = noise(n);
    root.write_dataset("a", {static_cast<std::int64_t>(n)}, std::span<const float>(values));
    root.write_dataset("b", {static_cast<std::int64_t>(n)}, std::span<const float>(values));
  }
  file.commit();
}

}  // namespace

TEST_CASE("a full disk is an output error, and the old file stays") {
  const TemporaryFolder folder;
  test::write_bytes(folder / "n.h5", "old");
  for (rlim_t bytes : {0, 1000, 8192, 100000, 500000}) {
    CAPTURE(bytes);
    const FullDisk disk(bytes);
    CHECK_THROWS_AS(write_noise(folder / "n.h5", 100000), OutputError);
    CHECK(test::bytes_of(folder / "n.h5") == "old");
    CHECK(folder.count() == 1);
  }
  write_noise(folder / "n.h5", 100000);
  CHECK(std::filesystem::file_size(folder / "n.h5") > 500000);
}

TEST_CASE("a program that met a full disk ends well, wherever the disk was full") {
  const TemporaryFolder folder;
  write_noise(folder / "n.h5", 1000);
  const auto size = std::filesystem::file_size(folder / "n.h5");
  for (rlim_t bytes = 0; bytes < size; bytes += 97) {
    CAPTURE(bytes, size);
    const pid_t child = ::fork();
    if (child == 0) {
      const FullDisk disk(bytes);
      try {
        write_noise(folder / "n.h5", 1000);
      } catch (const OutputError& error) {
        // The library's own clean-up at the end of a program is part of the test.
        const std::string expected = (folder / "n.h5").string();
        const bool clear = std::string(error.what()).starts_with(expected) &&
                           std::string(error.what()).ends_with(": File too large");
        std::exit(clear ? 1 : 2);
      }
      std::exit(0);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(std::filesystem::file_size(folder / "n.h5") == size);
  }
}

TEST_CASE("the same content gives the same bytes") {
  const TemporaryFolder folder;
  write_noise(folder / "a.h5", 200000);
  // Times in the library's files count seconds.
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  write_noise(folder / "b.h5", 200000);
  CHECK(test::bytes_of(folder / "a.h5") == test::bytes_of(folder / "b.h5"));
}

TEST_CASE("files left by a program that was killed are in nobody's way") {
  const TemporaryFolder folder;
  const auto left = (folder / "n.h5").string() + ".part-" + std::to_string(::getpid()) + "-0";
  test::write_bytes(left, "left over");
  write_noise(folder / "n.h5", 10);
  CHECK(test::bytes_of(left) == "left over");
  CHECK(folder.count() == 2);
}

TEST_CASE("two files of one name can be written at a time, the last to finish stays") {
  const TemporaryFolder folder;
  hdf5::OutputFile a(folder / "n.h5");
  hdf5::OutputFile b(folder / "n.h5");
  a.root().write_text("who", "a");
  b.root().write_text("who", "b");
  b.commit();
  a.commit();
  CHECK(hdf5::InputFile(folder / "n.h5").root().text("who") == "a");
}

TEST_CASE("text from a file is made fit for one line") {
  CHECK(hdf5::printable("plain") == "plain");
  CHECK(hdf5::printable("a\nb\tc\x7f") == "a?b?c?");
  CHECK(hdf5::printable("\x1b[31m") == "?[31m");
  CHECK(hdf5::printable("größe 大 🙂") == "größe 大 🙂");
  CHECK(hdf5::printable("\xc3") == "?");
  CHECK(hdf5::printable("\xc0\xaf") == "??");            // overlong
  CHECK(hdf5::printable("\xed\xa0\x80") == "???");       // surrogate
  CHECK(hdf5::printable("\xf4\x90\x80\x80") == "????");  // beyond Unicode
  CHECK(hdf5::printable("\xc2\x85") == "??");            // a control character of two bytes
  CHECK(hdf5::printable(std::string(200, 'x'), 10) == "xxxxxxxxxx...");
  CHECK(hdf5::is_clean_text("größe"));
  CHECK_FALSE(hdf5::is_clean_text("a\n"));
}

TEST_CASE("shapes are printed as they are indexed") {
  CHECK(hdf5::shape_text(hdf5::Dims{}) == "a scalar");
  CHECK(hdf5::shape_text(hdf5::Dims{0, 3}) == "[0][3]");
}
