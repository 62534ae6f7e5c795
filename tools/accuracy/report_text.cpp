#include "tools/accuracy/report_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tools/numbers.hpp"
#include "tools/run_options.hpp"
#include "tools/table.hpp"
#include "workloads/json_place.hpp"

namespace scnn::cli::accuracy {
namespace {

constexpr double kPercent = 100.0;
constexpr double kPicojoulesPerMicrojoule = 1e6;

/// A line of a table.
struct Line {
  std::string group;  ///< density or loss; empty but on the first line of a group
  Granularity granularity = Granularity::fine;
  std::optional<Spread> accuracy = {};  ///< nothing: the bound was not met
  std::optional<Costs> costs = {};
};

using Cell = std::optional<double>;

class LineTable {
  template <class Of>
  [[nodiscard]] auto column(Of&& of) const {
    std::vector<decltype(of(lines_.front()))> cells;
    for (const Line& line : lines_) cells.push_back(of(line));
    return cells;
  }

 public:
  LineTable(const std::vector<Line>& lines, const std::string& group) : lines_(lines), table_(2) {
    table_.text(group, column([](const Line& l) { return l.group; }));
    table_.text("grain",
                column([](const Line& l) { return std::string(scnn::name_of(l.granularity)); }));
    for (std::size_t row = 1; row < lines.size(); ++row)
      if (!lines[row].group.empty()) table_.rule_before(row);
  }

  Table& operator*() { return table_; }

  /// A number of each line's accuracy.
  template <class Of>
  void accuracy(const std::string& heading, int decimals, Of&& of) {
    table_.numbers(heading, column([&](const Line& l) {
                     return l.accuracy ? Cell(of(*l.accuracy)) : std::nullopt;
                   }),
                   decimals);
  }
  /// A ratio of each line's costs.
  void ratio(const std::string& heading, int decimals, Cell (Costs::*of)() const) {
    table_.numbers(heading, column([of](const Line& l) {
                     return l.costs ? ((*l.costs).*of)() : std::nullopt;
                   }),
                   decimals);
  }
  /// Counts in one scale; a dash where a line has none.
  void counts(std::string_view heading, std::string_view unit, double Costs::*member) {
    std::vector<std::uint64_t> known;
    for (const Line& line : lines_)
      if (line.costs)
        known.push_back(static_cast<std::uint64_t>(std::llround((*line.costs).*member)));
    const ScaledCounts shown = scaled(known);
    std::vector<std::string> cells;
    for (std::size_t next = 0; const Line& line : lines_)
      cells.push_back(line.costs ? shown.cells[next++] : "-");
    table_.cells(fmt::format("{}\n{}{}", heading, shown.prefix,
                             unit.empty() ? "" : fmt::format(" {}", unit)),
                 std::move(cells));
  }
  template <class Of>
  void numbers(const std::string& heading, int decimals, Of&& of) {
    table_.numbers(heading, column(of), decimals);
  }

 private:
  const std::vector<Line>& lines_;
  Table table_;
};

/// \param measured  the accuracies are measured, so that they have a spread and a loss
std::string table_text(const Joined& joined, const std::vector<Line>& lines, bool measured,
                       const Layout& layout) {
  LineTable table(lines, measured ? "density\n" : "loss\npoints");
  table.ratio("kept\nshare", 3, &Costs::density);
  table.accuracy("accuracy\n%", 2, [](const Spread& s) { return s.mean * kPercent; });
  if (measured) {
    const double dense = accuracy_of(joined.dense).mean;
    if (joined.several_seeds())
      table.accuracy("spread\npoints", 2,
                     [](const Spread& s) { return (s.most - s.least) * kPercent; });
    table.accuracy("loss\npoints", 2,
                   [dense](const Spread& s) { return (dense - s.mean) * kPercent; });
  }
  table.ratio("storage\nshare", 3, &Costs::storage_ratio);
  table.ratio("index\nshare", 3, &Costs::index_share);
  table.counts("outputs", "",
               joined.architecture.accumulator.bypass == memory::Bypass::step
                   ? &Costs::writes_with_bypass
                   : &Costs::writes_without_bypass);
  table.counts("weights", "", &Costs::weight_fifo_reads);
  table.counts("cycles", "", &Costs::cycles);
  table.ratio("times\nDCNN", 2, &Costs::speed_up);
  if (joined.energy)
    table.numbers("energy\nuJ", 1, [](const Line& l) {
      return l.costs ? Cell(l.costs->energy_pj / kPicojoulesPerMicrojoule) : std::nullopt;
    });
  return (*table).str(layout);
}

/// All granularities of one density, then those of the next.
std::vector<Line> lines_by_density(const Joined& joined) {
  std::vector<double> densities;
  for (const JoinedPoint& point : joined.points) densities.push_back(point.density);
  std::ranges::sort(densities, std::ranges::greater());
  densities.erase(std::ranges::unique(densities).begin(), densities.end());
  std::vector<Line> lines;
  for (const double density : densities) {
    bool first = true;
    for (const JoinedPoint& point : joined.points) {
      if (point.density != density) continue;
      lines.push_back({.group = first ? fmt::format("{}", density) : "",
                       .granularity = point.granularity,
                       .accuracy = point.accuracy(),
                       .costs = point.mean()});
      first = false;
    }
  }
  return lines;
}

std::vector<Line> lines_by_loss(const Joined& joined) {
  std::vector<Line> lines;
  const double* loss = nullptr;
  for (const EqualAccuracy& equal : joined.equal) {
    const bool first = loss == nullptr || *loss != equal.loss;
    loss = &equal.loss;
    Line line{.group = first ? fmt::format("{}", equal.loss) : "",
              .granularity = equal.granularity};
    if (const auto& at = equal.crossing.at) {
      line.accuracy = Spread{.mean = at->accuracy, .least = at->accuracy, .most = at->accuracy};
      line.costs = at->costs;
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

std::string dense_text(const Joined& joined) {
  const Spread dense = accuracy_of(joined.dense);
  std::string text = fmt::format("Dense network, {}: {:.2f} %", name_of(joined.dense.front().stage),
                                 dense.mean * kPercent);
  if (joined.dense.size() > 1)
    text += fmt::format(" (mean of {} seeds, {:.2f} to {:.2f})", joined.dense.size(),
                        dense.least * kPercent, dense.most * kPercent);
  if (joined.dense.front().images)
    text += fmt::format(" of {} images",
                        grouped(static_cast<std::uint64_t>(*joined.dense.front().images)));
  return text + "\n";
}

/// Why lines of the second table have dashes.
std::string unmet_text(const Joined& joined) {
  std::string text;
  for (const EqualAccuracy& equal : joined.equal) {
    if (equal.crossing.reach == Reach::crossed) continue;
    text += fmt::format("{} at {} points: {}.\n", scnn::name_of(equal.granularity), equal.loss,
                        equal.crossing.reach == Reach::above ? "even its sparsest point loses less"
                                                             : "even its densest point loses more");
  }
  return text;
}

constexpr std::string_view kBetween =
    "At equal accuracy: on the line between the two measured densities around the first place,\n"
    "from the dense side, where accuracy falls below the bound. Nothing is extrapolated.\n";

/// The second table and what is said about it; nothing where no granularity has two points.
std::string equal_accuracy_text(const Joined& joined, const Layout& layout) {
  if (joined.points.size() == joined.granularities().size()) return {};
  return '\n' + layout.heading("At equal accuracy") + "\n\n" +
         table_text(joined, lines_by_loss(joined), false, layout) + '\n' +
         reflowed(unmet_text(joined) + std::string(kBetween), layout.width);
}

/// A warning where accuracies are of different numbers of images; else nothing.
std::string images_text(const Joined& joined) {
  std::vector<std::int64_t> images;
  const auto take = [&](const Entry& entry) {
    if (entry.images) images.push_back(*entry.images);
  };
  std::ranges::for_each(joined.dense, take);
  for (const JoinedPoint& point : joined.points)
    for (const JoinedSeed& seed : point.seeds) take(seed.entry);
  if (images.empty()) return {};
  const auto [least, most] = std::ranges::minmax(images);
  if (least == most) return {};
  return fmt::format("Accuracies are of {} to {} images: fewer say less.\n",
                     grouped(static_cast<std::uint64_t>(least)),
                     grouped(static_cast<std::uint64_t>(most)));
}

std::string remarks(const Joined& joined) {
  const bool bypass = joined.architecture.accumulator.bypass == memory::Bypass::step;
  std::string text = fmt::format(
      "Outputs: accumulator writes{}.\n"
      "Weights: weight vectors read from the FIFOs.\n"
      "Storage: 8-bit weights and 4-bit indices over 8 bits for every weight of the dense layer;\n"
      "index: their share of it. Times DCNN: the speed-up over the dense machine.\n",
      bypass ? ", those of one step to the same entry combined" : "");
  text += images_text(joined);
  if (joined.several_seeds()) text += "Means over seeds; spread: from the worst to the best.\n";
  return text;
}

}  // namespace

std::string joined_text(const Joined& joined, const Layout& layout) {
  return fmt::format("{}\n{}\n{} engine, {}\n\n", workloads::shown_text(joined.name),
                     machine_text(joined.architecture), joined.host.engine,
                     joined.host.verified ? "all values verified" : "values not verified") +
         dense_text(joined) + '\n' + layout.heading("At equal density") + "\n\n" +
         table_text(joined, lines_by_density(joined), true, layout) +
         equal_accuracy_text(joined, layout) + '\n' + reflowed(remarks(joined), layout.width);
}

}  // namespace scnn::cli::accuracy
