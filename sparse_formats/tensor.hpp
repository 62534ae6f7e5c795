/// A dense row-major array of up to four dimensions, last index fastest.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace scnn {

/// \tparam T  element type
///
/// Shapes are given outermost first, as HDF5 and NumPy print them: weights
/// `{K, C/groups, R, S}`, activations `{C, H, W}` or `{1, C, H, W}`. A tensor of
/// fewer than four dimensions has leading ones.
template <class T>
class Tensor {
 public:
  using Shape = std::array<std::int64_t, 4>;

  Tensor() = default;
  explicit Tensor(Shape shape, T value = T{}) : shape_(shape), data_(count(shape), value) {}
  Tensor(Shape shape, std::vector<T> data) : shape_(shape), data_(std::move(data)) {}

  [[nodiscard]] static std::size_t count(const Shape& shape) {
    std::size_t n = 1;
    for (auto d : shape) n *= static_cast<std::size_t>(d);
    return n;
  }

  [[nodiscard]] const Shape& shape() const { return shape_; }
  [[nodiscard]] std::size_t size() const { return data_.size(); }
  [[nodiscard]] bool empty() const { return data_.empty(); }

  [[nodiscard]] std::size_t index(std::int64_t a, std::int64_t b, std::int64_t c,
                                  std::int64_t d) const {
    return static_cast<std::size_t>(((a * shape_[1] + b) * shape_[2] + c) * shape_[3] + d);
  }
  [[nodiscard]] T at(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) const {
    return data_[index(a, b, c, d)];
  }
  T& at(std::int64_t a, std::int64_t b, std::int64_t c, std::int64_t d) {
    return data_[index(a, b, c, d)];
  }
  /// Element `[b][c][d]` of a tensor of three dimensions (leading dimension 1).
  [[nodiscard]] T at(std::int64_t b, std::int64_t c, std::int64_t d) const {
    return at(0, b, c, d);
  }
  T& at(std::int64_t b, std::int64_t c, std::int64_t d) { return at(0, b, c, d); }

  [[nodiscard]] std::span<const T> values() const { return data_; }
  [[nodiscard]] std::span<T> values() { return data_; }
  [[nodiscard]] const std::vector<T>& data() const { return data_; }
  std::vector<T>& data() { return data_; }

  friend bool operator==(const Tensor&, const Tensor&) = default;

 private:
  Shape shape_{0, 0, 0, 0};
  std::vector<T> data_;
};

/// Elements that are not zero.
[[nodiscard]] inline std::uint64_t count_nonzero(std::span<const std::int16_t> values) {
  // In counts as narrow as the elements, so that the compiler takes many at a time.
  constexpr std::size_t kMost = 65535;
  std::uint64_t total = 0;
  for (; !values.empty(); values = values.subspan(std::min(kMost, values.size()))) {
    std::uint16_t part = 0;
    for (std::int16_t v : values.first(std::min(kMost, values.size())))
      part = static_cast<std::uint16_t>(part + (v != 0 ? 1 : 0));
    total += part;
  }
  return total;
}

}  // namespace scnn
