#include "tools/report/cards.hpp"

#include <array>
#include <cmath>

#include "tools/numbers.hpp"

namespace scnn::cli::report {
namespace {

Card count_card(std::string id, std::string label, std::uint64_t value, std::string unit) {
  const std::array<std::uint64_t, 1> one{value};
  const ScaledCounts shown = scaled(one);
  const std::string prefix(shown.prefix);
  return {.id = std::move(id),
          .label = std::move(label),
          .value = shown.cells.front(),
          .unit = prefix.empty() ? std::move(unit) : prefix + " " + unit,
          .exact = value};
}

constexpr double kPicojoulesPerMillijoule = 1e9;

}  // namespace

Card ratio_card(std::string id, std::string label, std::optional<double> value, int decimals,
                std::string unit) {
  return {.id = std::move(id),
          .label = std::move(label),
          .value = fixed(value, decimals),
          .unit = std::move(unit),
          .exact = cell(value)};
}

std::vector<Card> headline_cards(const Line& total) {
  const memory::Counters& c = total.counters;
  std::vector<Card> cards{
      {.id = "cycles",
       .label = "Cycles",
       .value = grouped(c.cycles),
       .unit = "cycles",
       .exact = c.cycles},
      ratio_card("speedup", "Speed-up over DCNN", speed_up(total), 2, ""),
      ratio_card("oracle", "Fraction of the oracle", of_the_oracle(total), 3, ""),
      ratio_card("utilisation", "Multiplier utilisation", utilisation(total), 3,
                 "of issued slots")};
  cards[1].value += " ×";
  if (const auto scnn = energy(total, "scnn")) {
    Card card = ratio_card("energy", "Energy", *scnn / kPicojoulesPerMillijoule, 3, "mJ");
    card.exact = *scnn;
    if (const auto dcnn = energy(total, "dcnn"); dcnn && *dcnn > 0.0)
      card.unit += ", " + fixed(*scnn / *dcnn, 2) + " × DCNN";
    cards.push_back(card);
  }
  cards.push_back(count_card("references", "On-chip memory references", references(c), "accesses"));
  cards.push_back({.id = "dram",
                   .label = "DRAM traffic",
                   .value = bytes_text(static_cast<std::uint64_t>(dram_bytes(c))),
                   .unit = "",
                   .exact = dram_bytes(c)});
  return cards;
}

}  // namespace scnn::cli::report
