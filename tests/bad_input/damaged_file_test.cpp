#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "sample_network.hpp"
#include "spoiled_file.hpp"

using scnn::test::message_of;
using scnn::test::TemporaryFolder;
using scnn::test::write_bytes;

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
  scnn::test::write_sample(folder / "good.h5");
  const std::string bytes = scnn::test::bytes_of(folder / "good.h5");
  for (std::size_t n = 8; n < bytes.size(); n += 61) {
    write_bytes(folder / "n.h5", bytes.substr(0, n));
    CAPTURE(n, bytes.size());
    CHECK(message_of(folder / "n.h5").starts_with("FILE: is a truncated or damaged HDF5 file ("));
  }
}
