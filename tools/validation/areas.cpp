/// SCNN Tables 3 and 4: the design, and its area.
#include <cmath>

#include "sim/area.hpp"
#include "tools/validation/experiment.hpp"
#include "workloads/published.hpp"

namespace scnn::cli::validation {
namespace {

double published(std::string_view name) {
  return workloads::published::find(workloads::published::areas(), name)->low;
}

}  // namespace

Figure table3_figure(const Setup& /*setup*/, const Outcomes& /*outcomes*/) {
  const auto& table = workloads::published::design_parameters();
  const memory::Architecture a;
  const std::vector<std::pair<std::string_view, double>> ours{
      {"pe", a.pe_count()},
      {"multipliers", a.pe_count() * a.F * a.I},
      {"F", a.F},
      {"I", a.I},
      {"multiplier_bits", a.weight_bits},
      {"accumulator_bits", a.accumulator_bits},
      {"iaram", static_cast<double>(a.iaram_bytes) / 1024.0},
      {"oaram", static_cast<double>(a.oaram_bytes) / 1024.0},
      {"weight_fifo_entries", a.weight_fifo_entries},
      {"accumulator_banks", a.accumulator.banks},
      {"accumulator_entries_per_bank", a.accumulator.entries_per_bank},
      {"dram_bandwidth", static_cast<double>(a.dram.bytes_per_cycle) * a.clock_ghz},
      {"clock", a.clock_ghz}};
  Figure figure;
  figure.source = source_text(table);
  figure.columns = {{"published", 0}, {"default machine", 0}};
  for (const auto& [name, value] : ours)
    figure.rows.push_back({.network = {},
                           .name = std::string(name),
                           .cells = {workloads::published::find(table, name)->low, value},
                           .why = {}});
  return figure;
}

Figure table4_figure(const Setup& /*setup*/, const Outcomes& /*outcomes*/) {
  const memory::Architecture arch;
  const sim::Area pe = sim::pe_area(arch);
  Figure figure;
  figure.source = source_text(workloads::published::areas());
  figure.columns = {{"mm2\npublished", 3}, {"mm2\nby the laws", 3}, {"error\n%", 1}};
  const auto add = [&](const std::string& name, Cell printed, double value, std::string why) {
    figure.rows.push_back(
        {.network = {},
         .name = name,
         .cells = {printed, value, printed ? Cell(percent_off(value, *printed)) : std::nullopt},
         .why = std::move(why)});
  };
  for (const auto& component : sim::area_components())
    add(std::string(component.name),
        published(component.name == "activation_ram" ? "iaram_oaram" : component.name),
        pe.*component.member, {});
  add("PE", published("pe"), pe.total(), "the printed parts add up to 0.124");
  add("accelerator", published("accelerator"), sim::accelerator_area(arch), {});
  add("DCNN", published("dcnn"), sim::dcnn_area(arch),
      "its own buffers are not published apart; without accumulators and scatter network the laws "
      "leave this much unexplained");
  figure.notes = {
      "Parts of a PE are inputs of the laws and agree by construction; sums and the dense machine "
      "are not."};
  return figure;
}

}  // namespace scnn::cli::validation
