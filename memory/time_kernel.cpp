#include "memory/time_kernel.hpp"

#include <algorithm>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "memory/time_kernel.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn::memory {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<std::int64_t, 8>;
using V = hn::Vec<D>;
using D32 = hn::Rebind<std::int32_t, D>;

constexpr std::int64_t kMost = std::numeric_limits<std::int32_t>::max();

std::int64_t recorded_of(std::int64_t time, std::int64_t start) {
  return std::clamp<std::int64_t>(time - start, kBefore, kMost);
}

HWY_INLINE V recorded_of(V times, V start) {
  const V most = hn::Set(D(), kMost), before = hn::Set(D(), std::int64_t{kBefore});
  return hn::Min(hn::Max(hn::Sub(times, start), before), most);
}

void latest_on_target(std::int64_t* latest, const std::int64_t* times, std::size_t count) {
  std::size_t i = 0;
  for (; i + hn::Lanes(D()) <= count; i += hn::Lanes(D()))
    hn::StoreU(hn::Max(hn::LoadU(D(), latest + i), hn::LoadU(D(), times + i)), D(), latest + i);
  for (; i < count; ++i) latest[i] = std::max(latest[i], times[i]);
}

void record_on_target(const std::int64_t* times, std::size_t count, std::int64_t from,
                      std::int32_t* recorded) {
  const V start = hn::Set(D(), from);
  const hn::RebindToUnsigned<D32> u32;
  const hn::RebindToUnsigned<D> u64;
  std::size_t i = 0;
  for (; i + hn::Lanes(D()) <= count; i += hn::Lanes(D())) {
    const V since = recorded_of(hn::LoadU(D(), times + i), start);
    const auto low = hn::TruncateTo(u32, hn::BitCast(u64, since));
    hn::StoreU(hn::BitCast(D32(), low), D32(), recorded + i);
  }
  for (; i < count; ++i) recorded[i] = static_cast<std::int32_t>(recorded_of(times[i], from));
}

std::size_t same_on_target(const std::int64_t* times, std::size_t count, std::int64_t from,
                           const std::int32_t* recorded) {
  const V start = hn::Set(D(), from);
  std::size_t i = 0;
  for (; i + hn::Lanes(D()) <= count; i += hn::Lanes(D())) {
    const V since = recorded_of(hn::LoadU(D(), times + i), start);
    const V then = hn::PromoteTo(D(), hn::LoadU(D32(), recorded + i));
    if (!hn::AllTrue(D(), hn::Eq(since, then))) break;
  }
  while (i < count && recorded_of(times[i], from) == recorded[i]) ++i;
  return i;
}

void recall_on_target(const std::int32_t* recorded, std::size_t count, std::int64_t from,
                      std::int64_t* times) {
  const V start = hn::Set(D(), from);
  std::size_t i = 0;
  for (; i + hn::Lanes(D()) <= count; i += hn::Lanes(D()))
    hn::StoreU(hn::Add(start, hn::PromoteTo(D(), hn::LoadU(D32(), recorded + i))), D(), times + i);
  for (; i < count; ++i) times[i] = from + recorded[i];
}

std::int64_t late_on_target(const std::int64_t* arrival, const std::int64_t* late_until,
                            std::size_t count, std::int64_t from) {
  // Before the first arrival nobody waits for another.
  std::int64_t late = std::max<std::int64_t>(std::min(late_until[0], arrival[0]) + 1 - from, 0);
  const V start = hn::Set(D(), from), one = hn::Set(D(), 1);
  V sum = hn::Zero(D());
  std::size_t i = 1;
  for (; i + hn::Lanes(D()) <= count; i += hn::Lanes(D())) {
    const V end = hn::Min(hn::LoadU(D(), late_until + i), hn::LoadU(D(), arrival + i));
    const V begin = hn::Max(start, hn::Add(hn::LoadU(D(), arrival + i - 1), one));
    sum = hn::Add(sum, hn::Max(hn::Sub(hn::Add(end, one), begin), hn::Zero(D())));
  }
  late += hn::GetLane(hn::SumOfLanes(D(), sum));
  for (; i < count; ++i)
    late += std::max<std::int64_t>(
        std::min(late_until[i], arrival[i]) + 1 - std::max(from, arrival[i - 1] + 1), 0);
  return late;
}

}  // namespace HWY_NAMESPACE
}  // namespace scnn::memory
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn::memory {

HWY_EXPORT(latest_on_target);
HWY_EXPORT(record_on_target);
HWY_EXPORT(same_on_target);
HWY_EXPORT(recall_on_target);
HWY_EXPORT(late_on_target);

void keep_latest(std::int64_t* latest, std::span<const std::int64_t> times) {
  HWY_DYNAMIC_DISPATCH(latest_on_target)(latest, times.data(), times.size());
}

void record_times(std::span<const std::int64_t> times, std::int64_t start, std::int32_t* recorded) {
  HWY_DYNAMIC_DISPATCH(record_on_target)(times.data(), times.size(), start, recorded);
}

std::size_t as_recorded(std::span<const std::int64_t> times, std::int64_t start,
                        const std::int32_t* recorded) {
  return HWY_DYNAMIC_DISPATCH(same_on_target)(times.data(), times.size(), start, recorded);
}

void recall_times(std::span<const std::int32_t> recorded, std::int64_t start, std::int64_t* times) {
  HWY_DYNAMIC_DISPATCH(recall_on_target)(recorded.data(), recorded.size(), start, times);
}

std::int64_t late_waits(std::span<const std::int64_t> arrival, const std::int64_t* late_until,
                        std::int64_t start) {
  if (arrival.empty()) return 0;
  return HWY_DYNAMIC_DISPATCH(late_on_target)(arrival.data(), late_until, arrival.size(), start);
}

}  // namespace scnn::memory
#endif
