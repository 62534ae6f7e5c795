/// The layer tables of the zoo, one source file per network. Tensors, densities and the
/// selection of layers are added by zoo.cpp.
#pragma once

#include <vector>

#include "workloads/network.hpp"

namespace scnn::workloads {

/// Krizhevsky et al. 2012 in Caffe's form (bvlc_alexnet): 227x227 input, groups of 2.
[[nodiscard]] std::vector<LayerSpec> alexnet_layers(bool with_fc);
/// Simonyan and Zisserman 2014, configuration D.
[[nodiscard]] std::vector<LayerSpec> vgg16_layers(bool with_fc);
/// Szegedy et al. 2014 with Caffe's names (bvlc_googlenet), `/` written `_`; without the
/// auxiliary classifiers, which exist in training only.
[[nodiscard]] std::vector<LayerSpec> googlenet_layers(bool with_fc);
/// He et al. 2015 with the names of its Caffe models.
[[nodiscard]] std::vector<LayerSpec> resnet50_layers(bool with_fc);
/// Huang et al. 2016, growth rate 32, with the names of its Caffe models, `/` written `_`.
[[nodiscard]] std::vector<LayerSpec> densenet121_layers(bool with_fc);

}  // namespace scnn::workloads
