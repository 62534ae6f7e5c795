#include "pe/row_kernel.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "pe/row_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::pe {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Words that rows are a multiple of.
constexpr std::size_t kPart = 8;

/// Adds up some words of a vector's rows, as many as `Some` takes, from word `at` on.
/// \tparam kWeights  of a vector, 0 for any number
/// \tparam kCopies   times that the words stand in a row, one after the other
template <class Some, std::size_t kWeights, std::size_t kCopies>
HWY_INLINE void add_words(std::uint64_t* rows, std::size_t at, const RowLayout& l,
                          const RowWeight* weights) {
  const Some d;
  using V = hn::Vec<Some>;
  const std::size_t count = kWeights > 0 ? kWeights : l.weights;
  V one[kWeights > 0 ? kWeights : RowLayout::kMostWeights];
  const std::uint64_t* updates[kWeights > 0 ? kWeights : RowLayout::kMostWeights];
  for (std::size_t n = 0; n < count; ++n) {
    one[n] = hn::LoadU(d, weights[n].row + at);
    updates[n] = weights[n].updates;
  }
  const std::size_t words = l.words, classes = l.classes;
  std::uint64_t* row = rows + at;
  const auto store = [&](V sum) {
    for (std::size_t copy = 0; copy < kCopies; ++copy)
      hn::StoreU(sum, d, row + copy * words / kCopies);
  };
  for (std::size_t c = 0; c < classes; ++c, row += words) {
    V sum = hn::Zero(d);
    for (std::size_t n = 0; n < count; ++n)
      sum = hn::Add(sum, hn::And(one[n], hn::Set(d, updates[n][c])));
    store(sum);
  }
  store(hn::Zero(d));
}

/// \tparam kWeights  of a vector, 0 for any number
template <std::size_t kWeights>
void add_vectors(std::uint64_t* rows, const RowLayout& l, std::span<const RowWeight> weights) {
  using Half = hn::CappedTag<std::uint64_t, kPart / 2>;
  using Whole = hn::CappedTag<std::uint64_t, kPart>;
  const RowWeight* const end = weights.data() + weights.size();
  for (const RowWeight* w = weights.data(); w != end; w += l.weights) {
    if (l.halves_equal && l.words == kPart)
      for (std::size_t at = 0; at < kPart / 2; at += hn::Lanes(Half()))
        add_words<Half, kWeights, 2>(rows, at, l, w);
    else
      for (std::size_t at = 0; at < l.words; at += hn::Lanes(Whole()))
        add_words<Whole, kWeights, 1>(rows, at, l, w);
    rows += (l.classes + 1) * l.words;
  }
}

void add_on_target(std::uint64_t* rows, const RowLayout& l, std::span<const RowWeight> weights) {
  if (l.weights == 4)
    add_vectors<4>(rows, l, weights);
  else
    add_vectors<0>(rows, l, weights);
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::pe
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::pe {

HWY_EXPORT(add_on_target);

void add_rows(std::uint64_t* rows, const RowLayout& layout, std::span<const RowWeight> weights) {
  HWY_DYNAMIC_DISPATCH(add_on_target)(rows, layout, weights);
}

}  // namespace scnn::pe
#endif
