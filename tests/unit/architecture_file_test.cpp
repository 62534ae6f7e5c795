/// Architecture files: defaults, every key's limits, every message, and the way back.
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"

namespace {

using namespace scnn;
using namespace scnn::sim;
using namespace scnn::workloads;
using Catch::Matchers::Contains;
using memory::Architecture;
using nlohmann::ordered_json;
namespace fs = std::filesystem;

Architecture resolved(std::string_view text) {
  return resolve_architecture(parse_json(text, "a.json"), "a.json");
}

/// What the user would read.
std::string message_for(std::string_view text) {
  try {
    (void)resolved(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

/// `{"dram": {"latency_cycles": VALUE}}` for the pointer /dram/latency_cycles.
std::string file_with(const std::string& pointer, const std::string& value) {
  const auto slash = pointer.find('/', 1);
  if (slash == std::string::npos) return "{\"" + pointer.substr(1) + "\": " + value + "}";
  return "{\"" + pointer.substr(1, slash - 1) + "\": {\"" + pointer.substr(slash + 1) +
         "\": " + value + "}}";
}

struct IntegerKey {
  std::string pointer;
  std::int64_t least;
  std::int64_t most;
};

const std::vector<IntegerKey>& integer_keys() {
  constexpr std::int64_t count = 1073741824;
  constexpr std::int64_t ram = 1099511627776;
  static const std::vector<IntegerKey> keys{
      {"/pe_rows", 1, 1024},
      {"/pe_cols", 1, 1024},
      {"/multiplier_array/F", 1, 64},
      {"/multiplier_array/I", 1, 64},
      {"/kc", 1, 65536},
      {"/weight_bits", 2, 16},
      {"/activation_bits", 2, 16},
      {"/accumulator_bits", 2, 63},
      {"/index_bits", 1, 16},
      {"/accumulator/banks", 1, 4096},
      {"/accumulator/entries_per_bank", 1, count},
      {"/accumulator/queue_threshold", 0, 65535},
      {"/iaram_bytes", 0, ram},
      {"/oaram_bytes", 0, ram},
      {"/weight_fifo_entries", 1, count},
      {"/broadcast_entries_per_cycle", 1, count},
      {"/dram/bytes_per_cycle", 1, count},
      {"/dram/latency_cycles", 0, count},
      {"/ppu/entries_per_cycle", 1, count},
      {"/ppu/halo_entries_per_cycle", 1, count},
  };
  return keys;
}

const std::string kDefaults = R"({
  "name": "scnn-isca17", "clock_ghz": 1.0,
  "pe_rows": 8, "pe_cols": 8, "multiplier_array": { "F": 4, "I": 4 }, "kc": 8,
  "weight_bits": 16, "activation_bits": 16, "accumulator_bits": 24, "index_bits": 4,
  "accumulator": { "banks": 32, "entries_per_bank": 32, "queue_threshold": 4,
                   "bank_map": "linear", "bypass": "none", "capacity": "ignore" },
  "iaram_bytes": 10240, "oaram_bytes": 10240, "weight_fifo_entries": 50,
  "broadcast_entries_per_cycle": 4,
  "dram": { "bytes_per_cycle": 50, "latency_cycles": 100 },
  "ppu": { "entries_per_cycle": 32, "halo_entries_per_cycle": 4 },
  "stride_mode": "phases", "barrier": "group", "shared_indices": true,
  "skip_zero_weights": true, "skip_zero_activations": true })";

/// Every key with a value that is not its default, as far as it has another.
const std::string kOthers = R"({
  "name": "other", "clock_ghz": 0.75,
  "pe_rows": 3, "pe_cols": 5, "multiplier_array": { "F": 2, "I": 7 }, "kc": 16,
  "weight_bits": 8, "activation_bits": 9, "accumulator_bits": 32, "index_bits": 5,
  "accumulator": { "banks": 31, "entries_per_bank": 33, "queue_threshold": 0,
                   "bank_map": "skewed", "bypass": "step", "capacity": "shrink-kc" },
  "iaram_bytes": 0, "oaram_bytes": 1, "weight_fifo_entries": 51,
  "broadcast_entries_per_cycle": 6,
  "dram": { "bytes_per_cycle": 52, "latency_cycles": 101 },
  "ppu": { "entries_per_cycle": 34, "halo_entries_per_cycle": 35 },
  "stride_mode": "discard", "barrier": "group", "shared_indices": false,
  "skip_zero_weights": false, "skip_zero_activations": false })";

}  // namespace

TEST_CASE("an empty object is the machine of the paper, every key in order") {
  CHECK(to_json(resolved("{}")).dump() == parse_json(kDefaults, "d").dump());
  CHECK(to_json(Architecture{}).dump() == parse_json(kDefaults, "d").dump());
}

TEST_CASE("a resolved architecture can be fed back") {
  CHECK(to_json(resolved(kDefaults)).dump() == parse_json(kDefaults, "d").dump());
  CHECK(to_json(resolved(kOthers)).dump() == parse_json(kOthers, "o").dump());
}

TEST_CASE("every key reaches its parameter") {
  const Architecture a = resolved(kOthers);
  CHECK(a.name == "other");
  CHECK(a.clock_ghz == 0.75);
  CHECK(a.pe_rows == 3);
  CHECK(a.pe_cols == 5);
  CHECK(a.F == 2);
  CHECK(a.I == 7);
  CHECK(a.kc == 16);
  CHECK(a.weight_bits == 8);
  CHECK(a.activation_bits == 9);
  CHECK(a.accumulator_bits == 32);
  CHECK(a.index_bits == 5);
  CHECK(a.accumulator.banks == 31);
  CHECK(a.accumulator.entries_per_bank == 33);
  CHECK(a.accumulator.queue_threshold == 0);
  CHECK(a.accumulator.bank_map == memory::BankMap::skewed);
  CHECK(a.accumulator.bypass == memory::Bypass::step);
  CHECK(a.accumulator.capacity == memory::Capacity::shrink_kc);
  CHECK(a.iaram_bytes == 0);
  CHECK(a.oaram_bytes == 1);
  CHECK(a.weight_fifo_entries == 51);
  CHECK(a.broadcast_entries_per_cycle == 6);
  CHECK(a.dram.bytes_per_cycle == 52);
  CHECK(a.dram.latency_cycles == 101);
  CHECK(a.ppu.entries_per_cycle == 34);
  CHECK(a.ppu.halo_entries_per_cycle == 35);
  CHECK(a.stride_mode == memory::StrideMode::discard);
  CHECK_FALSE(a.shared_indices);
  CHECK_FALSE(a.skip_zero_weights);
  CHECK_FALSE(a.skip_zero_activations);
}

TEST_CASE("every bank map has a name, and xor wants a power of two") {
  const auto map_of = [](const std::string& name) {
    return resolved(R"({"accumulator": {"bank_map": ")" + name + R"("}})").accumulator.bank_map;
  };
  CHECK(map_of("linear") == memory::BankMap::linear);
  CHECK(map_of("xor") == memory::BankMap::xor_folded);
  CHECK(map_of("prime") == memory::BankMap::prime);
  CHECK(map_of("skewed") == memory::BankMap::skewed);
  const auto with_banks = [](const std::string& map, int banks) {
    return message_for(R"({"accumulator": {"bank_map": ")" + map + R"(", "banks": )" +
                       std::to_string(banks) + "}}");
  };
  for (const int banks : {1, 2, 64, 4096}) CHECK(with_banks("xor", banks) == "accepted");
  for (const int banks : {3, 24, 33, 4095})
    CHECK(with_banks("xor", banks) == "a.json#/accumulator/banks: found " + std::to_string(banks) +
                                          ", expected a power of two with bank_map \"xor\"");
  for (const std::string map : {"linear", "prime", "skewed"})
    for (const int banks : {1, 3, 33}) CHECK(with_banks(map, banks) == "accepted");
}

TEST_CASE("a file gives only what differs, inner objects too") {
  const Architecture a = resolved(R"({"accumulator": {"capacity": "split-plane"}, "dram": {}})");
  CHECK(a.accumulator.capacity == memory::Capacity::split_plane);
  CHECK(a.accumulator.banks == 32);
  CHECK(a.dram.bytes_per_cycle == 50);
}

TEST_CASE("every integer key takes its least and its most, and nothing beyond") {
  for (const IntegerKey& key : integer_keys()) {
    CAPTURE(key.pointer);
    const std::string expected = ", expected an integer from " + std::to_string(key.least) +
                                 " to " + std::to_string(key.most);
    const std::string where = "a.json#" + key.pointer + ": found ";
    const auto message = [&](const std::string& value) {
      return message_for(file_with(key.pointer, value));
    };
    // The largest array side alone would exceed the number of PEs; the other stays small.
    const bool side = key.pointer == "/pe_rows" || key.pointer == "/pe_cols";
    const std::string most = std::to_string(side ? key.most / 2 : key.most);
    CHECK(message(std::to_string(key.least)) == "accepted");
    CHECK(message(most) == "accepted");
    for (const std::int64_t beyond : {key.least - 1, key.most + 1, std::int64_t{-1}})
      CHECK(message(std::to_string(beyond)) == where + std::to_string(beyond) + expected);
    // 2^32 + 4 must not pass as 4, nor 2^64 - 1 as -1.
    CHECK(message("18446744073709551615") == where + "18446744073709551615" + expected);
    if (key.most < 4294967300) CHECK(message("4294967300") == where + "4294967300" + expected);
  }
}

TEST_CASE("every integer key refuses other types") {
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"8.0", "8.0"},   {"8.5", "8.5"},      {"\"8\"", "\"8\""}, {"true", "true"},
      {"null", "null"}, {"[8]", "an array"}, {"{}", "an object"}};
  for (const IntegerKey& key : integer_keys()) {
    CAPTURE(key.pointer);
    const std::string expected = ", expected an integer from " + std::to_string(key.least) +
                                 " to " + std::to_string(key.most);
    for (const auto& [value, found] : wrong)
      CHECK(message_for(file_with(key.pointer, value)) ==
            "a.json#" + key.pointer + ": found " + found + expected);
  }
}

TEST_CASE("every choice lists what it takes") {
  const std::vector<std::pair<std::string, std::string>> choices{
      {"/accumulator/bank_map", "one of \"linear\", \"xor\", \"prime\", \"skewed\""},
      {"/accumulator/bypass", "one of \"none\", \"step\""},
      {"/accumulator/capacity", "one of \"ignore\", \"shrink-kc\", \"split-plane\""},
      {"/stride_mode", "one of \"phases\", \"discard\""},
      {"/barrier", "\"group\""},
  };
  for (const auto& [pointer, expected] : choices) {
    CAPTURE(pointer);
    for (const std::string value : {"\"other\"", "\"\"", "0", "true", "null"})
      CHECK(message_for(file_with(pointer, value)) ==
            "a.json#" + pointer + ": found " + value + ", expected " + expected);
  }
}

TEST_CASE("every flag is true or false") {
  for (const std::string pointer :
       {"/shared_indices", "/skip_zero_weights", "/skip_zero_activations"})
    for (const std::string value : {"1", "\"true\"", "null"})
      CHECK(message_for(file_with(pointer, value)) ==
            "a.json#" + pointer + ": found " + value + ", expected true or false");
}

TEST_CASE("the clock is a finite number above 0") {
  for (const std::string value : {"0", "0.0", "-1.5", "\"1\"", "null", "true"})
    CHECK(message_for(file_with("/clock_ghz", value)) ==
          "a.json#/clock_ghz: found " + value + ", expected a number above 0");
  CHECK(resolved(R"({"clock_ghz": 2})").clock_ghz == 2.0);
  CHECK(resolved(R"({"clock_ghz": 1e-3})").clock_ghz == 1e-3);
}

TEST_CASE("the name is a string") {
  CHECK(message_for(R"({"name": 17})") == "a.json#/name: found 17, expected a string");
}

TEST_CASE("every inner object is an object") {
  for (const std::string pointer : {"/multiplier_array", "/accumulator", "/dram", "/ppu"}) {
    CHECK(message_for(file_with(pointer, "16")) ==
          "a.json#" + pointer + ": found 16, expected an object");
    CHECK(message_for(file_with(pointer, "[4, 4]")) ==
          "a.json#" + pointer + ": found an array, expected an object");
  }
}

TEST_CASE("the document is an object") {
  CHECK(message_for("[]") == "a.json#: found an array, expected an object");
  CHECK(message_for("\"scnn\"") == "a.json#: found \"scnn\", expected an object");
  CHECK(message_for("null") == "a.json#: found null, expected an object");
}

TEST_CASE("an unknown key is answered with the nearest known one") {
  CHECK(message_for(R"({"pe_row": 8})") ==
        "a.json#/pe_row: unknown key \"pe_row\", did you mean \"pe_rows\"?");
  CHECK(message_for(R"({"weigth_bits": 8})") ==
        "a.json#/weigth_bits: unknown key \"weigth_bits\", did you mean \"weight_bits\"?");
  CHECK(message_for(R"({"Kc": 8})") == "a.json#/Kc: unknown key \"Kc\", did you mean \"kc\"?");
  CHECK(message_for(R"({"accumulator": {"bank": 8}})") ==
        "a.json#/accumulator/bank: unknown key \"bank\", did you mean \"banks\"?");
  CHECK(message_for(R"({"dram": {"latency": 8}})") ==
        "a.json#/dram/latency: unknown key \"latency\", did you mean \"latency_cycles\"?");
  CHECK(message_for(R"({"multiplier_array": {"G": 4}})") ==
        "a.json#/multiplier_array/G: unknown key \"G\", expected one of F, I");
  CHECK(message_for(R"({"ppu": {"entries_per_cycles": 4}})") ==
        "a.json#/ppu/entries_per_cycles: unknown key \"entries_per_cycles\", did you mean "
        "\"entries_per_cycle\"?");
}

TEST_CASE("an unknown key near no other is answered with all of them") {
  CHECK(message_for(R"({"colour": 1})") ==
        "a.json#/colour: unknown key \"colour\", expected one of name, clock_ghz, pe_rows, "
        "pe_cols, multiplier_array, kc, weight_bits, activation_bits, accumulator_bits, "
        "index_bits, accumulator, iaram_bytes, oaram_bytes, weight_fifo_entries, "
        "broadcast_entries_per_cycle, dram, ppu, stride_mode, barrier, shared_indices, "
        "skip_zero_weights, skip_zero_activations");
  CHECK_THAT(message_for(R"({"": 1})"), Contains("a.json#/: unknown key \"\", expected one of"));
}

TEST_CASE("every key of the architecture may stand once") {
  const ordered_json defaults = parse_json(kDefaults, "d");
  for (const auto& member : defaults.items()) {
    const std::string pair = "\"" + member.key() + "\": " + member.value().dump();
    CHECK(message_for("{" + pair + ", " + pair + "}") == "a.json#/" + member.key() +
                                                             ": repeated key \"" + member.key() +
                                                             "\", expected every key once");
    if (!member.value().is_object()) continue;
    for (const auto& inner : member.value().items()) {
      const std::string twice = "\"" + inner.key() + "\": " + inner.value().dump();
      CHECK(message_for("{\"" + member.key() + "\": {" + twice + ", " + twice + "}}") ==
            "a.json#/" + member.key() + "/" + inner.key() + ": repeated key \"" + inner.key() +
                "\", expected every key once");
    }
  }
}

TEST_CASE("the number of PEs is bounded") {
  CHECK(message_for(R"({"pe_rows": 64, "pe_cols": 64})") == "accepted");
  CHECK(message_for(R"({"pe_rows": 4, "pe_cols": 1024})") == "accepted");
  CHECK(message_for(R"({"pe_rows": 64, "pe_cols": 65})") ==
        "a.json#/pe_cols: found 64 x 65 = 4160 PEs, expected pe_rows * pe_cols of at most 4096");
}

TEST_CASE("an architecture made in code is held to the same limits") {
  CHECK_NOTHROW(validate(Architecture{}, "here"));
  Architecture a;
  a.accumulator.banks = 0;
  CHECK_THROWS_WITH(validate(a, "here"),
                    "here#/accumulator/banks: found 0, expected an integer from 1 to 4096");
  a = {};
  a.index_bits = 17;
  CHECK_THROWS_WITH(validate(a, "here"),
                    "here#/index_bits: found 17, expected an integer from 1 to 16");
  a = {};
  a.clock_ghz = std::numeric_limits<double>::infinity();
  CHECK_THROWS_WITH(validate(a, "here"), "here#/clock_ghz: found inf, expected a number above 0");
  a.clock_ghz = std::nan("");
  CHECK_THROWS_AS(validate(a, "here"), InputError);
  a = {};
  a.stride_mode = static_cast<memory::StrideMode>(2);
  CHECK_THROWS_WITH(validate(a, "here"),
                    "here#/stride_mode: found choice 2, expected one of \"phases\", \"discard\"");
}

TEST_CASE("every architecture in configs/ resolves and says what it is for") {
  const fs::path folder = fs::path(SCNN_SOURCE_DIR) / "configs";
  for (const std::string name : {"scnn-isca17", "scnn-strict", "regularity", "tiny"}) {
    CAPTURE(name);
    const Architecture a = read_architecture(folder / (name + ".json"));
    CHECK(a.name == name);
  }
  CHECK(to_json(read_architecture(folder / "scnn-isca17.json")).dump() ==
        to_json(Architecture{}).dump());
  CHECK(read_architecture(folder / "scnn-strict.json").accumulator.capacity ==
        memory::Capacity::split_plane);
  const Architecture regularity = read_architecture(folder / "regularity.json");
  CHECK(regularity.weight_bits == 8);
  CHECK(regularity.accumulator.bypass == memory::Bypass::step);
  CHECK(read_architecture(folder / "tiny.json").pe_count() == 4);
}

TEST_CASE("a missing architecture file is named") {
  CHECK_THROWS_WITH(read_architecture("no-such.json"),
                    "no-such.json: no such file, expected a JSON file");
}

TEST_CASE("every architecture of the conformance cases resolves") {
  const fs::path folder = fs::path(SCNN_TEST_DATA) / "conformance";
  if (!fs::is_directory(folder)) {
    WARN("skipped: no conformance cases in " << folder.string());
    return;
  }
  int files = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (!entry.path().string().ends_with(".arch.json")) continue;
    CAPTURE(entry.path().string());
    CHECK_NOTHROW(read_architecture(entry.path()));
    ++files;
  }
  CHECK(files > 0);
}
