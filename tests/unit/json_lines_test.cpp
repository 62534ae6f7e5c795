/// JSON Lines: which lines count, and where an error lies.
#include "workloads/json_lines.hpp"

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/json_input.hpp"

using namespace scnn;
using workloads::read_json_lines;

namespace {

class Folder {
 public:
  std::filesystem::path file(const std::string& text) {
    test::write_bytes(folder_.path() / "log.jsonl", text);
    return folder_.path() / "log.jsonl";
  }
  /// What the user would read, without the folder.
  std::string message_for(const std::string& text) {
    const auto path = file(text);
    try {
      (void)read_json_lines(path);
    } catch (const InputError& error) {
      return std::string(error.what()).substr(folder_.path().string().size() + 1);
    }
    return "accepted";
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("every line that is not blank is a value, and knows its place") {
  Folder folder;
  const auto path = folder.file("{\"a\": 1}\n\n  \t\r\n[2]\r\n\"x\"");
  const auto lines = read_json_lines(path);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].value["a"] == 1);
  CHECK(lines[1].value == nlohmann::ordered_json::array({2}));
  CHECK(lines[2].value == "x");
  CHECK(lines[0].place == path.string() + ":1");
  CHECK(lines[1].place == path.string() + ":4");
  CHECK(lines[2].place == path.string() + ":5");
}

TEST_CASE("a line that is no JSON is refused with its number and column") {
  Folder folder;
  CHECK(folder.message_for("{}\n{\"a\": NaN}\n") ==
        "log.jsonl:2: column 7: found NaN, expected a finite number");
  CHECK(folder.message_for("{}\n// note\n") ==
        "log.jsonl:2: column 1: found a comment, expected comments only above the first value");
  CHECK(folder.message_for("{\"a\": 1, \"a\": 2}") ==
        "log.jsonl:1#/a: repeated key \"a\", expected every key once");
  CHECK(folder.message_for(std::string("{}\n\0\n", 5)) ==
        "log.jsonl:2: found binary data, expected JSON text");
}

TEST_CASE("a value over two lines, and two values in one, are refused") {
  Folder folder;
  CHECK_THAT(folder.message_for("{\"a\":\n1}\n"),
             Catch::Matchers::StartsWith("log.jsonl:1: column"));
  CHECK_THAT(folder.message_for("{} {}\n"), Catch::Matchers::StartsWith("log.jsonl:1: column 4"));
}

TEST_CASE("files without a line, and missing ones, are refused") {
  Folder folder;
  CHECK(folder.message_for("") == "log.jsonl: empty, expected a JSON value per line");
  CHECK(folder.message_for("\n \n") == "log.jsonl: empty, expected a JSON value per line");
  CHECK_THROWS_WITH(read_json_lines("none.jsonl"),
                    "none.jsonl: no such file, expected a file of JSON lines");
  CHECK(folder.message_for(std::string(workloads::kMaxJsonBytes + 1, ' ')) ==
        "log.jsonl: larger than 67108864 bytes, expected JSON lines of at most that");
}
