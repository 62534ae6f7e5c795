#include "tools/report/lines.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"
#include "tools/numbers.hpp"

namespace scnn::cli::report {

using memory::Counters;
using nlohmann::ordered_json;

void add_lines(Lines& lines, const ordered_json& object, const workloads::JsonPlace& place,
               const std::string& granularity) {
  sim::StoredResult stored;
  sim::read_layers(object, place, stored);
  const bool first = lines.all.empty();
  lines.granularities.push_back(granularity);
  if (first) lines.layers = stored.layers.size();
  if (stored.layers.size() != lines.layers)
    throw InputError((place / "layers").text(),
                     fmt::format("found {} layers, expected {} as the first granularity has",
                                 stored.layers.size(), lines.layers));
  for (std::size_t i = 0; i < stored.layers.size(); ++i) {
    const sim::StoredLayer& layer = stored.layers[i];
    if (first) lines.names.push_back(layer.name);
    lines.all.push_back({.layer = layer.name,
                         .granularity = granularity,
                         .weight_density = layer.weight_density,
                         .activation_density = layer.activation_density,
                         .counters = layer.counters,
                         .object = object.at("layers")[i]});
  }
  lines.all.push_back({.layer = kAllLayers,
                       .granularity = granularity,
                       .counters = stored.total,
                       .object = object.at("total"),
                       .total = true});
}

std::optional<double> speed_up(const Line& line) {
  return ratio(line.counters.dcnn_cycles, line.counters.cycles);
}

std::optional<double> oracle_speed_up(const Line& line) {
  return ratio(line.counters.dcnn_cycles, line.counters.oracle_cycles);
}

std::optional<double> of_the_oracle(const Line& line) {
  return ratio(line.counters.oracle_cycles, line.counters.cycles);
}

std::optional<double> utilisation(const Line& line) {
  return ratio(line.counters.products, line.counters.slots);
}

std::optional<double> share_of_peak(const Line& line, const memory::Architecture& arch) {
  const auto share = ratio(line.counters.products, pe_cycles(line.counters));
  if (!share) return std::nullopt;
  return *share / static_cast<double>(arch.F * arch.I);
}

std::uint64_t pe_cycles(const Counters& counters) {
  std::uint64_t sum = 0;
  for (const Activity& activity : activities()) sum += counters.*activity.member;
  return sum;
}

double dram_bytes(const Counters& counters) {
  return static_cast<double>(counters.dram_weight_bits + counters.dram_activation_bits) / 8.0;
}

std::uint64_t references(const Counters& counters) {
  std::uint64_t sum = 0;
  for (const Activity& structure : structures()) sum += counters.*structure.member;
  return sum;
}

std::optional<double> energy(const Line& line, const char* machine, const char* component) {
  const auto pointer =
      ordered_json::json_pointer(std::string("/energy/") + machine + "/" + component);
  if (!line.object.contains(pointer) || !line.object.at(pointer).is_number()) return std::nullopt;
  return line.object.at(pointer).get<double>();
}

ordered_json cell(std::optional<double> value) {
  return value ? ordered_json(*value) : ordered_json(nullptr);
}

const std::vector<Activity>& activities() {
  static const std::vector<Activity> kAll{
      {"issue", &Counters::issue},
      {"bank stall", &Counters::bank_stall},
      {"weight wait", &Counters::weight_wait},
      {"back-pressure", &Counters::backpressure_wait},
      {"barrier wait", &Counters::barrier_wait},
      {"buffer wait", &Counters::buffer_wait},
      {"drain", &Counters::drain},
  };
  return kAll;
}

const std::vector<Activity>& structures() {
  static const std::vector<Activity> kAll{
      {"accumulator writes", &Counters::accumulator_writes},
      {"accumulator reads", &Counters::accumulator_reads},
      {"weight FIFO reads", &Counters::weight_fifo_reads},
      {"weight FIFO writes", &Counters::weight_fifo_writes},
      {"IARAM reads", &Counters::iaram_reads},
      {"OARAM writes", &Counters::oaram_writes},
      {"halo entries", &Counters::halo_transfers},
  };
  return kAll;
}

}  // namespace scnn::cli::report
