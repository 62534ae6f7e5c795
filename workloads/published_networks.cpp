#include <array>

#include "workloads/published.hpp"

namespace scnn::workloads::published {
namespace {

constexpr std::string_view kScnn = "Parashar et al., SCNN, ISCA 2017";

constexpr std::array kNetworkTotalsRows{NetworkTotals{"alexnet", 5, 1.73, 0.31, 0.69},
                                        NetworkTotals{"googlenet", 54, 1.32, 1.52, 1.1},
                                        NetworkTotals{"vgg16", 13, 4.49, 6.12, 15.3}};
constexpr Table<NetworkTotals> kNetworkTotals{
    "Networks of SCNN Table 1", {kScnn, "Table 1", Reading::printed}, kNetworkTotalsRows};

constexpr std::array kLayerDensitiesRows{
    LayerDensities{"alexnet", "conv1", 1.0, 0.845},
    LayerDensities{"alexnet", "conv2", 0.936, 0.379},
    LayerDensities{"alexnet", "conv3", 0.527, 0.346},
    LayerDensities{"alexnet", "conv4", 0.389, 0.372},
    LayerDensities{"alexnet", "conv5", 0.429, 0.369},
    LayerDensities{"vgg16", "conv1_1", 1.0, 0.566},
    LayerDensities{"vgg16", "conv1_2", 0.507, 0.217},
    LayerDensities{"vgg16", "conv2_1", 0.897, 0.339},
    LayerDensities{"vgg16", "conv2_2", 0.788, 0.355},
    LayerDensities{"vgg16", "conv3_1", 0.814, 0.53},
    LayerDensities{"vgg16", "conv3_2", 0.639, 0.236},
    LayerDensities{"vgg16", "conv3_3", 0.688, 0.417},
    LayerDensities{"vgg16", "conv4_1", 0.707, 0.321},
    LayerDensities{"vgg16", "conv4_2", 0.502, 0.266},
    LayerDensities{"vgg16", "conv4_3", 0.452, 0.343},
    LayerDensities{"vgg16", "conv5_1", 0.393, 0.352},
    LayerDensities{"vgg16", "conv5_2", 0.33, 0.287},
    LayerDensities{"vgg16", "conv5_3", 0.306, 0.363},
    LayerDensities{"googlenet", "inception_3a_pool_proj", 0.956, 0.461},
    LayerDensities{"googlenet", "inception_3a_1x1", 0.709, 0.379},
    LayerDensities{"googlenet", "inception_3a_3x3_reduce", 0.709, 0.414},
    LayerDensities{"googlenet", "inception_3a_3x3", 0.664, 0.452},
    LayerDensities{"googlenet", "inception_3a_5x5_reduce", 0.709, 0.356},
    LayerDensities{"googlenet", "inception_3a_5x5", 0.775, 0.34},
    LayerDensities{"googlenet", "inception_5b_pool_proj", 0.569, 0.314},
    LayerDensities{"googlenet", "inception_5b_1x1", 0.309, 0.319},
    LayerDensities{"googlenet", "inception_5b_3x3_reduce", 0.309, 0.329},
    LayerDensities{"googlenet", "inception_5b_3x3", 0.301, 0.366},
    LayerDensities{"googlenet", "inception_5b_5x5_reduce", 0.309, 0.33},
    LayerDensities{"googlenet", "inception_5b_5x5", 0.459, 0.346}};
constexpr Table<LayerDensities> kLayerDensities{
    "Densities of SCNN Fig. 1", {kScnn, "Fig. 1", Reading::read_off_chart}, kLayerDensitiesRows};

constexpr std::array kUtilisationsRows{
    Utilisation{"alexnet", "conv1", 0.972, 0.165}, Utilisation{"alexnet", "conv2", 0.953, 0.423},
    Utilisation{"alexnet", "conv3", 0.616, 0.27},  Utilisation{"alexnet", "conv4", 0.523, 0.355},
    Utilisation{"alexnet", "conv5", 0.531, 0.334}, Utilisation{"vgg16", "conv1_1", 0.966, 0.0},
    Utilisation{"vgg16", "conv1_2", 0.908, 0.157}, Utilisation{"vgg16", "conv2_1", 0.937, 0.029},
    Utilisation{"vgg16", "conv2_2", 0.938, 0.099}, Utilisation{"vgg16", "conv3_1", 0.924, 0.027},
    Utilisation{"vgg16", "conv3_2", 0.874, 0.116}, Utilisation{"vgg16", "conv3_3", 0.91, 0.129},
    Utilisation{"vgg16", "conv4_1", 0.836, 0.291}, Utilisation{"vgg16", "conv4_2", 0.793, 0.286},
    Utilisation{"vgg16", "conv4_3", 0.794, 0.317}, Utilisation{"vgg16", "conv5_1", 0.523, 0.284},
    Utilisation{"vgg16", "conv5_2", 0.538, 0.242}, Utilisation{"vgg16", "conv5_3", 0.569, 0.296}};
constexpr Table<Utilisation> kUtilisations{
    "Utilisation of SCNN Fig. 10", {kScnn, "Fig. 10", Reading::read_off_chart}, kUtilisationsRows};

}  // namespace

const Table<NetworkTotals>& network_totals() { return kNetworkTotals; }
const Table<LayerDensities>& layer_densities() { return kLayerDensities; }
const Table<Utilisation>& utilisations() { return kUtilisations; }

const NetworkTotals* find_totals(std::string_view network) {
  for (const NetworkTotals& row : kNetworkTotalsRows)
    if (row.network == network) return &row;
  return nullptr;
}

}  // namespace scnn::workloads::published
