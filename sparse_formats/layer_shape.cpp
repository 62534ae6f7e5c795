#include "sparse_formats/layer_shape.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"

namespace scnn {
namespace {

constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;
// Single dimensions below 2^24 keep every product of two of them, and every
// padded extent, far from overflow.
constexpr std::int64_t kMaxDimension = std::int64_t{1} << 24;

struct Named {
  const char* name;
  std::int64_t value;
};

void check_range(const Named& n, std::int64_t low, const std::string& where) {
  if (n.value < low || n.value > kMaxDimension)
    throw InputError(
        where, fmt::format("{} is {}, expected {} to {}", n.name, n.value, low, kMaxDimension));
}

void check_count(const char* what, std::initializer_list<std::int64_t> dims,
                 const std::string& where) {
  std::int64_t n = 1;
  for (auto d : dims) {
    if (d != 0 && n > kMaxElements / d)
      throw InputError(where,
                       fmt::format("{} has more than 2^31 elements, which is too large", what));
    n *= d;
  }
}

}  // namespace

void validate_shape(const LayerShape& s, const std::string& where) {
  for (const Named& n : {Named{"C", s.C}, Named{"H", s.H}, Named{"W", s.W}, Named{"K", s.K},
                         Named{"R", s.R}, Named{"S", s.S}, Named{"stride[0]", s.stride_h},
                         Named{"stride[1]", s.stride_w}, Named{"dilation[0]", s.dilation_h},
                         Named{"dilation[1]", s.dilation_w}, Named{"groups", s.groups}})
    check_range(n, 1, where);
  // Kernel coordinates are stored in 16 bits.
  for (const Named& n : {Named{"R", s.R}, Named{"S", s.S}})
    if (n.value > 65535)
      throw InputError(where, fmt::format("{} is {}, expected 1 to 65535", n.name, n.value));
  for (const Named& n :
       {Named{"padding top", s.pad_top}, Named{"padding left", s.pad_left},
        Named{"padding bottom", s.pad_bottom}, Named{"padding right", s.pad_right}})
    check_range(n, 0, where);
  if (s.C % s.groups != 0 || s.K % s.groups != 0)
    throw InputError(where,
                     fmt::format("groups {} does not divide C {} and K {}", s.groups, s.C, s.K));
  if (s.Ho() < 1 || s.Wo() < 1)
    throw InputError(where,
                     fmt::format("the output plane is {}x{}, expected at least 1x1: the kernel "
                                 "is larger than the padded input",
                                 s.Ho(), s.Wo()));
  check_count("the input", {s.C, s.H, s.W}, where);
  check_count("the weight tensor", {s.K, s.group_C(), s.R, s.S}, where);
  check_count("the output", {s.K, s.Ho(), s.Wo()}, where);
}

}  // namespace scnn
