#include "pe/activation_tile.hpp"

namespace scnn::pe {

sparse::ActivationLayout activation_layout(const TileJob& job, std::int64_t pe) {
  const Rect& inputs = job.regions[static_cast<std::size_t>(pe)].inputs;
  sparse::ActivationLayout layout;
  layout.shape = *job.shape;
  layout.conv_group = job.conv_group;
  layout.y_begin = inputs.rows.begin;
  layout.y_end = inputs.rows.end;
  layout.x_begin = inputs.cols.begin;
  layout.x_end = inputs.cols.end;
  layout.split = phase_split(*job.shape, *job.arch);
  layout.index_bits = job.arch->index_bits;
  layout.skip_zeros = job.arch->skip_zero_activations;
  return layout;
}

}  // namespace scnn::pe
