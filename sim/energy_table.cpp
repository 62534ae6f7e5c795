#include "sim/energy_table.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

[[noreturn]] void refuse_missing(const workloads::JsonPlace& place, std::string_view key) {
  throw InputError(place.text(), fmt::format("has no member \"{}\", expected one", key));
}

workloads::JsonObjectReader require_object(workloads::JsonObjectReader& reader,
                                           std::string_view key) {
  if (auto object = reader.object(key)) return *std::move(object);
  refuse_missing(reader.place(), key);
}

std::string require_text(workloads::JsonObjectReader& reader, std::string_view key) {
  if (auto text = reader.text(key)) return *std::move(text);
  refuse_missing(reader.place(), key);
}

double require_energy(workloads::JsonObjectReader& reader) {
  if (const auto energy = reader.not_negative("pJ")) return *energy;
  refuse_missing(reader.place(), "pJ");
}

}  // namespace

const std::array<EventInfo, 10>& event_table() {
  using T = EnergyTable;
  static constexpr std::array<EventInfo, 10> table{{
      {"multiply", &T::multiply},
      {"add", &T::add},
      {"iaram_bit", &T::iaram_bit},
      {"oaram_bit", &T::oaram_bit},
      {"weight_fifo_bit", &T::weight_fifo_bit},
      {"crossbar_product", &T::crossbar_product},
      {"accumulator_bit", &T::accumulator_bit},
      {"halo_bit", &T::halo_bit},
      {"dense_ram_bit", &T::dense_ram_bit},
      {"dram_bit", &T::dram_bit},
  }};
  return table;
}

EnergyTable default_energy_table() {
  return {
      .name = "45nm",
      .multiply = {0.8,
                   "Horowitz: 8 bits 0.2 pJ, 32 bits 3.1 pJ; 16 bits in proportion to the "
                   "square of the width"},
      .add = {0.075, "Horowitz: 32 bits 0.1 pJ; 24 bits in proportion"},
      .iaram_bit = {0.175,
                    "10 KB; Horowitz: 64 bits of 8 KB 10 pJ, of 32 KB 20 pJ, hence with the "
                    "root of the size: 0.15625 * sqrt(10240 / 8192)"},
      .oaram_bit = {0.175, "as iaram_bit"},
      .weight_fifo_bit = {0.0386, "500 bytes; as iaram_bit: 0.15625 * sqrt(500 / 8192)"},
      .crossbar_product = {0.23,
                           "fitted to the energies of AlexNet in SCNN Fig. 11; nothing is "
                           "published"},
      .accumulator_bit = {0.0169, "a bank of 96 bytes; as iaram_bit: 0.15625 * sqrt(96 / 8192)"},
      .halo_bit = {0.156, "assumed: what a bit of 8 KB SRAM costs; nothing is published"},
      .dense_ram_bit = {0.3125, "2 MB in 64 banks of 32 KB; Horowitz: 64 bits of 32 KB 20 pJ"},
      .dram_bit = {20.0, "EIE Table I: 32 bits 640 pJ"},
  };
}

EnergyTable read_energy_table(const std::filesystem::path& path) {
  const ordered_json object = workloads::read_json_file(path);
  workloads::JsonObjectReader reader(object, {.file = path.string(), .pointer = {}});
  static constexpr std::array<std::string_view, 1> schemas{kEnergySchema};
  if (!reader.choice("schema", schemas)) refuse_missing(reader.place(), "schema");
  EnergyTable table;
  table.name = require_text(reader, "name");
  workloads::JsonObjectReader events = require_object(reader, "events");
  for (const EventInfo& info : event_table()) {
    workloads::JsonObjectReader event = require_object(events, info.name);
    EventEnergy& energy = table.*info.member;
    energy.pJ = require_energy(event);
    energy.source = require_text(event, "source");
    event.refuse_unknown_keys();
  }
  events.refuse_unknown_keys();
  reader.refuse_unknown_keys();
  return table;
}

ordered_json to_json(const EnergyTable& table) {
  ordered_json object{{"schema", kEnergySchema}, {"name", table.name}};
  for (const EventInfo& info : event_table()) {
    const EventEnergy& energy = table.*info.member;
    object["events"][std::string(info.name)] = {{"pJ", energy.pJ}, {"source", energy.source}};
  }
  return object;
}

}  // namespace scnn::sim
