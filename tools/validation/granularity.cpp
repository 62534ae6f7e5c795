/// Fewer, larger PEs with as many multipliers in all.
#include <fmt/format.h>

#include <array>

#include "sim/area.hpp"
#include "tools/validation/experiment.hpp"

namespace scnn::cli::validation {
namespace {

struct Array {
  std::int64_t side, vector;  ///< PEs per row and column; F = I
};
constexpr std::array kArrays{Array{16, 2}, Array{8, 4}, Array{4, 8}, Array{2, 16}};

/// The default machine cut otherwise: what belongs to a PE grows with its multipliers.
memory::Architecture cut(const Array& array) {
  memory::Architecture a;
  const std::int64_t pes = a.pe_count();
  a.pe_rows = a.pe_cols = array.side;
  a.F = a.I = array.vector;
  a.name = fmt::format("{0}x{0} PEs of {1}x{1}", array.side, array.vector);
  a.accumulator.banks = 2 * a.F * a.I;
  a.iaram_bytes = a.iaram_bytes * pes / a.pe_count();
  a.oaram_bytes = a.oaram_bytes * pes / a.pe_count();
  a.ppu.entries_per_cycle = a.ppu.entries_per_cycle * pes / a.pe_count();
  a.ppu.halo_entries_per_cycle = a.ppu.halo_entries_per_cycle * pes / a.pe_count();
  return a;
}

std::string task_name(const memory::Architecture& arch) { return "googlenet " + arch.name; }

}  // namespace

std::vector<Task> granularity_tasks(const Setup& setup) {
  std::vector<Task> tasks;
  for (const Array& array : kArrays) {
    const memory::Architecture arch = cut(array);
    tasks.push_back(zoo_task(task_name(arch), {.network = "googlenet",
                                               .inception_only = true,
                                               .density = std::nullopt,
                                               .arch = arch,
                                               .values = false,
                                               .seed = setup.seed}));
  }
  return tasks;
}

Figure granularity_figure(const Setup& /*setup*/, const Outcomes& outcomes) {
  Figure figure;
  figure.columns = {{"k cycles\n", 1},       {"over 8x8 PEs\n", 2}, {"multipliers\nat work", 3},
                    {"waiting for\nPEs", 3}, {"bank\nstalls", 3},   {"area\nmm2", 2}};
  const double usual =
      static_cast<double>(outcomes.run(task_name(cut({8, 4}))).total.compute_cycles);
  for (const Array& array : kArrays) {
    const memory::Architecture arch = cut(array);
    const memory::Counters c = outcomes.run(task_name(arch)).total;
    const auto cycles = static_cast<double>(c.compute_cycles);
    const double pe_cycles = cycles * static_cast<double>(arch.pe_count());
    figure.rows.push_back(
        {.network = "googlenet",
         .name = arch.name,
         .cells = {cycles / 1000.0, usual / cycles,
                   static_cast<double>(c.products) / static_cast<double>(c.slots),
                   static_cast<double>(c.barrier_wait + c.backpressure_wait) / pe_cycles,
                   static_cast<double>(c.bank_stall) / pe_cycles, sim::accelerator_area(arch)},
         .why = {}});
  }
  figure.notes = {
      "1,024 multipliers each; banks are twice the multipliers of a PE, RAMs and the PPU's rates "
      "are shared out among the PEs. The paper finds 64 PEs of 4 x 4 the better cut; no number of "
      "it is among those we hold."};
  return figure;
}

}  // namespace scnn::cli::validation
