#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <map>
#include <vector>

#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/network_file.hpp"

using namespace scnn::workloads;
namespace fs = std::filesystem;

namespace {

/// Ends the whole program as skipped: without the data there is nothing to test.
fs::path data_or_skip(const char* folder) {
  const fs::path path = fs::path(SCNN_TEST_DATA) / folder;
  if (fs::is_directory(path)) return path;
  std::cerr << "skipped: no folder " << path << '\n';
  std::exit(77);
}

std::vector<fs::path> hdf5_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (const auto ext = entry.path().extension(); ext == ".h5" || ext == ".hdf5")
      files.push_back(entry.path());
  return files;
}

}  // namespace

TEST_CASE("every layer of the real networks is read") {
  const std::map<std::string, std::size_t> layers{{"alexnet_dense.h5", 5},
                                                  {"alexnet_pruned.h5", 5},
                                                  {"googlenet_bn_pruned.h5", 74},
                                                  {"resnet50_pruned.h5", 54},
                                                  {"squeezenet_dc.h5", 26}};
  const fs::path data = data_or_skip("data");
  for (const auto& [name, count] : layers) {
    CAPTURE(name);
    const auto network = open_network(data / name);
    REQUIRE(network->layers().size() == count);
    for (std::size_t i = 0; i < count; ++i) {
      const Layer layer = network->read(i);
      CHECK(layer.input.has_value());
      CHECK(density_of(layer.weights) > 0);
    }
  }
}

TEST_CASE("every layer of the conformance cases is read") {
  const auto files = hdf5_files(data_or_skip("conformance"));
  CHECK(files.size() > 10);
  for (const auto& file : files) {
    CAPTURE(file);
    const auto network = open_network(file);
    for (std::size_t i = 0; i < network->layers().size(); ++i) CHECK_NOTHROW(network->read(i));
  }
}

TEST_CASE("files of other programs are refused, not misread") {
  const fs::path data = data_or_skip("data");
  std::vector<fs::path> files{data / "resnet20_cifar10_state_dict.h5"};
  if (fs::is_directory(data / "imports"))
    for (auto& file : hdf5_files(data / "imports")) files.push_back(std::move(file));
  for (const auto& file : files)
    CHECK_THROWS_WITH(open_network(file),
                      file.string() +
                          ":/: no attribute format, expected \"scnn-network\" or \"scnn-encoded\" "
                          "(scnn import takes files of frameworks)");
}

TEST_CASE("a real network written again reads back the same, and its copy byte for byte") {
  const auto source = open_network(data_or_skip("data") / "alexnet_pruned.h5");
  const scnn::test::TemporaryFolder folder;
  const auto copy = [](const NetworkSource& from, const fs::path& to) {
    NetworkWriter writer(to, from.info());
    for (std::size_t i = 0; i < from.layers().size(); ++i) writer.append(from.read(i));
    writer.commit();
    return open_network(to);
  };
  const auto a = copy(*source, folder / "a.h5");
  const auto b = copy(*a, folder / "b.h5");
  CHECK(a->sha256() == b->sha256());
  CHECK(fs::file_size(folder / "a.h5") < 2500000);
  for (std::size_t i = 0; i < source->layers().size(); ++i) {
    const Layer x = source->read(i);
    const Layer y = a->read(i);
    CHECK(x.spec.shape == y.spec.shape);
    CHECK(std::get<IntTensor>(x.weights).values == std::get<IntTensor>(y.weights).values);
    CHECK(std::get<IntTensor>(x.weights).scale == std::get<IntTensor>(y.weights).scale);
    CHECK(std::get<IntTensor>(*x.input).values == std::get<IntTensor>(*y.input).values);
    CHECK(x.bias == y.bias);
  }
}
