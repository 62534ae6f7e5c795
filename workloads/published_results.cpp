#include <array>

#include "workloads/published.hpp"

namespace scnn::workloads::published {
namespace {

constexpr std::string_view kScnn = "Parashar et al., SCNN, ISCA 2017";

constexpr std::array kSpeedupsRows{
    Speedup{"alexnet", "conv1", 1.47, 1.86},  Speedup{"alexnet", "conv2", 2.46, 4.09},
    Speedup{"alexnet", "conv3", 2.92, 7.9},   Speedup{"alexnet", "conv4", 2.93, 10.64},
    Speedup{"alexnet", "conv5", 2.93, 10.12}, Speedup{"alexnet", "all", 2.375, 4.42},
    Speedup{"vgg16", "conv1_1", 9.09, 9.43},  Speedup{"vgg16", "conv1_2", 6.89, 9.12},
    Speedup{"vgg16", "conv2_1", 1.73, 3.3},   Speedup{"vgg16", "conv2_2", 1.68, 3.58},
    Speedup{"vgg16", "conv3_1", 2.24, 2.41},  Speedup{"vgg16", "conv3_2", 5.62, 6.86},
    Speedup{"vgg16", "conv3_3", 2.96, 3.6},   Speedup{"vgg16", "conv4_1", 3.64, 5.95},
    Speedup{"vgg16", "conv4_2", 5.87, 10.11}, Speedup{"vgg16", "conv4_3", 4.77, 8.65},
    Speedup{"vgg16", "conv5_1", 3.48, 9.77},  Speedup{"vgg16", "conv5_2", 5.41, 14.4},
    Speedup{"vgg16", "conv5_3", 4.45, 12.09}, Speedup{"vgg16", "all", 3.524, 5.69},
    Speedup{"googlenet", "all", 2.185, 5.9}};
constexpr Table<Speedup> kSpeedups{
    "Speed-up over DCNN of SCNN Fig. 9", {kScnn, "Fig. 9", Reading::read_off_chart}, kSpeedupsRows};

constexpr std::array kPrintedSpeedupsRows{
    Quantity{"alexnet", 2.37, 2.37, "1", ""}, Quantity{"googlenet", 2.19, 2.19, "1", ""},
    Quantity{"vgg16", 3.52, 3.52, "1", ""}, Quantity{"average", 2.7, 2.7, "1", ""}};
constexpr Table<Quantity> kPrintedSpeedups{"Speed-up over DCNN printed in the text",
                                           {kScnn, "text", Reading::printed},
                                           kPrintedSpeedupsRows};

constexpr std::array kRelativeEnergiesRows{RelativeEnergy{"alexnet", "conv1", 0.823, 1.09},
                                           RelativeEnergy{"alexnet", "conv2", 0.569, 0.538},
                                           RelativeEnergy{"alexnet", "conv3", 0.432, 0.334},
                                           RelativeEnergy{"alexnet", "conv4", 0.432, 0.319},
                                           RelativeEnergy{"alexnet", "conv5", 0.443, 0.322},
                                           RelativeEnergy{"alexnet", "all", 0.524, 0.489},
                                           RelativeEnergy{"vgg16", "conv1_1", 0.919, 1.13},
                                           RelativeEnergy{"vgg16", "conv1_2", 0.495, 0.494},
                                           RelativeEnergy{"vgg16", "conv2_1", 0.581, 0.762},
                                           RelativeEnergy{"vgg16", "conv2_2", 0.564, 0.604},
                                           RelativeEnergy{"vgg16", "conv3_1", 0.652, 0.774},
                                           RelativeEnergy{"vgg16", "conv3_2", 0.476, 0.31},
                                           RelativeEnergy{"vgg16", "conv3_3", 0.564, 0.51},
                                           RelativeEnergy{"vgg16", "conv4_1", 0.501, 0.376},
                                           RelativeEnergy{"vgg16", "conv4_2", 0.444, 0.231},
                                           RelativeEnergy{"vgg16", "conv4_3", 0.467, 0.26},
                                           RelativeEnergy{"vgg16", "conv5_1", 0.433, 0.279},
                                           RelativeEnergy{"vgg16", "conv5_2", 0.39, 0.212},
                                           RelativeEnergy{"vgg16", "conv5_3", 0.427, 0.26},
                                           RelativeEnergy{"vgg16", "all", 0.508, 0.426},
                                           RelativeEnergy{"googlenet", "all", 0.477, 0.389}};
constexpr Table<RelativeEnergy> kRelativeEnergies{"Energy relative to DCNN of SCNN Fig. 11",
                                                  {kScnn, "Fig. 11", Reading::read_off_chart},
                                                  kRelativeEnergiesRows};

constexpr std::array kPrintedEnergiesRows{
    Quantity{"dcnn_opt", 2.0, 2.0, "1", "times better than DCNN"},
    Quantity{"scnn", 2.3, 2.3, "1", "times better than DCNN"}};
constexpr Table<Quantity> kPrintedEnergies{"Energy gain over DCNN printed in the text",
                                           {kScnn, "text", Reading::printed},
                                           kPrintedEnergiesRows};

}  // namespace

const Table<Speedup>& speedups() { return kSpeedups; }
const Table<Quantity>& printed_speedups() { return kPrintedSpeedups; }
const Table<RelativeEnergy>& relative_energies() { return kRelativeEnergies; }
const Table<Quantity>& printed_energies() { return kPrintedEnergies; }

}  // namespace scnn::workloads::published
