/// CSV as spreadsheets and pandas read it (RFC 4180, with line feeds).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "memory/counters.hpp"
#include "sim/run.hpp"

namespace scnn::sim {

/// One line at a time.
class CsvRow {
 public:
  CsvRow& text(std::string_view value);
  CsvRow& integer(std::int64_t value);
  CsvRow& integer(std::uint64_t value);
  /// Shortest decimal that reads back as the same number.
  CsvRow& number(double value);
  CsvRow& empty(std::size_t cells = 1);
  /// The line with its end; the row is empty again.
  [[nodiscard]] std::string take();

 private:
  std::string line_;
  bool first_ = true;
};

/// Names of what `add_layer` writes: shape, densities and mapping of a layer.
void add_layer_header(CsvRow& row);
void add_layer(CsvRow& row, const LayerResult& layer);
/// As many cells as `add_layer` writes, all empty.
void add_no_layer(CsvRow& row);

/// Names and values of all counters.
void add_counter_header(CsvRow& row);
void add_counters(CsvRow& row, const memory::Counters& counters);

}  // namespace scnn::sim
