#include "tools/layer_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "tools/numbers.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

std::string pair_text(std::int64_t a, std::int64_t b) {
  return a == b ? std::to_string(a) : fmt::format("{},{}", a, b);
}

std::string padding_text(const LayerShape& s) {
  if (s.pad_top == s.pad_bottom && s.pad_left == s.pad_right)
    return pair_text(s.pad_top, s.pad_left);
  return fmt::format("{},{},{},{}", s.pad_top, s.pad_bottom, s.pad_left, s.pad_right);
}

/// Grows column by column in step with the rows.
struct Columns {
  std::vector<std::string> name, input, weights, stride, padding, groups, mask;
  std::vector<std::optional<double>> weight_density;
  std::vector<std::string> input_density;
  std::vector<std::uint64_t> count, multiplies;
};

void add(Columns& columns, const LayerLine& line) {
  const LayerShape& s = line.spec.shape;
  columns.name.push_back(line.spec.name);
  columns.input.push_back(extent_text(s.C, s.H, s.W));
  columns.weights.push_back(fmt::format("{}x{}", s.K, extent_text(s.group_C(), s.R, s.S)));
  columns.stride.push_back(pair_text(s.stride_h, s.stride_w));
  columns.padding.push_back(padding_text(s));
  columns.groups.push_back(std::to_string(s.groups));
  columns.mask.emplace_back(line.spec.granularity ? name_of(*line.spec.granularity) : "-");
  columns.weight_density.emplace_back(line.weight_density);
  const std::string density = fixed(line.input_density, 3);
  columns.input_density.push_back(line.made_input ? fmt::format("({})", density) : density);
  columns.count.push_back(static_cast<std::uint64_t>(s.weight_count()));
  columns.multiplies.push_back(static_cast<std::uint64_t>(s.multiplies()));
}

void add_total(Columns& columns) {
  std::uint64_t count = 0, multiplies = 0;
  double nonzero = 0.0;
  for (std::size_t i = 0; i < columns.count.size(); ++i) {
    count += columns.count[i];
    multiplies += columns.multiplies[i];
    nonzero += columns.weight_density[i].value() * static_cast<double>(columns.count[i]);
  }
  columns.name.emplace_back("total");
  for (auto* text : {&columns.input, &columns.weights, &columns.stride, &columns.padding,
                     &columns.groups, &columns.mask})
    text->emplace_back();
  columns.weight_density.emplace_back(nonzero / static_cast<double>(count));
  columns.input_density.emplace_back("-");
  columns.count.push_back(count);
  columns.multiplies.push_back(multiplies);
}

}  // namespace

LayerLine describe(const workloads::Layer& layer) {
  LayerLine line{.spec = layer.spec,
                 .weight_density = workloads::density_of(layer.weights),
                 .input_density = std::nullopt};
  line.made_input = !layer.input && layer.spec.input_density.has_value();
  line.input_density =
      layer.input ? std::optional(workloads::density_of(*layer.input)) : layer.spec.input_density;
  return line;
}

std::string extent_text(std::int64_t a, std::int64_t b, std::int64_t c) {
  return fmt::format("{}x{}x{}", a, b, c);
}

std::string layer_table(const std::vector<LayerLine>& layers, const Layout& layout) {
  Columns columns;
  for (const LayerLine& line : layers) add(columns, line);
  add_total(columns);
  const bool any_made = std::ranges::any_of(layers, &LayerLine::made_input);
  return Table()
             .text("layer", columns.name)
             .cells("input\nCxHxW", columns.input)
             .cells("weights\nKxCxRxS", columns.weights)
             .cells("stride\n", columns.stride)
             .cells("pad\n", columns.padding)
             .cells("groups\n", columns.groups)
             .counts("weights", "", columns.count)
             .text("mask\n", columns.mask)
             .numbers("weight\ndensity", columns.weight_density, 3)
             .cells("input\ndensity", columns.input_density)
             .counts("multiplies", "", columns.multiplies)
             .rule_before(layers.size())
             .str(layout) +
         (any_made ? "\n(density): no input in the file, one of this density is made\n" : "");
}

}  // namespace scnn::cli
