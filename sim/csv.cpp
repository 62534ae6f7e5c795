#include "sim/csv.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace scnn::sim {
namespace {

struct LayerColumn {
  std::string_view name;
  void (*add)(CsvRow&, const LayerResult&);
};

/// A column for an integer of the layer's shape.
template <std::int64_t LayerShape::*Member>
void add_dimension(CsvRow& row, const LayerResult& layer) {
  row.integer(layer.spec.shape.*Member);
}

using S = LayerShape;
using Row = CsvRow;
using Layer = LayerResult;

constexpr std::array kLayerColumns{
    LayerColumn{"kind", [](Row& r, const Layer& l) { r.text(name_of(l.spec.kind)); }},
    LayerColumn{"C", add_dimension<&S::C>},
    LayerColumn{"H", add_dimension<&S::H>},
    LayerColumn{"W", add_dimension<&S::W>},
    LayerColumn{"K", add_dimension<&S::K>},
    LayerColumn{"R", add_dimension<&S::R>},
    LayerColumn{"S", add_dimension<&S::S>},
    LayerColumn{"Ho", [](Row& r, const Layer& l) { r.integer(l.spec.shape.Ho()); }},
    LayerColumn{"Wo", [](Row& r, const Layer& l) { r.integer(l.spec.shape.Wo()); }},
    LayerColumn{"stride_h", add_dimension<&S::stride_h>},
    LayerColumn{"stride_w", add_dimension<&S::stride_w>},
    LayerColumn{"pad_top", add_dimension<&S::pad_top>},
    LayerColumn{"pad_bottom", add_dimension<&S::pad_bottom>},
    LayerColumn{"pad_left", add_dimension<&S::pad_left>},
    LayerColumn{"pad_right", add_dimension<&S::pad_right>},
    LayerColumn{"dilation_h", add_dimension<&S::dilation_h>},
    LayerColumn{"dilation_w", add_dimension<&S::dilation_w>},
    LayerColumn{"groups", add_dimension<&S::groups>},
    LayerColumn{"relu",
                [](Row& r, const Layer& l) { r.integer(std::int64_t{l.spec.relu ? 1 : 0}); }},
    LayerColumn{"weight_density", [](Row& r, const Layer& l) { r.number(l.weight_density); }},
    LayerColumn{"activation_density",
                [](Row& r, const Layer& l) { r.number(l.activation_density); }},
    LayerColumn{"granularity", [](Row& r, const Layer& l) { r.text(name_of(l.granularity)); }},
    LayerColumn{"kc", [](Row& r, const Layer& l) { r.integer(l.kc); }},
    LayerColumn{"temporal_tiles", [](Row& r, const Layer& l) { r.integer(l.temporal_tiles); }},
};

}  // namespace

CsvRow& CsvRow::text(std::string_view value) {
  if (!first_) line_ += ',';
  first_ = false;
  if (value.find_first_of(",\"\r\n") == std::string_view::npos) {
    line_ += value;
    return *this;
  }
  line_ += '"';
  for (const char c : value) {
    if (c == '"') line_ += c;
    line_ += c;
  }
  line_ += '"';
  return *this;
}

CsvRow& CsvRow::integer(std::int64_t value) { return text(std::to_string(value)); }
CsvRow& CsvRow::integer(std::uint64_t value) { return text(std::to_string(value)); }
CsvRow& CsvRow::number(double value) { return text(fmt::format("{}", value)); }

CsvRow& CsvRow::empty(std::size_t cells) {
  for (std::size_t i = 0; i < cells; ++i) text({});
  return *this;
}

std::string CsvRow::take() {
  first_ = true;
  return std::exchange(line_, {}) + '\n';
}

void add_layer_header(CsvRow& row) {
  for (const LayerColumn& column : kLayerColumns) row.text(column.name);
}

void add_layer(CsvRow& row, const LayerResult& layer) {
  for (const LayerColumn& column : kLayerColumns) column.add(row, layer);
}

void add_no_layer(CsvRow& row) { row.empty(kLayerColumns.size()); }

void add_counter_header(CsvRow& row) {
  for (const auto& info : memory::counter_table()) row.text(info.name);
}

void add_counters(CsvRow& row, const memory::Counters& counters) {
  for (const auto& info : memory::counter_table()) row.integer(counters.*info.member);
}

}  // namespace scnn::sim
