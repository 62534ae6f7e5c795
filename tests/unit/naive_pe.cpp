#include "tests/unit/naive_pe.hpp"

#include <algorithm>
#include <deque>
#include <map>

#include "pe/coordinates.hpp"
#include "tests/support/bank_rule.hpp"

namespace scnn::test {
namespace {

/// A step, or the pop of an entry without one.
struct Event {
  std::size_t entry = 0;
  std::span<const sparse::StoredActivation> activations;  ///< empty: no step
  bool pops = false;
  bool reads_activations = false;
};

struct Update {
  std::int64_t address = 0, value = 0;
};

class NaivePe {
 public:
  NaivePe(const pe::TileJob& job, std::int64_t pe, const ArrivalTimes& arrivals)
      : job_(job), arrivals_(arrivals), coordinates_(job, pe) {}

  GroupResult run(const memory::ActivationBuffer& activations, std::int64_t group,
                  std::int64_t start) {
    list_events(activations, group);
    result_.sums.assign(static_cast<std::size_t>(job_.window_entries()), 0);
    std::int64_t cycle = start;
    for (; !events_.empty() || deepest() > 0; ++cycle) {
      visit(cycle);
      retire();
    }
    result_.finish = cycle;
    return std::move(result_);
  }

 private:
  /// S15, flattened.
  void list_events(const memory::ActivationBuffer& activations, std::int64_t group) {
    const auto I = static_cast<std::size_t>(job_.arch->I);
    const auto depth = static_cast<std::size_t>(job_.arch->weight_fifo_entries);
    const auto blocks = job_.stream->group_blocks(static_cast<std::size_t>(group));
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      const auto block = activations.block(b);
      const std::size_t end = blocks[b].first + blocks[b].count;
      for (std::size_t run = blocks[b].first; run < end; run += depth) {
        const std::size_t run_end = std::min(run + depth, end);
        for (std::size_t a = 0; a < block.size(); a += I)
          for (std::size_t j = run; j < run_end; ++j)
            events_.push_back({j, block.subspan(a, std::min(I, block.size() - a)),
                               a + I >= block.size(), j == run});
        for (std::size_t j = run; block.empty() && j < run_end; ++j)
          events_.push_back({j, {}, true, false});
      }
    }
    group_end_ = job_.stream->group_first[static_cast<std::size_t>(group) + 1];
    next_arrival_ = job_.stream->group_first[static_cast<std::size_t>(group)];
  }

  [[nodiscard]] std::int64_t deepest() const {
    std::size_t most = 0;
    for (const auto& [bank, queue] : queues_) most = std::max(most, queue.size());
    return static_cast<std::int64_t>(most);
  }
  [[nodiscard]] bool arrived(std::size_t entry, std::int64_t cycle) const {
    return arrivals_.cycle[entry] < cycle;
  }

  /// S28: the first activity that applies.
  void visit(std::int64_t cycle) {
    const bool only_queues = events_.empty();
    const std::int64_t queued = deepest();
    const bool steps_left =
        std::ranges::any_of(events_, [](const Event& e) { return !e.activations.empty(); });
    memory::Counters& c = result_.counters;
    if (issue(cycle, queued))
      ++c.issue;
    else if (only_queues || (steps_left && queued > job_.arch->accumulator.queue_threshold))
      ++c.bank_stall;
    else if (supply_late(cycle))
      ++c.weight_wait;
    else
      ++c.backpressure_wait;
  }

  bool supply_late(std::int64_t cycle) {
    while (next_arrival_ < group_end_ && arrived(next_arrival_, cycle)) ++next_arrival_;
    return next_arrival_ < group_end_ && cycle <= arrivals_.late_until[next_arrival_];
  }

  /// S19 (1) and S20. \return whether a step issued
  bool issue(std::int64_t cycle, std::int64_t queued) {
    pop_idle(cycle);
    if (events_.empty() || !arrived(events_.front().entry, cycle) ||
        queued > job_.arch->accumulator.queue_threshold || events_.front().activations.empty())
      return false;
    const Event e = events_.front();
    events_.pop_front();
    if (e.reads_activations) ++result_.counters.iaram_reads;
    if (e.pops) result_.pops.push_back(cycle);
    multiply(e);
    pop_idle(cycle);
    return true;
  }

  void pop_idle(std::int64_t cycle) {
    while (!events_.empty() && events_.front().activations.empty() &&
           arrived(events_.front().entry, cycle)) {
      result_.pops.push_back(cycle);
      events_.pop_front();
    }
  }

  /// S16 and S17.
  void multiply(const Event& e) {
    std::vector<Update> updates;
    memory::Counters& c = result_.counters;
    for (const auto& w : job_.stream->weights_of(job_.stream->vectors[e.entry]))
      for (const auto& a : e.activations) {
        if (w.value == 0 || a.value == 0) continue;
        ++c.products;
        const auto place = coordinates_.place(w, a);
        if (place.outcome == pe::Outcome::off_stride) ++c.dropped_stride;
        if (place.outcome == pe::Outcome::outside_plane) ++c.dropped_plane;
        if (place.outcome != pe::Outcome::update) continue;
        ++c.updates;
        join(updates, {place.address, std::int64_t{w.value} * a.value});
      }
    c.accumulator_writes += updates.size();
    for (const Update& u : updates) queues_[bank_of(u.address)].push_back(u);
  }

  [[nodiscard]] std::int64_t bank_of(std::int64_t address) const {
    return bank_by_rule(job_.arch->accumulator, job_.tile.HA, job_.tile.WA, address);
  }

  void join(std::vector<Update>& updates, const Update& u) const {
    if (job_.arch->accumulator.bypass == memory::Bypass::step)
      for (Update& other : updates)
        if (other.address == u.address) {
          other.value += u.value;
          return;
        }
    updates.push_back(u);
  }

  /// S19 (2).
  void retire() {
    for (auto& [bank, queue] : queues_) {
      if (queue.empty()) continue;
      result_.sums[static_cast<std::size_t>(queue.front().address)] += queue.front().value;
      queue.pop_front();
    }
  }

  const pe::TileJob& job_;
  const ArrivalTimes& arrivals_;
  pe::CoordinateUnit coordinates_;
  std::deque<Event> events_;
  std::map<std::int64_t, std::deque<Update>> queues_;
  std::size_t group_end_ = 0, next_arrival_ = 0;
  GroupResult result_;
};

}  // namespace

GroupResult run_group_by_rule(const pe::TileJob& job, std::int64_t pe,
                              const memory::ActivationBuffer& activations,
                              const ArrivalTimes& arrivals, std::int64_t group,
                              std::int64_t start) {
  return NaivePe(job, pe, arrivals).run(activations, group, start);
}

}  // namespace scnn::test
