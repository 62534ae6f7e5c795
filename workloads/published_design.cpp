#include <array>

#include "workloads/published.hpp"

namespace scnn::workloads::published {
namespace {

constexpr std::string_view kScnn = "Parashar et al., SCNN, ISCA 2017";
constexpr std::string_view kMao =
    "Mao et al., Exploring the Regularity of Sparse Structure in Convolutional Neural Networks, "
    "2017";
constexpr std::string_view kHorowitz = "Horowitz, ISSCC 2014; EIE (Han et al., ISCA 2016)";

constexpr std::array<std::string_view, 5> kRegularityNetworks{"alexnet", "vgg16", "googlenet",
                                                              "resnet50", "densenet121"};

constexpr std::array kDesignParametersRows{
    Quantity{"pe", 64.0, 64.0, "1", ""},
    Quantity{"multipliers", 1024.0, 1024.0, "1", ""},
    Quantity{"F", 4.0, 4.0, "1", ""},
    Quantity{"I", 4.0, 4.0, "1", ""},
    Quantity{"multiplier_bits", 16.0, 16.0, "bits", ""},
    Quantity{"accumulator_bits", 24.0, 24.0, "bits", ""},
    Quantity{"iaram", 10.0, 10.0, "KB", ""},
    Quantity{"oaram", 10.0, 10.0, "KB", ""},
    Quantity{"weight_fifo_entries", 50.0, 50.0, "1", ""},
    Quantity{"accumulator_banks", 32.0, 32.0, "1", ""},
    Quantity{"accumulator_entries_per_bank", 32.0, 32.0, "1", ""},
    Quantity{"dram_bandwidth", 50.0, 50.0, "GB/s", ""},
    Quantity{"clock", 1.0, 1.0, "GHz", "printed as slightly above 1 GHz"}};
constexpr Table<Quantity> kDesignParameters{
    "Design of SCNN Table 3", {kScnn, "Table 3", Reading::printed}, kDesignParametersRows};

constexpr std::array kAreasRows{Quantity{"iaram_oaram", 0.031, 0.031, "mm2", ""},
                                Quantity{"weight_fifo", 0.004, 0.004, "mm2", ""},
                                Quantity{"multiplier_array", 0.008, 0.008, "mm2", ""},
                                Quantity{"scatter_network", 0.026, 0.026, "mm2", ""},
                                Quantity{"accumulator_buffers", 0.036, 0.036, "mm2", ""},
                                Quantity{"other", 0.019, 0.019, "mm2", ""},
                                Quantity{"pe", 0.123, 0.123, "mm2", "one PE"},
                                Quantity{"accelerator", 7.9, 7.9, "mm2", "64 PEs"},
                                Quantity{"dcnn", 5.9, 5.9, "mm2", "the dense baseline"}};
constexpr Table<Quantity> kAreas{
    "Areas of SCNN Table 4", {kScnn, "Table 4", Reading::printed}, kAreasRows};

constexpr std::array kDramTilingRows{
    Quantity{"layers_that_do_not_fit", 9.0, 9.0, "1", "all in vgg16"},
    Quantity{"layers_evaluated", 72.0, 72.0, "1", ""},
    Quantity{"energy_penalty", 5.0, 62.0, "%", "range over those layers"},
    Quantity{"mean_energy_penalty", 18.0, 18.0, "%", ""},
    Quantity{"performance_degrades_near", 4.0, 4.0, "GB/s", "DRAM bandwidth"}};
constexpr Table<Quantity> kDramTiling{
    "Layers tiled through DRAM", {kScnn, "text", Reading::printed}, kDramTilingRows};

constexpr std::array kRegularitySavingsRows{
    Quantity{"output_references_saved", 30.0, 35.0, "%", "against fine grains at the same density"},
    Quantity{"output_references_ratio_arxiv", 2.0, 2.0, "1",
             "the arXiv abstract: about 2 times fewer"}};
constexpr Table<Quantity> kRegularitySavings{"Output memory references saved by coarse grains",
                                             {kMao, "abstract (CVPR-W version)", Reading::printed},
                                             kRegularitySavingsRows};

constexpr std::array kStorageRatiosRows{
    Quantity{"grain_of_1", 1.5, 1.5, "1", "(8g + 4)/(8g), placeholders excluded"},
    Quantity{"grain_of_3", 1.167, 1.167, "1", ""}, Quantity{"grain_of_9", 1.056, 1.056, "1", ""}};
constexpr Table<Quantity> kStorageRatios{
    "Storage of pruned weights per unit of density",
    {kMao, "storage model: 8-bit weights, 4-bit indices", Reading::derived},
    kStorageRatiosRows};

constexpr std::array kEnergiesPerOperationRows{
    Quantity{"int_add_8b", 0.03, 0.03, "pJ", ""},
    Quantity{"int_add_16b", 0.05, 0.05, "pJ", ""},
    Quantity{"int_add_32b", 0.1, 0.1, "pJ", ""},
    Quantity{"int_mult_8b", 0.2, 0.2, "pJ",
             "no genuine 16-bit figure was found; about 0.8 to 1.0 pJ by interpolation"},
    Quantity{"int_mult_32b", 3.1, 3.1, "pJ", ""},
    Quantity{"sram_8KB_64b", 10.0, 10.0, "pJ",
             "EIE's 32 KB SRAM at 5 pJ for 32 bits equals this value per 32 bits"},
    Quantity{"sram_32KB_64b", 20.0, 20.0, "pJ", ""},
    Quantity{"sram_1MB_64b", 100.0, 100.0, "pJ", ""},
    Quantity{"dram_64b", 1300.0, 2600.0, "pJ", ""},
    Quantity{"dram_32b", 640.0, 640.0, "pJ", "EIE Table I"}};
constexpr Table<Quantity> kEnergiesPerOperation{"Energy per operation",
                                                {kHorowitz, "45 nm figures", Reading::secondary},
                                                kEnergiesPerOperationRows};

}  // namespace

const Table<Quantity>& design_parameters() { return kDesignParameters; }
const Table<Quantity>& areas() { return kAreas; }
const Table<Quantity>& dram_tiling() { return kDramTiling; }
const Table<Quantity>& regularity_savings() { return kRegularitySavings; }
const Table<Quantity>& storage_ratios() { return kStorageRatios; }
const Table<Quantity>& energies_per_operation() { return kEnergiesPerOperation; }
std::span<const std::string_view> regularity_networks() { return kRegularityNetworks; }

}  // namespace scnn::workloads::published
