/// JSON text as users write it, and every way it can be wrong.
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "sim/densities_file.hpp"
#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_place.hpp"
#include "workloads/json_reader.hpp"

namespace {

using namespace scnn;
using namespace scnn::sim;
using namespace scnn::workloads;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

fs::path written(const fs::path& path, const std::string& text) {
  test::write_bytes(path, text);
  return path;
}

/// What the user would read.
std::string message_for(std::string_view text) {
  try {
    (void)parse_json(text, "a.json");
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

std::string nested(std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

}  // namespace

TEST_CASE("plain JSON keeps its values and the order of its keys") {
  const auto value =
      parse_json(R"({"z": 1, "a": [true, null, -2, 1.5, "x\ny"], "m": {"k": {}}})", "a.json");
  CHECK(value.dump() == R"({"z":1,"a":[true,null,-2,1.5,"x\ny"],"m":{"k":{}}})");
  CHECK(value["z"].is_number_integer());
  CHECK(parse_json(" 7 \n", "a.json") == 7);
  CHECK(parse_json("\xef\xbb\xbf{}", "a.json").is_object());
}

TEST_CASE("comment lines are allowed above the first value") {
  CHECK(parse_json("// one\n  // two {\n\n\t// three\r\n{\"a\": 1}\n", "a.json")["a"] == 1);
  CHECK(parse_json("// no newline between\n[\"// text\"]", "a.json")[0] == "// text");
}

TEST_CASE("comments anywhere else are refused where they stand") {
  const std::string refusal = "found a comment, expected comments only above the first value";
  CHECK(message_for("{\n  // b\n  \"a\": 1}") == "a.json: line 2, column 3: " + refusal);
  CHECK(message_for("{\"a\": 1} // b") == "a.json: line 1, column 10: " + refusal);
  CHECK(message_for("{\"a\": /* b */ 1}") == "a.json: line 1, column 7: " + refusal);
}

TEST_CASE("a repeated key is reported with its pointer") {
  CHECK(message_for(R"({"kc": 8, "kc": 9})") ==
        "a.json#/kc: repeated key \"kc\", expected every key once");
  CHECK(message_for(R"({"a": [{}, {"b/c": {"~": 1, "~": 2}}]})") ==
        "a.json#/a/1/b~1c/~0: repeated key \"~\", expected every key once");
  CHECK(message_for(R"({"a": 1, "\u0061": 2})") ==
        "a.json#/a: repeated key \"a\", expected every key once");
  // The same key in another object is another key.
  CHECK(message_for(R"({"a": {"a": 1}, "b": {"a": 1}, "c": [{"a": 1}, {"a": 1}]})") == "accepted");
}

TEST_CASE("numbers that are not finite are refused") {
  CHECK(message_for("{\"a\": NaN}") ==
        "a.json: line 1, column 7: found NaN, expected a finite number");
  CHECK(message_for("[1,\n Infinity]") ==
        "a.json: line 2, column 2: found Infinity, expected a finite number");
  CHECK(message_for("[-Infinity]") ==
        "a.json: line 1, column 2: found -Infinity, expected a finite number");
  CHECK(message_for("[1e999]") ==
        "a.json: line 1, column 2: found 1e999, expected a number a double can hold");
  CHECK(message_for("[-1e999]") ==
        "a.json: line 1, column 2: found -1e999, expected a number a double can hold");
}

TEST_CASE("syntax errors name line, column and what was expected") {
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{", "line 1, column 2: unexpected end of input; expected string literal"},
      {"// only a comment\n",
       "line 2, column 1: unexpected end of input; expected '[', '{', or a "
       "literal"},
      {"{\"a\": tru}", "line 1, column 7: found \"tru\", expected a JSON value"},
      {"{a: 1}", "line 1, column 2: found \"a\", expected string literal"},
      {"{'a': 1}", "line 1, column 2: found \"'\", expected string literal"},
      {"{} x", "line 1, column 4: found \"x\", expected end of input"},
      {"{}\n{}", "line 2, column 1: unexpected '{'; expected end of input"},
      {"[1,]", "line 1, column 4: unexpected ']'; expected '[', '{', or a literal"},
      {"{\"a\" 1}", "line 1, column 6: unexpected number literal; expected ':'"},
      {"[01]", "line 1, column 3: unexpected number literal; expected ']'"},
      {"[-]", "line 1, column 2: found \"-\", expected digit after '-'"},
      {"[1.]", "line 1, column 2: found \"1.\", expected digit after '.'"},
      {"[\"abc", "line 1, column 6: invalid string: missing closing quote"},
      {"[\"a\nb\"]",
       "line 1, column 4: invalid string: control character U+000A (LF) must be "
       "escaped to \\u000A or \\n"},
      {"[\"\xff\"]", "line 1, column 3: invalid string: ill-formed UTF-8 byte"},
      {"\xff\xfe{", "line 1, column 1: found \"\\xff\", expected a JSON value"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    CHECK(message_for(text) == "a.json: " + expected);
  }
}

TEST_CASE("columns below comment lines are those of the file") {
  CHECK(message_for("// a\n// b\n{\n  \"kc\": x}") ==
        "a.json: line 4, column 9: found \"x\", expected a JSON value");
}

TEST_CASE("nesting is bounded") {
  CHECK(message_for(nested(kMaxJsonDepth)) == "accepted");
  CHECK(message_for(nested(kMaxJsonDepth + 1)) ==
        "a.json: arrays and objects nested deeper than 64 levels, expected at most 64");
  CHECK(message_for(std::string(10'000'000, '[')) ==
        "a.json: arrays and objects nested deeper than 64 levels, expected at most 64");
}

TEST_CASE("text without content, and what is no text, is refused as such") {
  CHECK(message_for("") == "a.json: empty, expected JSON text");
  CHECK(message_for(" \r\n\t") == "a.json: empty, expected JSON text");
  CHECK(message_for(std::string_view("{\0}", 3)) ==
        "a.json: found binary data, expected JSON text");
  CHECK(message_for("\x89HDF\r\n\x1a\n") == "a.json: found an HDF5 file, expected JSON text");
}

TEST_CASE("messages stay on one printable line whatever the file holds") {
  CHECK(message_for("{\"a\\nb\": 1, \"a\\nb\": 2}") ==
        "a.json#/a\\x0ab: repeated key \"a\\x0ab\", expected every key once");
  const std::string long_key(1000, 'k');
  CHECK(message_for("{\"" + long_key + "\": 1, \"" + long_key + "\": 2}").size() < 250);
  CHECK(message_for(std::string(1000, 'w') + "]").size() < 150);
  for (int byte = 1; byte < 256; ++byte) {
    const std::string message = message_for(std::string("[") + static_cast<char>(byte) + "]");
    for (const char c : message) REQUIRE((c >= 0x20 && c < 0x7f));
  }
}

TEST_CASE("many keys are read in linear time") {
  std::string text = "{";
  for (int i = 0; i < 200'000; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  text += "\"k7\":0}";
  CHECK(message_for(text) == "a.json#/k7: repeated key \"k7\", expected every key once");
}

TEST_CASE("files are read by name") {
  const test::TemporaryFolder folder;
  CHECK(read_json_file(written(folder / "good.json", "// c\n{\"a\": 1}"))["a"] == 1);
  const fs::path bad = written(folder / "bad.json", "{\"a\": 1,}");
  CHECK_THROWS_WITH(read_json_file(bad), StartsWith(bad.string() + ": line 1, column 9: "));
}

TEST_CASE("files that cannot be read say why") {
  const test::TemporaryFolder folder;
  const fs::path missing = folder / "missing.json";
  CHECK_THROWS_WITH(read_json_file(missing),
                    missing.string() + ": no such file, expected a JSON file");
  CHECK_THROWS_WITH(read_json_file(folder.path()),
                    folder.path().string() + ": found a directory, expected a JSON file");
  CHECK_THROWS_WITH(read_json_file(written(folder / "empty.json", "")),
                    Contains("empty.json: empty, expected JSON text"));
  const fs::path loop = folder / "loop.json";
  fs::create_symlink(loop, loop);
  CHECK_THROWS_WITH(read_json_file(loop),
                    Contains("loop.json: cannot be read (") && Contains("), expected a JSON file"));
}

TEST_CASE("a file is read up to a bound") {
  // A device that never ends stands for a file that is much too large.
  CHECK_THROWS_WITH(read_json_file("/dev/zero"),
                    "/dev/zero: larger than 67108864 bytes, expected a JSON text of at most that");
}

TEST_CASE("values are shown short and on one line") {
  CHECK(shown(nlohmann::ordered_json(8.0)) == "8.0");
  CHECK(shown(nlohmann::ordered_json(-3)) == "-3");
  CHECK(shown(nlohmann::ordered_json(nullptr)) == "null");
  CHECK(shown(nlohmann::ordered_json("a\nb")) == "\"a\\x0ab\"");
  CHECK(shown(nlohmann::ordered_json::object()) == "an object");
  CHECK(shown(nlohmann::ordered_json::array({1})) == "an array");
}

TEST_CASE("an object reader gives members, or nothing where they are absent") {
  const auto json = parse_json(R"({"n": 5, "t": "x", "f": false, "d": 2, "o": {"c": "two"}})", "j");
  JsonObjectReader reader(json, {.file = "j", .pointer = {}});
  CHECK(reader.integer("n", {5, 5}) == 5);
  CHECK(reader.text("t") == "x");
  CHECK(reader.flag("f") == false);
  CHECK(reader.positive("d") == 2.0);
  CHECK(reader.integer("absent", {0, 9}) == std::nullopt);
  CHECK(reader.text("absent") == std::nullopt);
  CHECK(reader.flag("absent") == std::nullopt);
  CHECK(reader.positive("absent") == std::nullopt);
  CHECK_FALSE(reader.object("absent").has_value());
  const std::vector<std::string_view> names{"one", "two"};
  CHECK(reader.choice("absent", names) == std::nullopt);
  CHECK_THROWS_WITH(reader.refuse_unknown_keys(), StartsWith("j#/o: unknown key \"o\""));
  auto inner = reader.object("o");
  REQUIRE(inner.has_value());
  CHECK(inner->choice("c", names) == 1);
  CHECK_NOTHROW(inner->refuse_unknown_keys());
  CHECK_NOTHROW(reader.refuse_unknown_keys());
}

TEST_CASE("a densities file gives its entries in file order") {
  const test::TemporaryFolder folder;
  const auto table = read_densities(
      written(folder / "d.json", "// d\n{\"conv1\": 0.84, \"inception/*\": 1, \"*\": 0.3}"));
  using Entries = std::vector<std::pair<std::string, double>>;
  CHECK(table.entries() == Entries{{"conv1", 0.84}, {"inception/*", 1.0}, {"*", 0.3}});
  CHECK(table.find("conv1") == 0.84);
  CHECK(table.find("inception/3a") == 1.0);
  CHECK(table.find("fc6") == 0.3);
  CHECK(read_densities(written(folder / "none.json", "{}")).entries().empty());
}

TEST_CASE("a densities file that is wrong is refused with the place") {
  const test::TemporaryFolder folder;
  const std::vector<std::pair<std::string, std::string>> cases{
      {"{\"conv1\": 0}", "#/conv1: found 0, expected a number in (0,1]"},
      {"{\"conv1\": -0.5}", "#/conv1: found -0.5, expected a number in (0,1]"},
      {"{\"conv1\": 1.01}", "#/conv1: found 1.01, expected a number in (0,1]"},
      {"{\"a/*\": \"0.5\"}", "#/a~1*: found \"0.5\", expected a number in (0,1]"},
      {"{\"a\": null}", "#/a: found null, expected a number in (0,1]"},
      {"{\"a\": {\"b\": 0.5}}", "#/a: found an object, expected a number in (0,1]"},
      {"[0.5]", "#: found an array, expected an object from layer name or glob to density"},
      {"0.5", "#: found 0.5, expected an object from layer name or glob to density"},
      {"{\"a\": 0.5, \"a\": 0.4}", "#/a: repeated key \"a\", expected every key once"},
  };
  for (const auto& [text, expected] : cases) {
    CAPTURE(text);
    const fs::path file = written(folder / "d.json", text);
    CHECK_THROWS_WITH(read_densities(file), file.string() + expected);
    CHECK_THROWS_AS(read_densities(file), InputError);
  }
}
