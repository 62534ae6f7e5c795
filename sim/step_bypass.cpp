#include "sim/step_bypass.hpp"

#include <vector>

#include "sim/layer_job.hpp"
#include "sim/step_walk.hpp"

namespace scnn::sim {
namespace {

/// Counts the addresses that the steps of one PE touch in one tile.
class AddressCount {
 public:
  AddressCount(const pe::TileJob& job, std::uint64_t window)
      : window_(window), step_of_(static_cast<std::size_t>(job.window_entries()), 0) {}

  /// The next K-group has other outputs at the same addresses.
  void begin_group(std::size_t /*g*/) { steps_ = (steps_ / window_ + 1) * window_ - 1; }
  void begin_step() { now_ = ++steps_ / window_ + 1; }
  void update(std::int64_t address) {
    std::uint64_t& last = step_of_[static_cast<std::size_t>(address)];
    ++writes_.updates;
    if (last != now_) ++writes_.combined;
    last = now_;
  }
  [[nodiscard]] const StepWrites& writes() const { return writes_; }

 private:
  std::uint64_t window_;                ///< steps whose updates are combined
  std::vector<std::uint64_t> step_of_;  ///< window that last touched an entry
  std::uint64_t steps_ = 0, now_ = 0;
  StepWrites writes_;
};

}  // namespace

StepWrites step_writes(const workloads::QuantisedLayer& layer, const memory::Architecture& arch,
                       std::uint64_t window) {
  const LayerJob job(layer, arch, false);
  StepWrites writes;
  for (const pe::TileJob& tile : job.tiles())
    for (std::int64_t pe = 0; pe < arch.pe_count(); ++pe) {
      AddressCount count(tile, window);
      StepWalk(tile, pe).visit(count);
      writes.updates += count.writes().updates;
      writes.combined += count.writes().combined;
    }
  return writes;
}

std::uint64_t step_bypass_writes(const workloads::QuantisedLayer& layer,
                                 const memory::Architecture& arch) {
  return step_writes(layer, arch, 1).combined;
}

}  // namespace scnn::sim
