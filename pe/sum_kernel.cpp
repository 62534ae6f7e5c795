#include "pe/sum_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/sum_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET == HWY_SCALAR
/// sums[k] += weights[k] * value for one column of 8 channels.
struct Column {
  explicit Column(std::int32_t value) : value_(value) {}
  void Add(const std::int64_t* weights, std::int64_t* sums) const {
    for (std::size_t k = 0; k < kChannelStep; ++k) sums[k] += weights[k] * value_;
  }
  std::int64_t value_;
};
#else
class Column {
 public:
  HWY_INLINE explicit Column(std::int32_t value)
      : value_(hn::BitCast(kNarrow, hn::Set(kWide, std::int64_t{value}))) {}
  HWY_INLINE void Add(const std::int64_t* weights, std::int64_t* sums) const {
    for (std::size_t k = 0; k < kChannelStep; k += hn::Lanes(kWide)) {
      // Both factors are 32-bit numbers in 64-bit lanes: the low halves' product is exact.
      const auto w = hn::BitCast(kNarrow, hn::LoadU(kWide, weights + k));
      hn::StoreU(hn::Add(hn::LoadU(kWide, sums + k), hn::MulEven(w, value_)), kWide, sums + k);
    }
  }

 private:
  using Wide = hn::CappedTag<std::int64_t, kChannelStep>;
  using Narrow = hn::RepartitionToNarrow<Wide>;
  static constexpr Wide kWide{};
  static constexpr Narrow kNarrow{};
  hn::Vec<Narrow> value_;
};
#endif

/// \tparam kSteps  columns of 8 channels to a position, 0 for any number
template <std::size_t kSteps>
void add_block(const StepTables& tables, std::size_t block, std::size_t phase,
               std::span<const SumOperand> activations, std::int64_t* sums) {
  const std::size_t steps = kSteps == 0 ? tables.channels() / kChannelStep : kSteps;
  const std::int64_t* weights = tables.block_weights(block);
  for (const SumOperand& a : activations) {
    const Column column(a.value);
    std::int64_t* base =
        sums + std::int64_t{a.address} * static_cast<std::int64_t>(steps * kChannelStep);
    for (const ReachedPosition& p : tables.reached(phase, a.outcome_class))
      for (std::size_t i = 0; i < steps; ++i)
        column.Add(weights + p.weights + i * kChannelStep,
                   base + p.sums + static_cast<std::ptrdiff_t>(i * kChannelStep));
  }
}

void add_on_target(const StepTables& tables, std::size_t block, std::size_t phase,
                   std::span<const SumOperand> activations, std::int64_t* sums) {
  if (tables.channels() == kChannelStep)
    add_block<1>(tables, block, phase, activations, sums);
  else
    add_block<0>(tables, block, phase, activations, sums);
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(add_on_target);

void add_products(const StepTables& tables, std::size_t block, std::size_t phase,
                  std::span<const SumOperand> activations, std::int64_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(tables, block, phase, activations, sums);
}

}  // namespace scnn::pe
#endif
