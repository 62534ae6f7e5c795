#include "sparse_formats/run_length.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"

namespace scnn::sparse {

std::size_t SingleEncoder::encode(std::span<const std::int16_t> dense, std::int16_t* values,
                                  std::uint16_t* runs) {
  // One more: a place is written before it is known to count.
  if (places_.size() <= dense.size()) places_.resize(dense.size() + 1);
  std::uint32_t* const places = places_.data();
  std::size_t nonzero = 0;
  for (std::size_t i = 0; i < dense.size(); ++i) {
    places[nonzero] = static_cast<std::uint32_t>(i);
    nonzero += dense[i] != 0 ? 1 : 0;
  }
  std::size_t n = 0;
  std::uint32_t next = 0;  // place behind the last stored
  for (std::size_t i = 0; i < nonzero; ++i, ++n) {
    std::uint32_t run = places[i] - next;
    for (; run > limit_; run -= limit_ + 1, ++n) {
      values[n] = 0;
      runs[n] = static_cast<std::uint16_t>(limit_);
    }
    values[n] = dense[places[i]];
    runs[n] = static_cast<std::uint16_t>(run);
    next = places[i] + 1;
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
