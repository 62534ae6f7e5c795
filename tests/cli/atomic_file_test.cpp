#include "sim/atomic_file.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"

using scnn::OutputError;
using scnn::sim::AtomicFile;
using scnn::test::bytes_of;
using scnn::test::TemporaryFolder;
using scnn::test::write_bytes;

TEST_CASE("the name belongs to the old file until the new one is whole") {
  const TemporaryFolder folder;
  write_bytes(folder / "f", "old");
  AtomicFile file(folder / "f");
  file.write("new ");
  file.write("text");
  CHECK(bytes_of(folder / "f") == "old");
  CHECK(folder.count() == 2);
  file.commit();
  CHECK(bytes_of(folder / "f") == "new text");
  CHECK(folder.count() == 1);
}

TEST_CASE("without commit nothing is left and the old file stays") {
  const TemporaryFolder folder;
  write_bytes(folder / "old", "old");
  for (const char* name : {"old", "new"}) {
    AtomicFile file(folder / name);
    file.write("half");
  }
  CHECK(bytes_of(folder / "old") == "old");
  CHECK(folder.count() == 1);
}

TEST_CASE("two writers of one name do not meet, the last commit stays") {
  const TemporaryFolder folder;
  AtomicFile a(folder / "f"), b(folder / "f");
  a.write("a");
  b.write("b");
  b.commit();
  a.commit();
  CHECK(bytes_of(folder / "f") == "a");
  CHECK(folder.count() == 1);
}

TEST_CASE("a new file has the permissions the user's mask leaves") {
  const TemporaryFolder folder;
  const ::mode_t mask = ::umask(027);
  scnn::sim::write_file(folder / "f", "text");
  ::umask(mask);
  struct stat status {};
  REQUIRE(::stat((folder / "f").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0640);
}

TEST_CASE("what cannot be written is named with its reason") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(AtomicFile(folder / "none" / "f"),
                    Catch::EndsWith("none/f: cannot be created: No such file or directory"));
  CHECK_THROWS_AS(AtomicFile(folder.path()), OutputError);
  AtomicFile full("/dev/full");
  CHECK_THROWS_WITH(full.write("text"), "/dev/full: cannot be written: No space left on device");
}
