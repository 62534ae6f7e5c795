/// The vectorised end of the output path, with run-time dispatch.
#pragma once

#include <cstdint>
#include <span>

namespace scnn::pe {

/// How sums become output values (machine.md S27).
struct OutputScaling {
  double weight_scale = 1.0, input_scale = 1.0;
  bool biased = false;
  double bias = 0.0;
  bool relu = false;
};

/// What a channel's outputs are like.
struct ChannelOutputs {
  double peak = 0.0;            ///< largest magnitude among the values
  std::uint64_t overflows = 0;  ///< sums that do not fit the accumulators
};

/// Makes values of sums, in double precision: sum times weight scale, times input scale, plus bias;
/// then ReLU. Every target computes the same bits.
/// \param accumulator_bits  width of a signed accumulator, up to 63
/// \param values            one per sum
ChannelOutputs make_outputs(std::span<const std::int64_t> sums, const OutputScaling& scaling,
                            int accumulator_bits, std::span<double> values);

}  // namespace scnn::pe
