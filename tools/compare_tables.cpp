#include "tools/compare_tables.hpp"

#include <fmt/format.h>

#include "tools/numbers.hpp"
#include "tools/run_options.hpp"
#include "tools/table.hpp"

namespace scnn::cli {
namespace {

using memory::Counters;

/// A line of a table: one granularity of a layer, or of the network.
struct Line {
  std::string layer;  ///< empty but on the first line of a layer
  Granularity granularity;
  ComparedCounts counts;
};

template <class Of>
auto column(const std::vector<Line>& lines, Of&& of) {
  std::vector<decltype(of(lines.front()))> cells;
  cells.reserve(lines.size());
  for (const Line& line : lines) cells.push_back(of(line));
  return cells;
}

std::vector<std::uint64_t> counters(const std::vector<Line>& lines,
                                    std::uint64_t Counters::*member) {
  return column(lines, [member](const Line& l) { return l.counts.counters.*member; });
}

/// A table with the lines' names, ruled between layers.
class LineTable {
 public:
  /// \param layers  false: the network's lines, which have no layer's name
  LineTable(const std::vector<Line>& lines, bool layers) : table_(layers ? 2 : 1) {
    if (layers) table_.text("layer", column(lines, [](const Line& l) { return l.layer; }));
    table_.text("grain",
                column(lines, [](const Line& l) { return std::string(name_of(l.granularity)); }));
    for (std::size_t row = 1; row < lines.size(); ++row)
      if (!lines[row].layer.empty()) table_.rule_before(row);
  }
  Table& operator*() { return table_; }

 private:
  Table table_;
};

using Cell = std::optional<double>;

std::string storage_table(const std::vector<Line>& lines, bool layers, const Layout& layout) {
  LineTable table(lines, layers);
  (*table)
      .numbers("kept\ndensity",
               column(lines, [](const Line& l) { return Cell(l.counts.kept_density()); }), 4)
      .numbers("non-zero\ndensity",
               column(lines, [](const Line& l) { return Cell(l.counts.nonzero_density()); }), 4)
      .numbers("storage\nof 8-bit dense",
               column(lines, [](const Line& l) { return Cell(l.counts.storage_ratio()); }), 3)
      .counts("indices", "bits",
              column(lines, [](const Line& l) { return l.counts.storage.index_bits; }))
      .counts("weight DRAM", "bits", counters(lines, &Counters::dram_weight_bits));
  return (*table).str(layout);
}

std::string time_table(const std::vector<Line>& lines, bool layers, const Layout& layout) {
  LineTable table(lines, layers);
  (*table)
      .counts("products", "", counters(lines, &Counters::products))
      .counts("compute", "cycles", counters(lines, &Counters::compute_cycles))
      .counts("total", "cycles", counters(lines, &Counters::cycles))
      .numbers("speed-up\nx DCNN",
               column(lines,
                      [](const Line& l) {
                        return ratio(l.counts.counters.dcnn_cycles, l.counts.counters.cycles);
                      }),
               2)
      .numbers("of the\noracle",
               column(lines,
                      [](const Line& l) {
                        return ratio(l.counts.counters.oracle_cycles, l.counts.counters.cycles);
                      }),
               3);
  return (*table).str(layout);
}

std::string reference_table(const std::vector<Line>& lines, bool layers, const Layout& layout) {
  LineTable table(lines, layers);
  (*table)
      .counts("outputs\nno bypass", "",
              column(lines, [](const Line& l) { return l.counts.writes_without_bypass; }))
      .counts("outputs\nstep bypass", "",
              column(lines, [](const Line& l) { return l.counts.writes_with_bypass; }))
      .counts("IARAM\nreads", "", counters(lines, &Counters::iaram_reads))
      .counts("FIFO\nreads", "", counters(lines, &Counters::weight_fifo_reads))
      .counts("FIFO\nwrites", "", counters(lines, &Counters::weight_fifo_writes))
      .counts("halo\nentries", "", counters(lines, &Counters::halo_transfers))
      .counts("OARAM\nwrites", "", counters(lines, &Counters::oaram_writes))
      .counts("act. DRAM", "bits", counters(lines, &Counters::dram_activation_bits));
  return (*table).str(layout);
}

std::string tables(const std::vector<Line>& lines, bool layers, const Layout& layout) {
  return layout.heading("Storage and weight traffic") + "\n\n" +
         storage_table(lines, layers, layout) + '\n' +
         layout.heading("Memory references (accesses of one vector or entry)") + "\n\n" +
         reference_table(lines, layers, layout) + '\n' + layout.heading("Time") + "\n\n" +
         time_table(lines, layers, layout);
}

std::vector<Line> network_lines(const Comparison& comparison) {
  std::vector<Line> lines;
  for (const ComparedNetwork& g : comparison.granularities)
    lines.push_back({"", g.granularity, g.total()});
  return lines;
}

std::vector<Line> layer_lines(const Comparison& comparison) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < comparison.granularities.front().layers.size(); ++i)
    for (const ComparedNetwork& g : comparison.granularities) {
      const bool first = &g == &comparison.granularities.front();
      lines.push_back({first ? g.layers[i].run.name : "", g.granularity, g.layers[i].counts});
    }
  return lines;
}

std::string remarks(const Comparison& comparison) {
  std::string text =
      "Outputs: accumulator writes; every write is preceded by a read, so accesses are twice as\n"
      "many. Step bypass: updates of one step to the same entry are combined into one.\n"
      "Storage: 8-bit weights and 4-bit indices over 8 bits for every weight of the dense layer.\n"
      "Every layer's input is the source's, whatever the pruning of the layers before it.\n";
  if (comparison.source.nonzero < comparison.source.weights)
    text += fmt::format(
        "The source was already sparse: {:.4f} of its weights are not zero. Coarse grains keep\n"
        "zeros, so their non-zero density falls below the kept one.\n",
        comparison.source.density());
  if (comparison.source.requantised_layers > 0)
    text += fmt::format("Integer weights of {} layers were requantised to {} bits.\n",
                        comparison.source.requantised_layers, comparison.architecture.weight_bits);
  return text;
}

}  // namespace

std::string compare_text(const Comparison& comparison, const Layout& layout) {
  return fmt::format("{}\n{}\n{} engine, {}\n\n", comparison.network.info.name,
                     machine_text(comparison.architecture), comparison.host.engine,
                     comparison.host.verified ? "all values verified" : "values not verified") +
         layout.heading("NETWORK") + "\n\n" + tables(network_lines(comparison), false, layout) +
         '\n' + layout.heading("LAYERS") + "\n\n" + tables(layer_lines(comparison), true, layout) +
         '\n' + reflowed(remarks(comparison), layout.width);
}

}  // namespace scnn::cli
