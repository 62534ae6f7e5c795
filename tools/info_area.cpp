#include <fmt/format.h>

#include <ostream>

#include "sim/architecture_file.hpp"
#include "sim/area.hpp"
#include "tools/info_files.hpp"
#include "tools/run_options.hpp"
#include "tools/table.hpp"

namespace scnn::cli {

void print_area(const std::filesystem::path& path, const Console& console) {
  const memory::Architecture arch = sim::read_architecture(path);
  const sim::Area pe = sim::pe_area(arch);
  std::vector<std::string> names;
  std::vector<std::optional<double>> values;
  const auto add = [&](std::string name, double value) {
    names.push_back(std::move(name));
    values.emplace_back(value);
  };
  for (const auto& component : sim::area_components())
    add(std::string(component.name), pe.*component.member);
  add("PE", pe.total());
  add(fmt::format("{} PEs", arch.pe_count()), sim::accelerator_area(arch));
  console.out << fmt::format("machine: {}\n\n", machine_text(arch))
              << Table()
                     .text("area, 16 nm", names)
                     .numbers("mm2", values, 3)
                     .rule_before(sim::area_components().size())
                     .str(console.layout());
}

}  // namespace scnn::cli
