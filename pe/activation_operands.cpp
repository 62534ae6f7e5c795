#include "pe/activation_operands.hpp"

#include <algorithm>

#include "pe/coordinates.hpp"
#include "pe/step_tables.hpp"

namespace scnn::pe {

void ActivationOperands::load(const TileJob& job, std::int64_t pe,
                              const memory::ActivationBuffer& activations) {
  const CoordinateTables coordinates(job, pe);
  const OutcomeClasses& classes = job.tables->classes();
  const auto phases = static_cast<std::size_t>(phase_split(*job.shape, *job.arch).count());
  const auto I = static_cast<std::size_t>(job.arch->I);
  const std::size_t blocks = job.stream->blocks_per_group;
  operands_.clear();
  block_first_.assign(1, 0);
  block_vectors_.assign(1, 0);
  vector_first_.assign(1, 0);
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto stored = activations.block(b);
    const std::size_t phase = b % phases;
    for (std::size_t first = 0; first < stored.size(); first += I) {
      for (const auto& a : stored.subspan(first, std::min(I, stored.size() - first)))
        if (a.value != 0)
          operands_.push_back({a.value,
                               static_cast<std::uint16_t>(job.tables->bank_term(
                                   coordinates.window_row(a), coordinates.window_column(a))),
                               static_cast<std::int32_t>(coordinates.activation_term(a)),
                               static_cast<std::uint32_t>(classes.of(phase, a.y, a.x))});
      vector_first_.push_back(static_cast<std::uint32_t>(operands_.size()));
    }
    block_first_.push_back(static_cast<std::uint32_t>(operands_.size()));
    block_vectors_.push_back(static_cast<std::uint32_t>(vector_first_.size() - 1));
  }
}

}  // namespace scnn::pe
