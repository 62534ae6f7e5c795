#include "sparse_formats/run_length.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"

namespace scnn::sparse {

CodedBlock encode_block(std::span<const std::int16_t> dense, int index_bits, bool skip_zeros) {
  CodedBlock block;
  RunEncoder encoder(index_bits);
  auto emit = [&](std::int16_t value, std::uint16_t run) {
    block.values.push_back(value);
    block.runs.push_back(run);
  };
  for (std::int16_t v : dense) {
    if (skip_zeros && v == 0)
      encoder.drop();
    else
      encoder.store([&](std::uint16_t run) { emit(0, run); },
                    [&](std::uint16_t run) { emit(v, run); });
  }
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
