#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "pe/ppu.hpp"
#include "sparse_formats/error.hpp"

namespace scnn::pe {

void OwnedOutputs::begin(const OutputJob& job, std::int64_t pe) {
  job_ = &job;
  rect_ = job.owners.owned(pe);
  if (rect_.area() == 0) rect_ = {};
  sums_.assign(static_cast<std::size_t>(job.shape->K * rect_.area()), 0);
}

std::size_t OwnedOutputs::index(std::int64_t k, std::int64_t oy, std::int64_t ox) const {
  return static_cast<std::size_t>(
      (k * rect_.rows.size() + oy - rect_.rows.begin) * rect_.cols.size() + ox - rect_.cols.begin);
}

void OwnedOutputs::add(const HaloRow& row) {
  const auto size = static_cast<std::int64_t>(row.sums.size());
  if (job_ == nullptr || !rect_.rows.contains(row.oy) || !rect_.cols.contains(row.ox) ||
      row.ox + size > rect_.cols.end || row.k >= job_->shape->K)
    throw ModelError(fmt::format("PPU: outputs [{}][{}][{}..{}) are not its own", row.k, row.oy,
                                 row.ox, row.ox + size));
  std::int64_t* to = sums_.data() + index(row.k, row.oy, row.ox);
  for (std::size_t i = 0; i < row.sums.size(); ++i) to[i] += row.sums[i];
}

std::span<const std::int64_t> OwnedOutputs::row(std::int64_t k, std::int64_t oy) const {
  return std::span(sums_).subspan(index(k, oy, rect_.cols.begin),
                                  static_cast<std::size_t>(rect_.cols.size()));
}

ChannelOutputs OwnedOutputs::values(std::int64_t k, std::span<double> out) const {
  const auto area = static_cast<std::size_t>(rect_.area());
  const auto sums = std::span(sums_).subspan(static_cast<std::size_t>(k) * area, area);
  const bool biased = job_->bias != nullptr;
  return make_outputs(sums,
                      {job_->weight_scale, job_->input_scale, biased,
                       biased ? static_cast<double>(job_->bias[k]) : 0.0, job_->relu},
                      job_->arch->accumulator_bits, out);
}

void OwnedOutputs::finish(std::int64_t k, std::span<const double> values) {
  std::transform(values.begin(), values.end(), sums_.begin() + k * rect_.area(),
                 [](double v) { return std::bit_cast<std::int64_t>(v); });
}

void OwnedOutputs::finished(std::int64_t k, std::span<double> out) const {
  const auto first = sums_.begin() + k * rect_.area();
  std::transform(first, first + rect_.area(), out.begin(),
                 [](std::int64_t bits) { return std::bit_cast<double>(bits); });
}

}  // namespace scnn::pe
