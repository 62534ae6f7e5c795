#include "pruning/grains.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "sparse_formats/error.hpp"

namespace scnn::pruning {
namespace {

/// A previous mask that cuts through a grain cannot be continued at this granularity.
[[noreturn]] void refuse_cut_grain(std::size_t grain, Granularity g,
                                   const workloads::Mask& previous, const std::string& where) {
  throw InputError(
      where,
      fmt::format("the earlier mask (granularity {}) drops part of {} grain {}, "
                  "expected whole grains: continue at granularity {} or finer",
                  name_of(previous.granularity), name_of(g), grain, name_of(previous.granularity)));
}

}  // namespace

WeightShape shape_of(const workloads::ValueTensor& weights) {
  if (const auto* floats = std::get_if<Tensor<float>>(&weights)) return floats->shape();
  return std::get<workloads::IntTensor>(weights).values.shape();
}

std::string shape_text(const WeightShape& shape) {
  return fmt::format("[{}, {}, {}, {}]", shape[0], shape[1], shape[2], shape[3]);
}

void check_density(double density, const std::string& where) {
  // Written so that NaN fails it too.
  if (!(density > 0.0 && density <= 1.0))
    throw InputError(where, fmt::format("density {}, expected a number in (0,1]", density));
}

GrainFlags surviving_grains(const WeightShape& shape, Granularity g,
                            const workloads::Mask* previous, const std::string& where) {
  const auto size = static_cast<std::size_t>(grain_size(g, shape));
  const std::size_t grains = Tensor<std::uint8_t>::count(shape) / size;
  GrainFlags alive(grains, 1);
  if (previous == nullptr) return alive;
  if (previous->kept.shape() != shape)
    throw InputError(where, fmt::format("the earlier mask has shape {}, expected {}",
                                        shape_text(previous->kept.shape()), shape_text(shape)));
  const std::span<const std::uint8_t> mask = previous->kept.values();
  for (std::size_t i = 0; i < grains; ++i) {
    const auto grain = mask.subspan(i * size, size);
    const bool kept = grain.front() != 0;
    if (!std::ranges::all_of(grain, [kept](std::uint8_t m) { return (m != 0) == kept; }))
      refuse_cut_grain(i, g, *previous, where);
    alive[i] = kept ? 1 : 0;
  }
  return alive;
}

workloads::Mask mask_of(const WeightShape& shape, Granularity g, GrainFlags kept,
                        double density_requested) {
  const auto size = static_cast<std::size_t>(grain_size(g, shape));
  const std::size_t weights = Tensor<std::uint8_t>::count(shape);
  const auto kept_weights = static_cast<std::size_t>(std::ranges::count(kept, 1)) * size;
  workloads::Mask mask;
  mask.granularity = g;
  mask.density_requested = density_requested;
  mask.density_achieved = static_cast<double>(kept_weights) / static_cast<double>(weights);
  if (size == 1) {
    mask.kept = Tensor<std::uint8_t>(shape, std::move(kept));
    return mask;
  }
  mask.kept = Tensor<std::uint8_t>(shape);
  for (std::size_t i = 0; i < kept.size(); ++i)
    std::ranges::fill(mask.kept.values().subspan(i * size, size), kept[i]);
  return mask;
}

}  // namespace scnn::pruning
