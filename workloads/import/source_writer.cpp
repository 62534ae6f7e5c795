#include "workloads/import/source_writer.hpp"

#include <vector>

namespace scnn::workloads::imports {

void SourceWriter::append(const Layer& layer) {
  const PlannedLayer& planned = network_.planned(next_++);
  if (!layer.mask) return;
  std::vector<std::uint8_t> kept(layer.mask->kept.size());
  for_each_weight(planned.shape, planned.parameters.axes,
                  [&](std::size_t i, std::size_t to) { kept[to] = layer.mask->kept.values()[i]; });
  const Path& mask = planned.parameters.mask;
  copy_.zero(mask.empty() ? planned.parameters.kernel : mask, kept);
}

}  // namespace scnn::workloads::imports
