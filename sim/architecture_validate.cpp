#include <fmt/format.h>

#include <bit>
#include <cmath>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sim/architecture_fields.hpp"
#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "workloads/json_place.hpp"

namespace scnn::sim {
namespace {

/// Checks the value of every field against its declaration.
class FieldChecker {
 public:
  explicit FieldChecker(workloads::JsonPlace place) : place_(std::move(place)) {}

  void text(std::string_view /*key*/, const std::string& /*value*/) const {}
  void flag(std::string_view /*key*/, bool /*value*/) const {}
  void constant(std::string_view /*key*/, std::span<const std::string_view> /*names*/) const {}

  void positive(std::string_view key, double value) const {
    if (!std::isfinite(value) || value <= 0.0)
      refuse(key, fmt::format("{}", value), "a number above 0");
  }
  void integer(std::string_view key, std::int64_t value, workloads::IntegerRange range) const {
    if (!range.contains(value)) refuse(key, fmt::format("{}", value), range.text());
  }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> names) const {
    if (static_cast<std::size_t>(value) >= names.size())
      refuse(key, fmt::format("choice {}", static_cast<std::size_t>(value)),
             workloads::choices_text(names));
  }
  template <class Visit>
  void object(std::string_view key, Visit&& visit) const {
    const FieldChecker inner(place_ / key);
    visit(inner);
  }

 private:
  [[noreturn]] void refuse(std::string_view key, const std::string& found,
                           const std::string& expected) const {
    throw InputError((place_ / key).text(), fmt::format("found {}, expected {}", found, expected));
  }

  workloads::JsonPlace place_;
};

/// S16: folding needs digits that stand for a bank each.
void check_bank_map(const memory::Accumulator& a, const workloads::JsonPlace& place) {
  if (a.bank_map == memory::BankMap::xor_folded &&
      !std::has_single_bit(static_cast<std::uint64_t>(a.banks)))
    throw InputError(
        (place / "banks").text(),
        fmt::format("found {}, expected a power of two with bank_map \"xor\"", a.banks));
}

}  // namespace

void validate(const memory::Architecture& arch, const std::string& where) {
  const workloads::JsonPlace place{.file = where, .pointer = {}};
  const FieldChecker checker(place);
  visit_fields(arch, checker);
  check_bank_map(arch.accumulator, place / "accumulator");
  if (arch.pe_count() > kMaxPes)
    throw InputError((place / "pe_cols").text(),
                     fmt::format("found {} x {} = {} PEs, expected pe_rows * pe_cols of at most {}",
                                 arch.pe_rows, arch.pe_cols, arch.pe_count(), kMaxPes));
}

}  // namespace scnn::sim
