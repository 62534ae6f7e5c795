/// Figures published about SCNN and about regular sparsity, to compare results with.
///
/// docs/published.md shows the same values; a test holds the page to these tables.
/// Networks and layers go by the zoo's names, so that rows join with results; the SCNN
/// paper writes AlexNet, GoogLeNet and VGGNet.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace scnn::workloads::published {

/// How a value came from its source into the table.
enum class Reading : std::uint8_t {
  printed,         ///< a number printed in the text or in a table
  read_off_chart,  ///< measured in a figure's vector chart, to about 0.3 % of full scale
  secondary,       ///< as others quote the source
  derived,         ///< follows from a formula of the source
};
[[nodiscard]] std::string_view name_of(Reading reading);

struct Citation {
  std::string_view paper;  ///< authors, short title, venue
  std::string_view place;  ///< figure, table or part of the text
  Reading reading;
};

/// Rows of one kind from one place.
template <class Row>
struct Table {
  std::string_view title;
  Citation source;
  std::span<const Row> rows;
};

/// SCNN Table 1: 2 bytes per value (of MB = 10^6 or 2^20 bytes, the paper is not
/// consistent), 224x224 input, convolutions only, batch 1.
struct NetworkTotals {
  std::string_view network;
  int conv_layers;
  double max_weights_MB;
  double max_activations_MB;
  double multiplies_G;
};

/// Share of non-zero input activations and weights.
struct LayerDensities {
  std::string_view network, layer;
  double activation, weight;
};

/// Speed-up over DCNN of SCNN and of its oracle; layer "all" is the whole network.
struct Speedup {
  std::string_view network, layer;
  double scnn, oracle;
};

/// Share of multipliers at work, and share of cycles in which PEs wait at the barrier.
struct Utilisation {
  std::string_view network, layer;
  double multiplier_utilisation, barrier_share;
};

/// Energy as a multiple of DCNN's; layer "all" is the whole network.
struct RelativeEnergy {
  std::string_view network, layer;
  double dcnn_opt, scnn;
};

/// A single figure, or a range where `low < high`.
struct Quantity {
  std::string_view name;
  double low, high;
  std::string_view unit;  ///< "1" for pure numbers
  std::string_view note;  ///< empty where there is nothing to add
};

[[nodiscard]] const Table<NetworkTotals>& network_totals();             ///< SCNN Table 1
[[nodiscard]] const Table<LayerDensities>& layer_densities();           ///< SCNN Fig. 1
[[nodiscard]] const Table<Speedup>& speedups();                         ///< SCNN Fig. 9
[[nodiscard]] const Table<Quantity>& printed_speedups();                ///< SCNN, text; by network
[[nodiscard]] const Table<Utilisation>& utilisations();                 ///< SCNN Fig. 10
[[nodiscard]] const Table<RelativeEnergy>& relative_energies();         ///< SCNN Fig. 11
[[nodiscard]] const Table<Quantity>& printed_energies();                ///< SCNN, text
[[nodiscard]] const Table<Quantity>& design_parameters();               ///< SCNN Table 3
[[nodiscard]] const Table<Quantity>& areas();                           ///< SCNN Table 4
[[nodiscard]] const Table<Quantity>& dram_tiling();                     ///< SCNN, text
[[nodiscard]] const Table<Quantity>& regularity_savings();              ///< Mao, abstract
[[nodiscard]] const Table<Quantity>& storage_ratios();                  ///< Mao, storage model
[[nodiscard]] const Table<Quantity>& energies_per_operation();          ///< Horowitz; EIE
[[nodiscard]] std::span<const std::string_view> regularity_networks();  ///< studied by Mao

/// The row of a network's layer, or nullptr where nothing is published.
template <class Row>
[[nodiscard]] const Row* find(const Table<Row>& table, std::string_view network,
                              std::string_view layer) {
  for (const Row& row : table.rows)
    if (row.network == network && row.layer == layer) return &row;
  return nullptr;
}

/// The row of a whole network in SCNN Table 1, or nullptr.
[[nodiscard]] const NetworkTotals* find_totals(std::string_view network);

/// The quantity of that name, or nullptr.
[[nodiscard]] const Quantity* find(const Table<Quantity>& table, std::string_view name);

}  // namespace scnn::workloads::published
