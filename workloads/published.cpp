#include "workloads/published.hpp"

#include <array>

namespace scnn::workloads::published {

std::string_view name_of(Reading reading) {
  constexpr std::array<std::string_view, 4> names{"printed", "read off the chart",
                                                  "quoted from secondary sources", "derived"};
  return names[static_cast<std::size_t>(reading)];
}

const Quantity* find(const Table<Quantity>& table, std::string_view name) {
  for (const Quantity& row : table.rows)
    if (row.name == name) return &row;
  return nullptr;
}

}  // namespace scnn::workloads::published
