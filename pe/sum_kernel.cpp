#include "pe/sum_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/sum_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Kernel positions whose weights are kept in registers.
constexpr std::size_t kHeld = 9;
/// Activations passed over between two that are worked on in succession.
constexpr std::size_t kApart = 3;

using Wide = hn::CappedTag<std::int64_t, kChannelStep>;

#if HWY_TARGET == HWY_SCALAR
using Factor = hn::Vec<Wide>;
HWY_INLINE Factor factor(std::int64_t value) { return hn::Set(Wide(), value); }
HWY_INLINE hn::Vec<Wide> product(Factor a, Factor b) {
  return hn::Set(Wide(), hn::GetLane(a) * hn::GetLane(b));
}
HWY_INLINE Factor load_factor(const std::int64_t* from) { return hn::LoadU(Wide(), from); }
#else
// Both factors are 32-bit numbers in 64-bit lanes: the low halves' product is exact.
using Narrow = hn::RepartitionToNarrow<Wide>;
using Factor = hn::Vec<Narrow>;
HWY_INLINE Factor factor(std::int64_t value) {
  return hn::BitCast(Narrow(), hn::Set(Wide(), value));
}
HWY_INLINE hn::Vec<Wide> product(Factor a, Factor b) { return hn::MulEven(a, b); }
HWY_INLINE Factor load_factor(const std::int64_t* from) {
  return hn::BitCast(Narrow(), hn::LoadU(Wide(), from));
}
#endif

/// Activations of one class with some of the kernel positions they reach.
struct Part {
  std::span<const ActivationOperand> activations;
  const ReachedPosition* positions;
  const std::int64_t* weights;
  std::int64_t* sums;
  std::ptrdiff_t channels;  ///< from window position to window position
};

/// Adds a few channels' products, of `kCount` kernel positions.
template <std::size_t kCount>
HWY_INLINE void add_lanes(const Part& part, std::size_t channel) {
  Factor weights[kCount];
  std::ptrdiff_t offset[kCount];
  for (std::size_t i = 0; i < kCount; ++i) {
    weights[i] = load_factor(part.weights + part.positions[i].weights + channel);
    offset[i] = part.positions[i].sums + static_cast<std::ptrdiff_t>(channel);
  }
  // Neighbours add to the same sums: one after the other would wait for the stores of the
  // one before.
  for (std::size_t first = 0; first < kApart; ++first)
    for (std::size_t n = first; n < part.activations.size(); n += kApart) {
      const ActivationOperand& a = part.activations[n];
      const Factor value = factor(a.value);
      const std::ptrdiff_t base = a.address * part.channels;
#pragma GCC unroll 9
      for (std::size_t i = 0; i < kCount; ++i) {
        std::int64_t* at = part.sums + (base + offset[i]);
        hn::StoreU(hn::Add(hn::LoadU(Wide(), at), product(weights[i], value)), Wide(), at);
      }
    }
}

template <std::size_t kCount>
void add_part(const Part& part) {
  for (std::size_t c = 0; c < static_cast<std::size_t>(part.channels); c += hn::Lanes(Wide()))
    add_lanes<kCount>(part, c);
}

void add_positions(Part part, std::size_t count) {
  using Add = void (*)(const Part&);
  static constexpr Add kAdd[kHeld + 1] = {nullptr,     add_part<1>, add_part<2>, add_part<3>,
                                          add_part<4>, add_part<5>, add_part<6>, add_part<7>,
                                          add_part<8>, add_part<9>};
  for (; count > kHeld; count -= kHeld, part.positions += kHeld) add_part<kHeld>(part);
  if (count > 0) kAdd[count](part);
}

void add_on_target(const StepTables& tables, std::size_t block, std::size_t phase,
                   std::span<const ActivationOperand> activations, std::int64_t* sums) {
  const std::int64_t* weights = tables.block_weights(block);
  while (!activations.empty()) {
    // Away from the plane's edges all activations are of one class.
    const std::uint32_t c = activations.front().outcome_class;
    std::size_t n = 1;
    while (n < activations.size() && activations[n].outcome_class == c) ++n;
    const auto reached = tables.reached(phase, c);
    add_positions({activations.first(n), reached.data(), weights, sums,
                   static_cast<std::ptrdiff_t>(tables.channels())},
                  reached.size());
    activations = activations.subspan(n);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(add_on_target);

void add_products(const StepTables& tables, std::size_t block, std::size_t phase,
                  std::span<const ActivationOperand> activations, std::int64_t* sums) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(tables, block, phase, activations, sums);
}

}  // namespace scnn::pe
#endif
