#include "tools/explanation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "memory/dram.hpp"
#include "sim/result.hpp"
#include "tools/numbers.hpp"
#include "tools/regression/differences.hpp"

namespace scnn::cli {
namespace {

using memory::CounterInfo;
using nlohmann::ordered_json;

/// A bound below this share of the cycles leaves more to explain than it explains.
constexpr double kExplainsLittle = 0.5;

double share(std::uint64_t part, std::uint64_t whole) { return ratio(part, whole).value_or(0.0); }

std::uint64_t element_bits(const memory::Architecture& arch) {
  const std::int64_t bits = arch.activation_bits + arch.index_bits;
  return static_cast<std::uint64_t>(bits);
}

/// What PEs do or wait for in an activity of S28, and the bound that is about the same.
struct Activity {
  std::string_view counter, bound, meaning;
};
constexpr Activity kActivities[] = {
    {"issue", "steps", "steps issue"},
    {"bank_stall", "banks", "bank queues are too full"},
    {"weight_wait", "weights", "weights are still on their way"},
    {"backpressure_wait", "", "the full FIFO of a slower PE holds the broadcast"},
    {"barrier_wait", "", "the slowest PE has not finished the group"},
    {"buffer_wait", "drain", "both accumulator sets are in use"},
    {"drain", "drain", "the last group drains"},
};

const Activity& activity_of(const CounterInfo& info) {
  return *std::ranges::find(kActivities, info.name, &Activity::counter);
}

/// The activity that takes most of what the bound does not stand for.
const CounterInfo* largest_loss(const memory::Counters& counters, std::string_view bound) {
  const CounterInfo* largest = nullptr;
  for (const CounterInfo* info : regression::activities()) {
    if (info->name == "issue" || activity_of(*info).bound == bound) continue;
    if (counters.*info->member == 0) continue;
    if (largest == nullptr || counters.*info->member > counters.*largest->member) largest = info;
  }
  return largest;
}

/// What a bound means, as the subject of a sentence.
std::string_view subject_of(std::string_view key) {
  if (key == "steps") return "issuing the steps of the busiest PE of every K-group";
  if (key == "banks") return "contention for accumulator banks in the slowest PE of every K-group";
  if (key == "weights") return "bringing the weights";
  if (key == "drain") return "draining the accumulators";
  return "DRAM traffic";
}

ordered_json mapping_json(const Explained& layer) {
  const sim::LayerMapping& m = layer.analysis.mapping;
  const memory::Architecture& arch = layer.architecture;
  const ActivationTraffic traffic = activation_traffic(layer);
  return {{"kc", m.kc},
          {"k_groups", m.k_groups},
          {"temporal_tiles", m.temporal_tiles},
          {"Ht", m.Ht},
          {"Wt", m.Wt},
          {"idle_pes", m.idle_pes},
          {"HA", m.HA},
          {"WA", m.WA},
          {"window_entries", m.window_entries},
          {"accumulator_entries", arch.accumulator_entries()},
          {"weight_blocks", m.blocks},
          {"weight_vectors", m.vectors},
          {"longest_block", m.longest_block},
          {"blocks_longer_than_fifo", m.long_blocks},
          {"fullest_iaram_bits", m.fullest_input * element_bits(arch)},
          {"fullest_oaram_bits", layer.result.fullest_output * element_bits(arch)},
          {"dram_weight_bits", layer.result.counters.dram_weight_bits},
          {"dram_input_bits", traffic.input},
          {"dram_output_bits", traffic.output}};
}

}  // namespace

std::vector<Bound> bounds_of(const Explained& layer) {
  const sim::LayerBounds& b = layer.analysis.bounds;
  const memory::Counters& c = layer.result.counters;
  return {{"multipliers", "products, all multipliers busy (S31)", c.oracle_cycles},
          {"full_vectors", "stored elements in full vectors", b.full_vectors},
          {"mean_steps", "steps, PEs equally busy", b.mean_steps},
          {"steps", "steps, the busiest PE of each group", b.steps},
          {"banks", "with full bank queues, the slowest PE", b.banks},
          {"weights", "weights on their way (S22, S23)", b.weights},
          {"drain", "draining, group after group (S25)", b.drain},
          {"dram", "DRAM traffic (S27)",
           memory::transfer_cycles(c.dram_weight_bits + c.dram_activation_bits,
                                   layer.architecture.dram)}};
}

Bound limit_of(const Explained& layer) {
  const auto bounds = bounds_of(layer);
  const auto steps = std::ranges::find(bounds, "steps", &Bound::key);
  const Bound limit = *std::ranges::max_element(steps, bounds.end(), {}, &Bound::cycles);
  // Bank queues that make the steps less than a tenth longer do not limit a layer.
  return limit.key == "banks" && 10 * limit.cycles < 11 * steps->cycles ? *steps : limit;
}

ActivationTraffic activation_traffic(const Explained& layer) {
  const memory::Architecture& arch = layer.architecture;
  const sim::LayerMapping& m = layer.analysis.mapping;
  const std::uint64_t bits = element_bits(arch);
  ActivationTraffic traffic;
  if (layer.first || m.fullest_input * bits > 8 * static_cast<std::uint64_t>(arch.iaram_bytes))
    traffic.input = m.stored_inputs * bits;
  traffic.output = layer.result.counters.dram_activation_bits - traffic.input;
  return traffic;
}

std::string conclusion(const Explained& layer) {
  const memory::Counters& c = layer.result.counters;
  const Bound limit = limit_of(layer);
  const double part = share(limit.cycles, c.cycles);
  std::string text =
      part < kExplainsLittle
          ? fmt::format(
                "No bound alone explains the {} cycles; the highest, {}, takes {} ({:.0f} %)",
                grouped(c.cycles), subject_of(limit.key), grouped(limit.cycles), part * 100.0)
          : fmt::format("What limits the layer is {}: {} of its {} cycles ({:.0f} %)",
                        subject_of(limit.key), grouped(limit.cycles), grouped(c.cycles),
                        part * 100.0);
  if (limit.key == "steps")
    text += fmt::format(", with a product in {:.0f} % of the slots",
                        share(c.products, c.slots) * 100.0);
  if (limit.key == "banks")
    text += fmt::format(", its steps alone {}", grouped(layer.analysis.bounds.steps));
  const std::uint64_t pe_cycles =
      c.compute_cycles * static_cast<std::uint64_t>(layer.architecture.pe_count());
  if (limit.key == "dram" && c.cycles > c.compute_cycles)
    return text + fmt::format("; computing takes {}.", grouped(c.compute_cycles));
  constexpr double kWorthSaying = 0.01;
  const CounterInfo* loss = largest_loss(c, limit.key);
  if (loss != nullptr && share(c.*loss->member, pe_cycles) >= kWorthSaying)
    text += fmt::format("; most else is {}, {:.1f} % of the PE-cycles: {}", loss->name,
                        share(c.*loss->member, pe_cycles) * 100.0, activity_of(*loss).meaning);
  return text + ".";
}

ordered_json to_json(const Explained& layer) {
  ordered_json object{{"mapping", mapping_json(layer)}};
  for (const Bound& bound : bounds_of(layer))
    object["bounds"][std::string(bound.key)] = bound.cycles;
  for (const CounterInfo* info : regression::activities())
    object["activities"][std::string(info->name)] = layer.result.counters.*info->member;
  object["counters"] = sim::to_json(layer.result.counters);
  object["limit"] = limit_of(layer).key;
  object["conclusion"] = conclusion(layer);
  return object;
}

}  // namespace scnn::cli
