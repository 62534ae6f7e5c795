#include "tools/run_summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "tools/numbers.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

using memory::Counters;
using Parts = std::vector<std::string>;

/// Multipliers that are busier than this leave nothing else to name as the limit.
constexpr double kBusy = 0.8;
/// Losses below this share of the time are not worth a word.
constexpr double kWorthSaying = 0.005;

std::uint64_t multipliers(const memory::Architecture& arch) {
  return static_cast<std::uint64_t>(arch.pe_count() * arch.F * arch.I);
}

double share(std::uint64_t part, std::uint64_t whole) { return ratio(part, whole).value_or(0.0); }

/// Of all multiplier-cycles.
double share_of_time(std::uint64_t part, const Counters& c, const memory::Architecture& arch) {
  return share(part, c.cycles * multipliers(arch));
}

std::string percent(double part) { return fmt::format("{:.1f} %", part * 100.0); }

/// `label  part; part`: as many parts as there is room for, the first in any case.
std::string line_of(std::string_view label, const Parts& parts, const Layout& layout,
                    bool main = false) {
  constexpr std::size_t kLabel = 13;
  const auto room = static_cast<std::size_t>(layout.width);
  std::string text(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (kLabel + display_width(text) + 2 + display_width(parts[i]) > room) break;
    text += "; " + parts[i];
  }
  text = shortened(text, room - kLabel);
  const std::string padding(kLabel - label.size(), ' ');
  return layout.heading(label) + padding + (main ? layout.accent(text) : text) + '\n';
}

Parts time_parts(const Counters& c) {
  Parts parts{fmt::format("{} cycles", grouped(c.cycles))};
  if (const auto speed_up = ratio(c.dcnn_cycles, c.cycles))
    parts.push_back(fmt::format("{:.2f} x as fast as DCNN", *speed_up));
  if (const auto oracle = ratio(c.oracle_cycles, c.cycles))
    parts.push_back(fmt::format("{:.3f} of the oracle", *oracle));
  return parts;
}

/// What limits, in a few words, with its share of the multipliers' time, and why.
Parts limit_parts(const Counters& c, const memory::Architecture& arch) {
  const double used = share_of_time(c.products, c, arch);
  const Loss largest = losses_of(c, arch).front();
  if (used >= kBusy)
    return {fmt::format("multipliers {}", percent(used)),
            "busy, so that little else can be gained (S31)"};
  return {fmt::format("{} {}", largest.what,
                      percent(share_of_time(largest.multiplier_cycles, c, arch))),
          std::string(largest.why)};
}

Parts use_parts(const Counters& c, const memory::Architecture& arch) {
  Parts parts{fmt::format("products {}", percent(share_of_time(c.products, c, arch)))};
  for (const Loss& loss : losses_of(c, arch))
    if (const double part = share_of_time(loss.multiplier_cycles, c, arch); part >= kWorthSaying)
      parts.push_back(fmt::format("{} {}", loss.what, percent(part)));
  return parts;
}

Parts layer_parts(const std::vector<RunLine>& lines, const memory::Architecture& arch) {
  constexpr std::size_t kLongName = 24;
  const Counters& total = lines.back().counters;
  std::vector<const RunLine*> layers;
  for (std::size_t i = 0; i + 1 < lines.size(); ++i) layers.push_back(&lines[i]);
  std::ranges::stable_sort(layers, std::ranges::greater(),
                           [](const RunLine* l) { return l->counters.cycles; });
  Parts parts;
  for (const RunLine* l : layers)
    parts.push_back(fmt::format("{} {} ({})", shortened(l->name, kLongName),
                                percent(share(l->counters.cycles, total.cycles)),
                                limit_parts(l->counters, arch).front()));
  return parts;
}

Parts memory_parts(const Counters& c, const memory::Architecture& arch) {
  constexpr std::uint64_t kByte = 8;
  const std::uint64_t bits = c.dram_weight_bits + c.dram_activation_bits;
  const auto at_bandwidth = kByte * static_cast<std::uint64_t>(arch.dram.bytes_per_cycle);
  const ScaledCounts writes = scaled(std::array{c.accumulator_writes});
  return {fmt::format("DRAM {} weights, {} activations", bytes_text(c.dram_weight_bits / kByte),
                      bytes_text(c.dram_activation_bits / kByte)),
          fmt::format("{} busy", percent(share(bits, at_bandwidth * c.cycles))),
          fmt::format("{}{}{} accumulator writes", writes.cells.front(),
                      writes.prefix.empty() ? "" : " ", writes.prefix)};
}

}  // namespace

std::vector<Loss> losses_of(const Counters& c, const memory::Architecture& arch) {
  const auto of_a_pe = static_cast<std::uint64_t>(arch.F * arch.I);
  std::vector<Loss> losses{
      {"empty slots", "vectors end short (S15)", c.slots - c.products},
      {"slower PEs", "others wait, as work differs (S24)",
       (c.backpressure_wait + c.barrier_wait) * of_a_pe},
      {"bank conflicts", "bank queues are full (S19)", c.bank_stall * of_a_pe},
      {"weight supply", "DRAM latency and broadcast (S23)", c.weight_wait * of_a_pe},
      {"draining", "accumulators take long to empty (S25)", (c.buffer_wait + c.drain) * of_a_pe},
      {"DRAM traffic", "its bandwidth is used up (S27)",
       (c.cycles - c.compute_cycles) * multipliers(arch)},
  };
  std::ranges::stable_sort(losses, std::ranges::greater(), &Loss::multiplier_cycles);
  return losses;
}

std::string run_summary(const std::vector<RunLine>& lines, const memory::Architecture& arch,
                        const Layout& layout) {
  const Counters& total = lines.back().counters;
  return line_of("time", time_parts(total), layout) +
         line_of("limited by", limit_parts(total, arch), layout, true) +
         line_of("multipliers", use_parts(total, arch), layout) +
         line_of("layers", layer_parts(lines, arch), layout) +
         line_of("memory", memory_parts(total, arch), layout);
}

}  // namespace scnn::cli
