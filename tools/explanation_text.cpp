#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tools/explanation.hpp"
#include "tools/layer_table.hpp"
#include "tools/numbers.hpp"
#include "tools/regression/differences.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

using Line = std::pair<std::string, std::string>;

std::string count(std::int64_t value) { return grouped(static_cast<std::uint64_t>(value)); }

std::string bytes(std::uint64_t bits) { return grouped((bits + 7) / 8); }

std::string shape_text(const LayerShape& s) {
  std::string text =
      fmt::format("{} input, {}x{} weights, {} output", extent_text(s.C, s.H, s.W), s.K,
                  extent_text(s.group_C(), s.R, s.S), extent_text(s.K, s.Ho(), s.Wo()));
  if (s.stride_h != 1 || s.stride_w != 1)
    text += fmt::format(", stride {},{}", s.stride_h, s.stride_w);
  if (s.dilation_h != 1 || s.dilation_w != 1)
    text += fmt::format(", dilation {},{}", s.dilation_h, s.dilation_w);
  if (s.groups != 1) text += fmt::format(", {} convolution groups", s.groups);
  return text;
}

std::string groups_text(const Explained& layer) {
  const sim::LayerMapping& m = layer.analysis.mapping;
  std::string text = fmt::format("{} output channels at a time (Kc): {} K-group{}", count(m.kc),
                                 count(m.k_groups), m.k_groups == 1 ? "" : "s");
  if (layer.result.spec.shape.groups != 1) text += " of each convolution group";
  return text;
}

std::string fits(bool yes, std::string_view otherwise) {
  return yes ? "fits" : fmt::format("does not fit: {}", otherwise);
}

std::string window_text(const Explained& layer) {
  const sim::LayerMapping& m = layer.analysis.mapping;
  const std::int64_t room = layer.architecture.accumulator_entries();
  return fmt::format("{}x{} outputs (HA x WA) of {} channels: {} of {} accumulator entries, {}",
                     m.HA, m.WA, count(m.kc), count(m.window_entries), count(room),
                     fits(m.window_entries <= room, "capacity is ignored (S10)"));
}

std::string ram_text(std::uint64_t bits, std::int64_t room, bool transferred) {
  const bool fit = bits <= 8 * static_cast<std::uint64_t>(room);
  std::string text = fmt::format("{} of {} bytes in the fullest PE, {}", bytes(bits), count(room),
                                 fits(fit, "goes through DRAM"));
  if (fit && transferred) text += "; read from DRAM, as the network's first layer";
  return text;
}

std::string fifo_text(const Explained& layer) {
  const sim::LayerMapping& m = layer.analysis.mapping;
  std::string text = fmt::format("{} vectors in {} blocks of up to {}; {} in a FIFO",
                                 grouped(m.vectors), grouped(m.blocks), grouped(m.longest_block),
                                 count(layer.architecture.weight_fifo_entries));
  if (m.long_blocks == 0) return text + ", every block fits";
  return text +
         fmt::format(", {} blocks are longer: activations are read again", grouped(m.long_blocks));
}

std::vector<Line> mapping_lines(const Explained& layer) {
  const sim::LayerMapping& m = layer.analysis.mapping;
  const memory::Architecture& arch = layer.architecture;
  const memory::Counters& c = layer.result.counters;
  const auto element =
      static_cast<std::uint64_t>(std::int64_t{arch.activation_bits} + arch.index_bits);
  const ActivationTraffic traffic = activation_traffic(layer);
  return {{"layer", shape_text(layer.result.spec.shape)},
          {"non-zero", fmt::format("{:.3f} of the weights, {:.3f} of the inputs",
                                   layer.result.weight_density, layer.result.activation_density)},
          {"tile of a PE", fmt::format("{}x{} inputs (Ht x Wt); {} of {} PEs own no input", m.Ht,
                                       m.Wt, count(m.idle_pes), count(arch.pe_count()))},
          {"K-groups", groups_text(layer)},
          {"temporal tiles", m.temporal_tiles == 1
                                 ? "1, the whole output plane"
                                 : fmt::format("{}, sizes are of the largest", m.temporal_tiles)},
          {"window", window_text(layer)},
          {"IARAM", ram_text(m.fullest_input * element, arch.iaram_bytes, traffic.input > 0)},
          {"OARAM", ram_text(layer.result.fullest_output * element, arch.oaram_bytes, false)},
          {"weights", fifo_text(layer)},
          {"DRAM",
           fmt::format("{} bytes of weights, {} of inputs, {} of outputs",
                       bytes(c.dram_weight_bits), bytes(traffic.input), bytes(traffic.output))}};
}

std::string bounds_table(const Explained& layer, const Layout& layout) {
  std::vector<std::string> names, cycles;
  std::vector<std::optional<double>> shares;
  const auto add = [&](std::string_view name, std::uint64_t value) {
    names.emplace_back(name);
    cycles.push_back(grouped(value));
    const auto share = ratio(value, layer.result.counters.cycles);
    shares.push_back(share ? std::optional(*share * 100.0) : std::nullopt);
  };
  for (const Bound& bound : bounds_of(layer)) add(bound.name, bound.cycles);
  const std::size_t bounds = names.size();
  add("simulated: compute_cycles", layer.result.counters.compute_cycles);
  add("simulated: cycles", layer.result.counters.cycles);
  return Table()
      .text("cycles cannot be below", names)
      .cells("cycles", cycles)
      .numbers("% of the\nlayer's", shares, 1)
      .rule_before(bounds)
      .str(layout);
}

std::string activity_table(const Explained& layer, const Layout& layout) {
  const memory::Counters& c = layer.result.counters;
  const auto pes = static_cast<std::uint64_t>(layer.architecture.pe_count());
  std::vector<std::string> names, cycles;
  std::vector<std::optional<double>> means, shares;
  for (const memory::CounterInfo* info : regression::activities()) {
    names.emplace_back(info->name);
    cycles.push_back(grouped(c.*info->member));
    means.push_back(ratio(c.*info->member, pes));
    const auto share = ratio(c.*info->member, pes * c.compute_cycles);
    shares.push_back(share ? std::optional(*share * 100.0) : std::nullopt);
  }
  return Table()
      .text("what PEs do (S28)", names)
      .cells("PE-cycles", cycles)
      .numbers("cycles of a\nPE, mean", means, 1)
      .numbers("%", shares, 1)
      .str(layout);
}

}  // namespace

std::string explanation_text(const Explained& layer, const Layout& layout) {
  std::string text;
  const auto lines = mapping_lines(layer);
  std::size_t longest = 0;
  for (const Line& line : lines) longest = std::max(longest, line.first.size());
  for (const auto& [name, value] : lines)
    text += wrapped(fmt::format("{:<{}}  {}", name, longest, value), layout.width);
  text += '\n' + bounds_table(layer, layout) + '\n' + activity_table(layer, layout) + '\n';
  return text + wrapped(conclusion(layer), layout.width);
}

}  // namespace scnn::cli
