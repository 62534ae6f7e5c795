#include "pe/outcome_classes.hpp"

#include <algorithm>

namespace scnn::pe {
namespace {

/// Sorts the input positions of one axis into classes, per phase of the axis.
std::vector<std::vector<std::vector<Outcome>>> classify(const AxisRule& rule, const Range& inputs,
                                                        std::int64_t kernel, std::int64_t phases,
                                                        std::vector<std::size_t>& class_of) {
  std::vector<std::vector<std::vector<Outcome>>> classes(static_cast<std::size_t>(phases));
  class_of.clear();
  for (std::int64_t i = inputs.begin; i < inputs.end; ++i) {
    std::vector<Outcome> outcomes;
    for (std::int64_t k = 0; k < kernel; ++k) outcomes.push_back(rule.outcome(i, k));
    auto& known = classes[static_cast<std::size_t>((i + rule.pad) % phases)];
    const auto at = std::find(known.begin(), known.end(), outcomes);
    class_of.push_back(static_cast<std::size_t>(at - known.begin()));
    if (at == known.end()) known.push_back(std::move(outcomes));
  }
  return classes;
}

}  // namespace

OutcomeClasses::OutcomeClasses(const TileJob& job)
    : first_row_(job.tile.inputs.rows.begin), first_col_(job.tile.inputs.cols.begin) {
  const sparse::PhaseSplit split = phase_split(*job.shape, *job.arch);
  phases_w_ = static_cast<std::size_t>(split.w);
  rows_ = classify(row_rule(*job.shape, job.tile), job.tile.inputs.rows, job.shape->R, split.h,
                   row_class_);
  cols_ = classify(col_rule(*job.shape, job.tile), job.tile.inputs.cols, job.shape->S, split.w,
                   col_class_);
  for (std::size_t ph = 0; ph < static_cast<std::size_t>(split.count()); ++ph)
    most_ = std::max(most_, count(ph));
}

}  // namespace scnn::pe
