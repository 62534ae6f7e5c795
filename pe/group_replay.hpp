/// Puts groups on record, and goes by the record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "memory/weight_stream.hpp"
#include "pe/group_record.hpp"
#include "pe/group_times.hpp"
#include "pe/tile_job.hpp"

namespace scnn::pe {

/// Entries `[first, end)` of the stream belong to a group that begins in cycle `start`.
struct GroupSpan {
  std::size_t first = 0, end = 0;
  std::int64_t start = 0;
};

/// Follows a record as long as arrivals agree with it, or differ where it makes no difference.
class GroupReplay {
 public:
  /// \param team      whose record it is, by number
  /// \param operands  of the team
  /// \param strict    arrivals must agree even where it makes no difference
  void start(const GroupRecord& record, std::size_t team, const TeamOperands& operands, bool strict,
             const TileJob& job, std::int64_t group, std::int64_t start);

  /// \return for each entry that is certainly popped, in stream order, when the last member
  ///         popped it; valid until the next call. None once arrivals differ.
  std::span<const std::int64_t> advance(const ArrivalView& arrivals);

  [[nodiscard]] bool differs() const { return differs_; }
  [[nodiscard]] bool finished() const { return !differs_ && block_ == blocks_.size(); }
  /// Entries of the group popped so far.
  [[nodiscard]] std::size_t popped() const { return popped_; }
  /// How the group went for a member. \pre finished
  [[nodiscard]] GroupTimes times(std::size_t member) const;

 private:
  [[nodiscard]] bool agrees(const ArrivalView& arrivals, std::size_t end);
  [[nodiscard]] bool harmless(const ArrivalView& arrivals, std::size_t entry);

  const GroupRecord* record_ = nullptr;
  const GroupRecord::Team* team_ = nullptr;
  const TeamOperands* operands_ = nullptr;
  bool strict_ = false;
  std::span<const memory::BlockVectors> blocks_;
  GroupSpan span_;
  ArrivalView arrivals_;
  std::size_t checked_ = 0;         ///< entries compared
  std::size_t block_ = 0, at_ = 0;  ///< the run to come
  std::size_t popped_ = 0;
  bool differs_ = false;
  std::vector<std::int64_t> pops_;
  std::size_t counted_blocks_ = 0;  ///< whose steps are in:
  TeamNumbers steps_{};             ///< of each member
};

/// The arrivals of a group, as a record has them.
void record_arrivals(GroupRecord& record, const ArrivalView& arrivals, const GroupSpan& span);

/// A team's part of a record. \param pops  of every entry of the group
void record_team(GroupRecord& record, std::size_t team, std::span<const std::int64_t> pops,
                 std::span<const GroupTimes> times, const GroupSpan& span);

}  // namespace scnn::pe
