#include "sparse_formats/run_length.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "sparse_formats/error.hpp"

namespace scnn::sparse {
namespace {

constexpr std::size_t kMaskBits = 64;

/// Bit i tells whether element i is not zero. \param dense  at most kMaskBits
std::uint64_t nonzero_mask(std::span<const std::int16_t> dense) {
  std::uint64_t mask = 0;
  std::size_t i = 0;
  // Four at a time, side by side in a word: the top bit of each tells, and a product brings the
  // four together.
  for (; i + 4 <= dense.size(); i += 4) {
    std::uint64_t word = 0;
    for (std::size_t k = 0; k < 4; ++k)
      word |= std::uint64_t{static_cast<std::uint16_t>(dense[i + k])} << (16 * k);
    constexpr std::uint64_t kLow = 0x7fff'7fff'7fff'7fff;
    const std::uint64_t told = (((word & kLow) + kLow) | word) & ~kLow;
    constexpr std::uint64_t kGather = (1ULL << 60) | (1ULL << 45) | (1ULL << 30) | (1ULL << 15);
    mask |= (((told >> 15) * kGather) >> 60) << i;
  }
  for (; i < dense.size(); ++i) mask |= std::uint64_t{dense[i] != 0} << i;
  return mask;
}

}  // namespace

std::size_t SingleEncoder::encode(std::span<const std::int16_t> dense, std::int16_t* values,
                                  std::uint16_t* runs) const {
  std::size_t n = 0;
  std::size_t next = 0;  // place behind the last stored
  for (std::size_t first = 0; first < dense.size(); first += kMaskBits) {
    const auto some = dense.subspan(first, std::min(kMaskBits, dense.size() - first));
    for (std::uint64_t left = nonzero_mask(some); left != 0; left &= left - 1, ++n) {
      const std::size_t place = first + static_cast<std::size_t>(std::countr_zero(left));
      std::size_t run = place - next;
      for (; run > limit_; run -= limit_ + 1, ++n) {
        values[n] = 0;
        runs[n] = static_cast<std::uint16_t>(limit_);
      }
      values[n] = dense[place];
      runs[n] = static_cast<std::uint16_t>(run);
      next = place + 1;
    }
  }
  return n;
}

CodedBlock encode_block(std::span<const std::int16_t> dense, int index_bits, bool skip_zeros) {
  if (!skip_zeros)
    return {{dense.begin(), dense.end()}, std::vector<std::uint16_t>(dense.size(), 0)};
  CodedBlock block{std::vector<std::int16_t>(dense.size()),
                   std::vector<std::uint16_t>(dense.size())};
  const std::size_t stored =
      SingleEncoder(index_bits).encode(dense, block.values.data(), block.runs.data());
  block.values.resize(stored);
  block.runs.resize(stored);
  return block;
}

std::vector<std::int16_t> decode_block(const CodedBlock& block, std::size_t length) {
  if (block.values.size() != block.runs.size())
    throw InputError("", fmt::format("a block of {} values has {} runs, expected as many",
                                     block.values.size(), block.runs.size()));
  std::vector<std::int16_t> dense(length, 0);
  std::size_t position = 0;
  for (std::size_t i = 0; i < block.values.size(); ++i) {
    position += block.runs[i];
    if (position >= length)
      throw InputError(
          "", fmt::format("a block's runs reach position {}, expected below {}", position, length));
    dense[position++] = block.values[i];
  }
  return dense;
}

std::size_t stored_elements(std::span<const std::int16_t> dense, int index_bits, bool skip_zeros) {
  if (!skip_zeros) return dense.size();
  RunEncoder encoder(index_bits);
  std::size_t stored = 0;
  auto count = [&](std::uint16_t) { ++stored; };
  for (std::int16_t v : dense) {
    if (v == 0)
      encoder.drop();
    else
      encoder.store(count, count);
  }
  return stored;
}

}  // namespace scnn::sparse
