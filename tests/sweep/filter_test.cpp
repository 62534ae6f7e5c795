#include "tools/sweep/filter.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "memory/architecture.hpp"
#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"

using namespace scnn;
using cli::sweep::Filter;
using nlohmann::ordered_json;

namespace {

const workloads::JsonPlace kPlace{.file = "plan", .pointer = "/filters/0"};

bool holds(const std::string& text, const memory::Architecture& arch = {},
           const ordered_json& choices = ordered_json::object()) {
  return Filter(text, kPlace).holds(sim::to_json(arch), choices);
}

std::string message_of(const std::string& text) {
  try {
    static_cast<void>(holds(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a filter computes with the keys of the architecture") {
  CHECK(holds("F*I*pe_rows*pe_cols == 1024"));
  CHECK_FALSE(holds("F*I*pe_rows*pe_cols == 1025"));
  CHECK(holds("banks == 32 && accumulator.banks == 32"));
  CHECK(holds("multiplier_array.F + dram.latency_cycles == 104"));
  CHECK(holds("clock_ghz == 1"));
  CHECK(holds("pe_rows % 3 == 2"));
  CHECK(holds("2 ^ index_bits == 16"));
  CHECK(holds("!(pe_rows > 8) || 0"));
  CHECK(holds("pe_rows > 4 ? shared_indices : 0"));
}

TEST_CASE("flags are numbers, choices have names") {
  memory::Architecture arch;
  CHECK(holds("skip_zero_weights"));
  arch.skip_zero_weights = false;
  CHECK_FALSE(holds("skip_zero_weights", arch));
  CHECK(holds("bypass == none && capacity == ignore"));
  arch.accumulator.capacity = memory::Capacity::shrink_kc;
  CHECK(holds("capacity == shrink_kc", arch));
  CHECK_FALSE(holds("capacity == split_plane", arch));
}

TEST_CASE("a filter sees the choices of the network") {
  const ordered_json choices{{"granularity", "vector"}, {"density", 0.25}};
  CHECK(holds("granularity == vector", {}, choices));
  CHECK_FALSE(holds("granularity == fine", {}, choices));
  CHECK(holds("density < 0.3 && activation_density == 0", {}, choices));
}

TEST_CASE("what is no filter is refused in one line") {
  for (const char* text : {"", "pe_rows ==", "pe_row == 8", "sin(pe_rows) > 0", "name == 1",
                           "pe_rows = 8 = 9", "(pe_rows", "granularity == vectors"}) {
    INFO(text);
    const std::string message = message_of(text);
    CHECK(message.starts_with("plan#/filters/0: found \""));
    CHECK(message.find('\n') == std::string::npos);
  }
  CHECK(message_of("pe_rows / (kc - 8)").find("is no number at some point") != std::string::npos);
}
