/// What `--detail` added to a run, as its file has it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "tools/report/input.hpp"
#include "tools/report/lines.hpp"

namespace scnn::cli::report {

using Counts = std::vector<std::uint64_t>;

/// A layer seen from inside.
struct LayerDetail {
  std::string name;
  std::vector<Counts> activities;  ///< PE-cycles of each of activities(), by PE, row-major
  Counts steps, products;          ///< by PE
  Counts start, first_finish, barrier, drain_end;  ///< cycles of the layer, by group
  Counts bank_updates;                             ///< by bank
};

/// A layer's element of `detail.layers` each; empty where the run was without `--detail`.
/// \throws InputError when it does not fit the layers or the machine
[[nodiscard]] std::vector<LayerDetail> read_detail(const Input& input, const Lines& lines,
                                                   const memory::Architecture& arch);

}  // namespace scnn::cli::report
