/// What a PE did while a group ran, from the arrivals of its weight vectors.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "memory/activation_buffer.hpp"
#include "pe/group_times.hpp"
#include "pe/run_ahead.hpp"
#include "pe/step_observer.hpp"
#include "pe/tile_job.hpp"
#include "pe/timeline.hpp"

namespace scnn::pe {

/// When the array ran a group; cycles of the tile.
struct GroupFrame {
  std::int64_t group = 0;
  std::int64_t before = 0;   ///< the group before was over, B(g-1)
  std::int64_t start = 0;    ///< first cycle in which a step may issue (S26)
  std::int64_t barrier = 0;  ///< B(g)
};

/// Runs a group once more for one PE, step by step, and writes down where its cycles went.
///
/// For the decoupled machine, whose teams know how many cycles a PE lost and not which. What
/// happens in a group follows from the arrivals alone: it begins with empty queues (S21).
class StepReplay : private StepObserver {
 public:
  StepReplay() { ahead_.observe(*this); }
  ~StepReplay() override = default;
  // It observes its own steps.
  StepReplay(const StepReplay&) = delete;
  StepReplay& operator=(const StepReplay&) = delete;

  /// The tile without what only values and the teams need.
  [[nodiscard]] static TileJob timing_of(const TileJob& job);

  /// \param job          of `timing_of`
  /// \param activations  the PE's part of the tile; both outlive the tile
  void start_tile(const TileJob& job, std::int64_t pe, const memory::ActivationBuffer& activations);

  /// Groups come in order; some may be left out.
  /// \param arrivals  known for all entries that arrive before the barrier
  /// \param timeline  receives the cycles `[before, barrier)`
  /// \throws ModelError when the PE does not finish by the barrier
  void run(const GroupFrame& frame, const ArrivalView& arrivals, Timeline& timeline);

 private:
  void step(const PlacedStep& placed) override;
  void tail(const PlacedTail& placed) override;
  void wait(std::int32_t block, std::size_t first, std::size_t last, std::int64_t from,
            std::int64_t to);
  void sample_queues(std::int64_t end);
  void tell_samples(const GroupFrame& frame, std::span<const std::int64_t> pops);

  const TileJob* job_ = nullptr;
  std::int64_t pe_ = 0;
  RunAhead ahead_;
  ArrivalView arrivals_;
  Timeline* timeline_ = nullptr;
  std::int64_t next_sample_ = 0;
  std::vector<Occupancy> samples_;  ///< of the group; vectors are filled in at its end
};

}  // namespace scnn::pe
