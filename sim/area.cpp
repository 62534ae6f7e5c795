#include "sim/area.hpp"

#include "sim/energy.hpp"
#include "workloads/published.hpp"

namespace scnn::sim {
namespace {

/// A PE of SCNN Table 4.
Area published_area() {
  const auto of = [](std::string_view name) {
    return workloads::published::find(workloads::published::areas(), name)->low;
  };
  return {.activation_ram = of("iaram_oaram"),
          .weight_fifo = of("weight_fifo"),
          .multiplier_array = of("multiplier_array"),
          .scatter_network = of("scatter_network"),
          .accumulator_buffers = of("accumulator_buffers"),
          .other = of("other")};
}

// What a component's area is in proportion to.
double ram_bytes(const memory::Architecture& a) {
  return static_cast<double>(a.iaram_bytes + a.oaram_bytes);
}
double fifo_bits(const memory::Architecture& a) {
  return static_cast<double>(a.weight_fifo_entries * a.F * (a.weight_bits + a.index_bits));
}
double multiplier_bits(const memory::Architecture& a) {
  return static_cast<double>(a.F * a.I * a.weight_bits * a.activation_bits);
}
double crosspoint_bits(const memory::Architecture& a) {
  return static_cast<double>(a.F * a.I * a.accumulator.banks * a.accumulator_bits);
}
double accumulator_bits(const memory::Architecture& a) {
  return static_cast<double>(a.accumulator_entries() * a.accumulator_bits);
}

}  // namespace

double Area::total() const {
  double sum = 0.0;
  for (const auto& component : area_components()) sum += this->*component.member;
  return sum;
}

const std::array<AreaComponent, 6>& area_components() {
  using A = Area;
  static constexpr std::array<AreaComponent, 6> table{{
      {"activation_ram", &A::activation_ram},
      {"weight_fifo", &A::weight_fifo},
      {"multiplier_array", &A::multiplier_array},
      {"scatter_network", &A::scatter_network},
      {"accumulator_buffers", &A::accumulator_buffers},
      {"other", &A::other},
  }};
  return table;
}

Area pe_area(const memory::Architecture& arch) {
  const memory::Architecture paper;
  Area area = published_area();
  area.activation_ram *= ram_bytes(arch) / ram_bytes(paper);
  area.weight_fifo *= fifo_bits(arch) / fifo_bits(paper);
  area.multiplier_array *= multiplier_bits(arch) / multiplier_bits(paper);
  area.scatter_network *= crosspoint_bits(arch) / crosspoint_bits(paper);
  area.accumulator_buffers *= accumulator_bits(arch) / accumulator_bits(paper);
  return area;
}

double accelerator_area(const memory::Architecture& arch) {
  return static_cast<double>(arch.pe_count()) * pe_area(arch).total();
}

double dcnn_area(const memory::Architecture& arch) {
  const Area pe = pe_area(arch);
  const double ram = published_area().activation_ram * static_cast<double>(kDenseRamBytes) /
                     ram_bytes(memory::Architecture{});
  return ram +
         static_cast<double>(arch.pe_count()) * (pe.weight_fifo + pe.multiplier_array + pe.other);
}

}  // namespace scnn::sim
