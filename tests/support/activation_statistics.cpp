#include "tests/support/activation_statistics.hpp"

#include <cmath>

namespace scnn::test {
namespace {

/// Correlation of elements (dy, dx) apart, over all channels.
double correlation(const Pattern& p, std::int64_t dy, std::int64_t dx) {
  double n = 0, first = 0, second = 0, both = 0;
  for (std::int64_t c = 0; c < p.C; ++c)
    for (std::int64_t y = dy; y < p.H; ++y)
      for (std::int64_t x = dx; x < p.W; ++x) {
        const bool a = p.at(c, y - dy, x - dx), b = p.at(c, y, x);
        n += 1;
        first += a;
        second += b;
        both += a && b;
      }
  const double fa = first / n, fb = second / n;
  const double variance = std::sqrt(fa * (1 - fa) * fb * (1 - fb));
  return variance > 0 ? (both / n - fa * fb) / variance : 0;
}

/// Share of aligned t x t tiles without non-zeros.
double empty_tiles(const Pattern& p, std::int64_t t) {
  double tiles = 0, empty = 0;
  for (std::int64_t c = 0; c < p.C; ++c)
    for (std::int64_t y = 0; y + t <= p.H; y += t)
      for (std::int64_t x = 0; x + t <= p.W; x += t) {
        bool any = false;
        for (std::int64_t i = 0; i < t * t; ++i) any = any || p.at(c, y + i / t, x + i % t);
        tiles += 1;
        empty += !any;
      }
  return empty / tiles;
}

double deviation(const std::vector<double>& counts, double most) {
  double sum = 0, squares = 0;
  for (const double count : counts) {
    sum += count / most;
    squares += count / most * (count / most);
  }
  const auto n = static_cast<double>(counts.size());
  return std::sqrt(squares / n - sum / n * (sum / n));
}

}  // namespace

ActivationStatistics statistics_of(const Pattern& p) {
  std::vector<double> channels(static_cast<std::size_t>(p.C), 0);
  std::vector<double> positions(static_cast<std::size_t>(p.H * p.W), 0);
  double active = 0, starts = 0;
  for (std::int64_t c = 0; c < p.C; ++c)
    for (std::int64_t y = 0; y < p.H; ++y)
      for (std::int64_t x = 0; x < p.W; ++x) {
        if (!p.at(c, y, x)) continue;
        active += 1;
        channels[static_cast<std::size_t>(c)] += 1;
        positions[static_cast<std::size_t>(y * p.W + x)] += 1;
        starts += x == 0 || !p.at(c, y, x - 1);
        starts += y == 0 || !p.at(c, y - 1, x);
      }
  double dead = 0;
  for (const double count : channels) dead += count == 0;
  const auto plane = static_cast<double>(p.H * p.W);
  return {.density = active / (plane * static_cast<double>(p.C)),
          .neighbours = (correlation(p, 0, 1) + correlation(p, 1, 0)) / 2,
          .two_apart = (correlation(p, 0, 2) + correlation(p, 2, 0)) / 2,
          .channel_std = deviation(channels, plane),
          .position_std = deviation(positions, static_cast<double>(p.C)),
          .dead = dead / static_cast<double>(p.C),
          .empty_2x2 = empty_tiles(p, 2),
          .empty_4x4 = empty_tiles(p, 4),
          .runs = starts / 2 / active};
}

}  // namespace scnn::test
