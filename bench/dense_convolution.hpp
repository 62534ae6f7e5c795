/// A dense float32 forward convolution of oneDNN, ready to execute.
#pragma once

#include <dnnl.hpp>
#include <string>

#include "sparse_formats/layer_shape.hpp"

namespace scnn::bench {

/// Everything that need not be repeated per image is done by the constructor: oneDNN
/// chooses algorithm and memory formats, compiles its kernel, and the tensors are
/// reordered into those formats. `execute` computes the layer.
class DenseConvolution {
 public:
  explicit DenseConvolution(const LayerShape& shape);

  /// Computes the layer once, on as many threads as OMP_NUM_THREADS says.
  void execute();

  /// oneDNN's name of the implementation, for example `brgconv:avx512_core`.
  [[nodiscard]] const std::string& implementation() const { return implementation_; }

 private:
  dnnl::engine engine_;
  dnnl::stream stream_;
  std::string implementation_;
  dnnl::memory source_, weights_, destination_;
  dnnl::convolution_forward primitive_;
};

}  // namespace scnn::bench
