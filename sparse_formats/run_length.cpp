#include "sparse_formats/run_length.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sparse_formats/error.hpp"
#include "sparse_formats/run_kernel.hpp"

namespace scnn::sparse {
namespace {

/// As many elements are as quickly encoded one by one.
constexpr std::size_t kFew = 12;

}  // namespace

std::size_t SingleEncoder::encode(std::span<const std::int16_t> dense, std::int16_t* values,
                                  std::uint16_t* runs) const {
  if (dense.size() <= kFew || dense.size() > kMostToPick) return encode_each(dense, values, runs);
  const Picked picked = pick_nonzero(dense, values, runs);
  if (picked.longest_gap <= max_run(index_bits_)) return picked.count;
  return place_fillers(picked.count, values, runs);
}

std::size_t SingleEncoder::encode_each(std::span<const std::int16_t> dense, std::int16_t* values,
                                       std::uint16_t* runs) const {
  const auto limit = static_cast<std::size_t>(max_run(index_bits_));
  std::size_t n = 0, run = 0;
  for (const std::int16_t v : dense) {
    if (v == 0) {
      ++run;
      continue;
    }
    for (; run > limit; run -= limit + 1, ++n) {
      values[n] = 0;
      runs[n] = static_cast<std::uint16_t>(limit);
    }
    values[n] = v;
    runs[n++] = static_cast<std::uint16_t>(run);
    run = 0;
  }
  return n;
}

/// Replaces gaps that an index cannot tell by placeholders (S12), from the last to the first.
std::size_t SingleEncoder::place_fillers(std::size_t count, std::int16_t* values,
                                         std::uint16_t* runs) const {
  const auto limit = static_cast<std::uint16_t>(max_run(index_bits_));
  std::size_t stored = count;
  for (std::size_t i = 0; i < count; ++i) stored += std::size_t{runs[i]} >> index_bits_;
  for (std::size_t i = count, to = stored; i-- > 0;) {
    std::size_t fillers = std::size_t{runs[i]} >> index_bits_;
    values[--to] = values[i];
    runs[to] = runs[i] & limit;
    for (; fillers > 0; --fillers) {
      values[--to] = 0;
      runs[to] = limit;
    }
  }
  return stored;
}

CodedBlock encode_block(std::span<const std::int16_t> dense, int index_bits, bool skip_zeros) {
  if (!skip_zeros)
    return {{dense.begin(), dense.end()}, std::vector<std::uint16_t>(dense.size(), 0)};
  CodedBlock block{std::vector<std::int16_t>(dense.size() + SingleEncoder::kSlack),
                   std::vector<std::uint16_t>(dense.size() + SingleEncoder::kSlack)};
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
