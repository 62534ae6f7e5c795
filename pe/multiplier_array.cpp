#include "pe/multiplier_array.hpp"

#include <algorithm>

namespace scnn::pe {

void StepSequence::start(const TileJob& job, std::int64_t group,
                         const memory::ActivationSource& activations) {
  const auto g = static_cast<std::size_t>(group);
  source_ = &activations;
  I_ = static_cast<std::size_t>(job.arch->I);
  run_entries_ =
      static_cast<std::uint32_t>(std::min<std::int64_t>(job.arch->weight_fifo_entries, UINT32_MAX));
  blocks_ = job.stream->group_blocks(g);
  group_end_ = job.stream->group_first[g + 1];
  steps_left_ = 0;
  for (std::size_t b = 0; b < blocks_.size(); ++b)
    steps_left_ += blocks_[b].count * ((activations.block(b).size() + I_ - 1) / I_);
  block_ = 0;
  enter_block();
}

void StepSequence::enter_block() {
  while (block_ < blocks_.size() && blocks_[block_].count == 0) ++block_;
  at_ = run_first_ = 0;
  activation_ = 0;
  if (!done()) activations_ = source_->block(block_);
}

std::span<const sparse::StoredActivation> StepSequence::vector() const {
  return activations_.subspan(activation_, std::min(I_, activations_.size() - activation_));
}

bool StepSequence::last_pass() const { return activation_ + I_ >= activations_.size(); }

std::uint32_t StepSequence::run_end() const {
  const std::uint32_t left = blocks_[block_].count - run_first_;
  return run_first_ + std::min(left, run_entries_);
}

std::int32_t StepSequence::step_block() const {
  if (steps_left_ == 0) return kNoBlock;
  std::size_t b = block_;
  while (blocks_[b].count == 0 || source_->block(b).empty()) ++b;
  return static_cast<std::int32_t>(b);
}

void StepSequence::pass_idle() {
  if (++at_ < blocks_[block_].count) return;
  ++block_;
  enter_block();
}

void StepSequence::advance() {
  --steps_left_;
  if (++at_ < run_end()) return;
  if (!last_pass()) {
    activation_ += I_;
    at_ = run_first_;
    return;
  }
  activation_ = 0;
  run_first_ = at_;
  if (at_ < blocks_[block_].count) return;
  ++block_;
  enter_block();
}

MultiplierArray::MultiplierArray(const sc_core::sc_module_name& name,
                                 const memory::Architecture& arch, memory::Engine engine,
                                 memory::Failures& failures)
    : sc_core::sc_module(name), arch_(arch), failures_(failures) {
  if (engine != memory::Engine::clocked) return;
  SC_HAS_PROCESS(MultiplierArray);
  SC_METHOD(tick);
  sensitive << weights;
  dont_initialize();
}

void MultiplierArray::begin_tile(const TileJob& job, std::int64_t pe, const FaultPlan& fault) {
  job_ = &job;
  if (fault.pe == pe) fault_ = fault;
  coordinates_.emplace(job, pe);
  group_ = -1;
}

void MultiplierArray::tick() {
  failures_.guard([this] {
    const PeCommand& c = command->read();
    switch (c.phase) {
      case ArrayPhase::idle:
        activity_ = Activity::none;
        break;
      case ArrayPhase::buffer_wait:
        activity_ = Activity::buffer_wait;
        break;
      case ArrayPhase::drain:
        activity_ = Activity::drain;
        break;
      case ArrayPhase::run:
        activity_ = run_cycle(c);
        break;
    }
    count(activity_);
  });
}

void MultiplierArray::count(Activity activity) {
  if (activity != Activity::none) ++(counters_.*info_of(activity).counter);
}

Activity MultiplierArray::run_cycle(const PeCommand& c) {
  if (c.group != group_) {
    group_ = c.group;
    sequence_.start(*job_, group_, *activations.operator->());
  }
  if (observed_) step_block_ = sequence_.step_block();
  // What holds at the start of the cycle decides its activity.
  const bool all_popped = sequence_.done();
  const std::int64_t deepest = banks->deepest_queue();
  if (all_popped && deepest == 0) return Activity::barrier_wait;
  const bool steps_left = sequence_.steps_left() > 0;
  updates_.clear();
  pop_idle_blocks();
  Activity activity = Activity::backpressure_wait;
  if (try_issue(deepest)) {
    activity = Activity::issue;
    pop_idle_blocks();
  } else if (all_popped || (steps_left && deepest > arch_.accumulator.queue_threshold)) {
    activity = Activity::bank_stall;
  } else if (weights->arrived() < sequence_.group_end() && weights->supply_late()) {
    activity = Activity::weight_wait;
  }
  products->route({updates_, group_, sequence_.done()});
  return activity;
}

void MultiplierArray::pop_idle_blocks() {
  while (sequence_.at_idle_block() && sequence_.entry() < weights->arrived()) {
    weights->pop();
    sequence_.pass_idle();
  }
}

bool MultiplierArray::try_issue(std::int64_t deepest_queue) {
  if (sequence_.done() || sequence_.at_idle_block() || sequence_.entry() >= weights->arrived() ||
      deepest_queue > arch_.accumulator.queue_threshold)
    return false;
  if (sequence_.first_of_vector()) ++counters_.iaram_reads;
  multiply(weights->at(sequence_.entry()), sequence_.vector());
  if (sequence_.last_pass()) weights->pop();
  sequence_.advance();
  return true;
}

void MultiplierArray::multiply(std::span<const sparse::StoredWeight> w,
                               std::span<const sparse::StoredActivation> a) {
  for (const auto& weight : w)
    for (const auto& activation : a) {
      if (weight.value == 0 || activation.value == 0) continue;
      ++counters_.products;
      const auto place = coordinates_->place(weight, activation);
      switch (place.outcome) {
        case Outcome::outside_plane:
          ++counters_.dropped_plane;
          continue;
        case Outcome::off_stride:
          ++counters_.dropped_stride;
          continue;
        case Outcome::update:
          break;
      }
      ++counters_.updates;
      if (fault_.kind == FaultKind::drop_product) {
        fault_ = {};
        continue;
      }
      updates_.push_back({place.address, std::int64_t{weight.value} * activation.value});
    }
}

}  // namespace scnn::pe
