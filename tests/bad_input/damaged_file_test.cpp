#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <random>

#include "tests/bad_input/spoiled_file.hpp"
#include "tests/support/sample_network.hpp"

using scnn::test::message_of;
using scnn::test::TemporaryFolder;
using scnn::test::write_bytes;

namespace {

void write_good(const std::filesystem::path& path, bool early) {
  early ? scnn::test::write_early_sample(path) : scnn::test::write_sample(path);
}

long peak_memory_kib(__rusage_who who) {
  rusage usage{};
  ::getrusage(who, &usage);
  return usage.ru_maxrss;
}

}  // namespace

TEST_CASE("a path that is no file to read is refused") {
  const TemporaryFolder folder;
  CHECK(message_of(folder / "none.h5") == "FILE: there is no such file");
  CHECK(message_of(folder.path()) == "FILE: is a folder, expected an HDF5 file");
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(message_of(folder / "pipe") == "FILE: is not a regular file, expected an HDF5 file");
  CHECK(message_of("/dev/zero") == "FILE: is not a regular file, expected an HDF5 file");
}

TEST_CASE("a file without read permission is refused") {
  if (::geteuid() == 0) {
    WARN("skipped: the superuser reads everything");
    return;
  }
  const TemporaryFolder folder;
  scnn::test::write_sample(folder / "n.h5");
  ::chmod((folder / "n.h5").c_str(), 0);
  CHECK(message_of(folder / "n.h5") == "FILE: cannot be opened for reading: Permission denied");
}

TEST_CASE("an empty file and one of another format are refused") {
  const TemporaryFolder folder;
  write_bytes(folder / "n.h5", "");
  CHECK(message_of(folder / "n.h5") == "FILE: is empty, expected an HDF5 file");
  write_bytes(folder / "n.h5", "{\"not\": \"HDF5\"}\n");
  CHECK(message_of(folder / "n.h5") == "FILE: is not an HDF5 file");
  write_bytes(folder / "n.h5", "\x89HDF\r\n\x1a\n");
  CHECK(message_of(folder / "n.h5").starts_with("FILE: is a truncated or damaged HDF5 file ("));
}

TEST_CASE("a truncated file is refused at every length") {
  const TemporaryFolder folder;
  const bool early = GENERATE(false, true);
  write_good(folder / "good.h5", early);
  const std::string bytes = scnn::test::bytes_of(folder / "good.h5");
  for (std::size_t n = 8; n < bytes.size(); n += 61) {
    write_bytes(folder / "n.h5", bytes.substr(0, n));
    CAPTURE(n, bytes.size(), early);
    CHECK(message_of(folder / "n.h5").starts_with("FILE: is a truncated or damaged HDF5 file ("));
  }
}

TEST_CASE("a file with wrong bytes is read or refused, and takes little memory") {
  const TemporaryFolder folder;
  const bool early = GENERATE(false, true);
  const int wrong_bytes = GENERATE(1, 5);
  write_good(folder / "good.h5", early);
  const std::string good = scnn::test::bytes_of(folder / "good.h5");
  int refused = 0;
  for (std::uint32_t seed = 150; seed < 400; ++seed) {
    std::mt19937 random(seed);
    std::string bytes = good;
    for (int i = 0; i < wrong_bytes; ++i) {
      const std::size_t where = random() % bytes.size();
      bytes[where] ^= static_cast<char>(1U + random() % 255U);
    }
    write_bytes(folder / "n.h5", bytes);
    CAPTURE(seed, early, wrong_bytes);
    const std::string message = message_of(folder / "n.h5");
    CHECK((message.empty() || message.starts_with("FILE")));
    CHECK(message.find('\n') == std::string::npos);
    refused += message.empty() ? 0 : 1;
  }
  // Most of a small file is structure, so a good part of them must be noticed.
  CHECK(refused > 25);
  CHECK(peak_memory_kib(RUSAGE_SELF) < 400 * 1024);
  CHECK(peak_memory_kib(RUSAGE_CHILDREN) < 400 * 1024);
}

TEST_CASE("a file on which the HDF5 library crashes or never ends is refused") {
  const TemporaryFolder folder;
  const bool early = GENERATE(false, true);
  write_good(folder / "n.h5", early);
  std::string bytes = scnn::test::bytes_of(folder / "n.h5");
  // The size of the first string on the heap of strings: bytes 24 to 31.
  const std::size_t heap = bytes.find("GCOL");
  REQUIRE(heap != std::string::npos);
  early ? bytes[heap + 25] = '\x03' : bytes[heap + 28] = '\x01';
  write_bytes(folder / "n.h5", bytes);
  CHECK(message_of(folder / "n.h5") ==
        "FILE: is a damaged HDF5 file (the HDF5 library crashes on it)");
}
