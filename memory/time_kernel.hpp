/// Vectorised passes over the times of weight vectors, with run-time dispatch.
///
/// Every target computes the same integers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace scnn::memory {

/// Raises each of `latest` to the time at its place. \pre as many times
void keep_latest(std::int64_t* latest, std::span<const std::int64_t> times);

/// A cycle before `start`, as records have it: whenever it was.
inline constexpr std::int32_t kBefore = -1;

/// Times counted from `start`, no earlier than kBefore and no later than `recorded` can say.
void record_times(std::span<const std::int64_t> times, std::int64_t start, std::int32_t* recorded);
/// How many of the first times are as recorded.
std::size_t as_recorded(std::span<const std::int64_t> times, std::int64_t start,
                        const std::int32_t* recorded);
/// The times that were recorded, for another start.
void recall_times(std::span<const std::int32_t> recorded, std::int64_t start, std::int64_t* times);

/// Cycles from `start` on in which something that waits for each arrival in turn waits for a late
/// supply (machine.md S28). \pre arrivals are in order
std::int64_t late_waits(std::span<const std::int64_t> arrival, const std::int64_t* late_until,
                        std::int64_t start);

}  // namespace scnn::memory
