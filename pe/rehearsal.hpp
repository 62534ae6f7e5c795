/// K-groups computed ahead of the machine, on threads that it has no work for.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "memory/arrivals.hpp"
#include "pe/group_record.hpp"
#include "pe/step_rows.hpp"
#include "pe/team_steps.hpp"
#include "pe/tile_job.hpp"
#include "pe/workers.hpp"

namespace scnn::pe {

/// Threads take up groups that the machine has not come to, and put on record how they will go if
/// the weight supply is never late and the group's first vectors are there when it begins. That may
/// turn out wrong: teams go by the record only for as long as the arrivals agree with it
/// (GroupReplay).
///
/// A group that nobody has taken up when the machine comes to it is the machine's own. Records that
/// fail end the rehearsal of a tile: its supply is what the machine waits for.
class Rehearsal {
 public:
  explicit Rehearsal(Workers& workers) : workers_(workers) {}
  ~Rehearsal();
  Rehearsal(const Rehearsal&) = delete;
  Rehearsal& operator=(const Rehearsal&) = delete;

  /// From the kernel's thread, in this order:
  /// a tile begins, whose groups are rehearsed when there is more than one thread.
  /// \param teams  that take the tile; none when some PE keeps a time of its own
  void begin_tile(const TileJob& job, std::size_t teams);
  /// Groups are rehearsed, once teams have joined.
  [[nodiscard]] bool active() const { return active_; }
  /// The machine comes to a group. Waits for its record when somebody else is at it.
  void reach(std::int64_t group);
  /// The machine has begun the group reached: threads may take up those behind.
  void go_on();
  /// There are groups that nobody has taken up.
  [[nodiscard]] bool more();
  /// Of the group reached: its record, or null when the machine runs it itself.
  [[nodiscard]] const GroupRecord* record() const { return record_; }
  /// Of the group reached: its weights that are not zero, by block and column. \pre `record`
  [[nodiscard]] std::span<const std::uint64_t> weight_counts() const;
  /// The arrivals of the group reached are not those of its record, and some teams, of those that
  /// could, do not go by it.
  void refute(std::size_t teams);
  /// The tile is over, or given up: waits until no thread reads it any longer.
  void end_tile();

  /// From any thread, each team for itself: a team's operands of the tile are loaded.
  void join(std::size_t team, const TeamOperands& operands) { operands_[team] = &operands; }

 private:
  enum class State : std::uint8_t { taken, ready, failed };
  struct Place {
    State state = State::failed;
    GroupRecord record;
    std::vector<std::uint64_t> weight_counts;
  };
  /// What a thread needs to run a group.
  struct Stage {
    memory::Arrivals arrivals;
    StepRows rows;
    std::vector<TeamSteps> teams;
    std::vector<TeamSteps*> together;
    TeamSteps::Room room;
    std::vector<std::vector<std::int64_t>> pops;  ///< of each team
  };

  [[nodiscard]] Place& place(std::int64_t group) {
    return places_[static_cast<std::size_t>(group) % places_.size()];
  }
  bool rehearse_next();
  void play(std::int64_t group, Stage& stage, Place& place) const;

  Workers& workers_;
  const TileJob* job_ = nullptr;
  std::vector<const TeamOperands*> operands_;  ///< by team
  bool active_ = false;
  std::size_t refuting_teams_ = 0;  ///< of the group reached
  std::size_t refuted_ = 0;         ///< groups
  const GroupRecord* record_ = nullptr;
  std::int64_t reached_ = -1;
  bool went_on_ = false;  ///< since the group was reached

  std::mutex mutex_;
  std::condition_variable done_;
  // Guarded by the mutex.
  std::int64_t next_ = 0;                       ///< first group that nobody has taken up
  std::int64_t end_ = 0;                        ///< groups from here on must wait
  std::vector<Place> places_;                   ///< by group, in turn
  std::vector<std::unique_ptr<Stage>> stages_;  ///< that nobody is using
};

}  // namespace scnn::pe
