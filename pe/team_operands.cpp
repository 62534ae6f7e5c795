#include "pe/team_operands.hpp"

#include <algorithm>

#include "pe/step_tables.hpp"

namespace scnn::pe {

void TeamOperands::load(const TileJob& job, std::span<const ActivationOperands* const> team) {
  const auto phases = static_cast<std::size_t>(phase_split(*job.shape, *job.arch).count());
  members = team.size();
  blocks.assign(job.stream->blocks_per_group, {});
  vectors.assign(blocks.size(), {});
  filled_blocks.fill(0);
  std::uint32_t passes = 0;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    Block& block = blocks[b];
    block.first = passes;
    for (std::size_t p = 0; p < team.size(); ++p) {
      vectors[b][p] = static_cast<std::int64_t>(team[p]->vectors(b));
      if (vectors[b][p] == 0) continue;
      block.stepping |= static_cast<std::uint8_t>(1U << p);
      if (team[p]->vector(b, 0).size() > 2) block.crowded |= static_cast<std::uint8_t>(1U << p);
    }
    const auto [least, most] = std::minmax_element(vectors[b].begin(), vectors[b].end());
    block.full = static_cast<std::uint32_t>(*least);
    block.passes = static_cast<std::uint32_t>(*most);
    passes += block.passes;
  }
  for (std::size_t p = 0; p < team.size(); ++p) {
    std::size_t b = blocks.size();
    while (b > 0 && vectors[b - 1][p] == 0) --b;
    filled_blocks[p] = b;
  }
  offsets.resize(passes * kTeam * static_cast<std::size_t>(job.arch->I));
  for (std::size_t b = 0; b < blocks.size(); ++b)
    for (std::size_t p = 0; p < kTeam; ++p)
      load_member(job, b, p, p < team.size() ? team[p] : nullptr, b % phases);
}

/// A member's activation vectors of a block, filled up with rows of zeros.
void TeamOperands::load_member(const TileJob& job, std::size_t block, std::size_t member,
                               const ActivationOperands* operands, std::size_t phase) {
  const auto I = static_cast<std::size_t>(job.arch->I);
  const auto zeros = static_cast<std::uint32_t>(job.tables->zero_row(phase));
  const Block& b = blocks[block];
  const auto own = static_cast<std::uint32_t>(vectors[block][member]);
  std::uint32_t* out = offsets.data() + (b.first * kTeam + member) * I;
  for (std::uint32_t v = 0; v < b.passes; ++v, out += kTeam * I) {
    std::size_t n = 0;
    if (v < own)
      for (const ActivationOperand& a : operands->vector(block, v)) out[n++] = a.row;
    for (; n < I; ++n) out[n] = zeros;
  }
}

}  // namespace scnn::pe
