/// Times oneDNN's dense float32 convolutions of a workload:
/// `dnnl_bench WORKLOAD [--benchmark_...]`, threads as OMP_NUM_THREADS says.

#include <fmt/format.h>

#include <cstdio>
#include <memory>
#include <span>
#include <string>

#include "bench/dense_convolution.hpp"
#include "bench/measured.hpp"
#include "bench/workload.hpp"
#include "sparse_formats/error.hpp"

namespace {

constexpr const char* kUsage =
    "Usage: dnnl_bench WORKLOAD [--benchmark_...]\n"
    "\n"
    "WORKLOAD   a name printed by 'scnn_bench list', or a network file ending in .h5\n"
    "Debian's oneDNN runs on OpenMP: OMP_NUM_THREADS sets its threads.\n";

class MeasuredConvolution : public scnn::bench::Measured {
 public:
  explicit MeasuredConvolution(const scnn::bench::Workload& workload) : workload_(workload) {}

  void load(std::size_t i) override {
    convolution_.reset();  // before the next is made: memory follows the largest layer
    convolution_ = std::make_unique<scnn::bench::DenseConvolution>(workload_.spec(i).shape);
  }
  void run() override { convolution_->execute(); }
  void describe(benchmark::State& state) const override {
    state.SetLabel(convolution_->implementation());
  }

 private:
  const scnn::bench::Workload& workload_;
  std::unique_ptr<scnn::bench::DenseConvolution> convolution_;
};

void run(std::span<char*> arguments) {
  if (arguments.size() != 2)
    throw scnn::InputError("arguments", fmt::format("expected WORKLOAD\n{}", kUsage));
  const dnnl_version_t* version = dnnl::version();
  benchmark::AddCustomContext(
      "onednn", fmt::format("{}.{}.{}", version->major, version->minor, version->patch));
  const scnn::bench::Workload workload(arguments[1]);
  MeasuredConvolution convolution(workload);
  scnn::bench::measure(workload, convolution);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv, [] { std::fputs(kUsage, stdout); });
  return scnn::bench::run_program("dnnl_bench", [&] {
    run({argv, static_cast<std::size_t>(argc)});
  });
}
