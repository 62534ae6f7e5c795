#include "pe/row_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/row_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Words worked on at a time.
constexpr std::size_t kPart = 8;
using D = hn::CappedTag<std::uint64_t, kPart>;
using V = hn::Vec<D>;

/// \tparam kCount  weights, 0 for any number
template <std::size_t kCount>
void add_part(std::uint64_t* rows, std::size_t at, std::size_t words, std::size_t classes,
              const RowWeights& w) {
  const std::size_t count = kCount > 0 ? kCount : w.count;
  for (std::size_t i = at; i < at + kPart; i += hn::Lanes(D())) {
    V one[kCount > 0 ? kCount : RowWeights::kMost];
    for (std::size_t n = 0; n < count; ++n) one[n] = hn::LoadU(D(), w.row[n] + i);
    std::uint64_t* row = rows + i;
    for (std::size_t c = 0; c < classes; ++c, row += words) {
      V sum = hn::Zero(D());
      for (std::size_t n = 0; n < count; ++n)
        sum = hn::Add(sum, hn::And(one[n], hn::Set(D(), w.updates[n][c])));
      hn::StoreU(sum, D(), row);
    }
    hn::StoreU(hn::Zero(D()), D(), row);
  }
}

void add_on_target(std::uint64_t* rows, std::size_t words, std::size_t classes,
                   std::span<const RowWeights> vectors) {
  for (const RowWeights& w : vectors) {
    for (std::size_t at = 0; at < words; at += kPart)
      if (w.count == 4)
        add_part<4>(rows, at, words, classes, w);
      else
        add_part<0>(rows, at, words, classes, w);
    rows += (classes + 1) * words;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(add_on_target);

void add_rows(std::uint64_t* rows, std::size_t words, std::size_t classes,
              std::span<const RowWeights> vectors) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(rows, words, classes, vectors);
}

}  // namespace scnn::pe
#endif
