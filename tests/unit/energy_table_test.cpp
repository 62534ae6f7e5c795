// Files of event energies: the one in configs/, and what is refused.
#include "sim/energy_table.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"

using namespace scnn;
using namespace scnn::sim;

namespace {

/// Message of the error that reading this text as `e.json` ends with.
std::string refused_text(const std::string& text) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "e.json";
  std::ofstream(file) << text;
  try {
    (void)read_energy_table(file);
  } catch (const InputError& error) {
    const std::string what = error.what();
    return what.substr(what.find("e.json"));
  }
  return "taken";
}

std::string refused(const nlohmann::ordered_json& object) { return refused_text(object.dump()); }

nlohmann::ordered_json usual() { return to_json(default_energy_table()); }

}  // namespace

TEST_CASE("configs/energy-45nm.json holds the defaults") {
  const auto file = std::filesystem::path(SCNN_SOURCE_DIR) / "configs" / "energy-45nm.json";
  CHECK(to_json(read_energy_table(file)).dump() == usual().dump());
}

TEST_CASE("The defaults follow from the published energies as their sources say") {
  const EnergyTable t = default_energy_table();
  CHECK(t.multiply.pJ == Approx(0.2 * 4));
  CHECK(t.add.pJ == Approx(0.1 * 24 / 32));
  CHECK(t.iaram_bit.pJ == Approx(10.0 / 64 * std::sqrt(10240.0 / 8192)).margin(0.0005));
  CHECK(t.oaram_bit.pJ == t.iaram_bit.pJ);
  CHECK(t.weight_fifo_bit.pJ == Approx(10.0 / 64 * std::sqrt(500.0 / 8192)).margin(0.00005));
  CHECK(t.accumulator_bit.pJ == Approx(10.0 / 64 * std::sqrt(96.0 / 8192)).margin(0.00005));
  CHECK(t.dense_ram_bit.pJ == Approx(20.0 / 64));
  CHECK(t.dram_bit.pJ == Approx(640.0 / 32));
  for (const EventInfo& info : event_table()) CHECK_FALSE((t.*info.member).source.empty());
}

TEST_CASE("A table without an event, a price or a source is refused") {
  auto object = usual();
  object["events"].erase("crossbar_product");
  CHECK(refused(object) == "e.json#/events: has no member \"crossbar_product\", expected one");
  object = usual();
  object["events"]["add"].erase("pJ");
  CHECK(refused(object) == "e.json#/events/add: has no member \"pJ\", expected one");
  object = usual();
  object["events"]["add"].erase("source");
  CHECK(refused(object) == "e.json#/events/add: has no member \"source\", expected one");
  object = usual();
  object.erase("events");
  CHECK(refused(object) == "e.json#: has no member \"events\", expected one");
  CHECK(refused_text("{}") == "e.json#: has no member \"schema\", expected one");
}

TEST_CASE("Prices that are negative, not finite or no numbers are refused") {
  auto object = usual();
  object["events"]["add"]["pJ"] = -0.1;
  CHECK(refused(object) == "e.json#/events/add/pJ: found -0.1, expected a number from 0");
  object["events"]["add"]["pJ"] = "0.1";
  CHECK(refused(object) == "e.json#/events/add/pJ: found \"0.1\", expected a number from 0");
  object["events"]["add"]["pJ"] = nullptr;  // what NaN is written as
  CHECK(refused(object) == "e.json#/events/add/pJ: found null, expected a number from 0");
  CHECK(refused_text(R"({"schema": NaN})").find("e.json: line 1") == 0);
  object["events"]["add"]["pJ"] = 0;
  CHECK(refused(object) == "taken");
}

TEST_CASE("Unknown events and another schema are refused") {
  auto object = usual();
  object["events"]["dram_bits"] = object["events"]["dram_bit"];
  CHECK(refused(object) ==
        "e.json#/events/dram_bits: unknown key \"dram_bits\", did you mean \"dram_bit\"?");
  object = usual();
  object["schema"] = "scnn-result/1";
  CHECK(refused(object) == "e.json#/schema: found \"scnn-result/1\", expected \"scnn-energy/1\"");
}
