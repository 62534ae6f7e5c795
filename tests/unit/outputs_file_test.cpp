#include <catch2/catch.hpp>
#include <limits>

#include "sparse_formats/error.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/hdf5.hpp"
#include "workloads/network_file.hpp"
#include "workloads/outputs_file.hpp"

using namespace scnn;
using workloads::OutputsWriter;
using workloads::hdf5::Dims;
using workloads::hdf5::Element;

namespace {

workloads::NetworkInfo info() {
  workloads::NetworkInfo info;
  info.name = "net";
  return info;
}

Tensor<std::int64_t> sums() {
  Tensor<std::int64_t> t({1, 2, 3, 2});
  for (std::size_t i = 0; i < t.size(); ++i) t.values()[i] = static_cast<std::int64_t>(i) - 5;
  t.values()[0] = std::numeric_limits<std::int64_t>::min();
  t.values()[11] = std::numeric_limits<std::int64_t>::max();
  return t;
}

Tensor<float> values() {
  Tensor<float> t({1, 2, 3, 2});
  for (std::size_t i = 0; i < t.size(); ++i) t.values()[i] = static_cast<float>(i) * 0.25F;
  return t;
}

}  // namespace

TEST_CASE("both tensors of every layer are in the outputs file, exactly") {
  const test::TemporaryFolder folder;
  {
    OutputsWriter writer(folder / "o.h5", info());
    writer.append("conv1", sums(), values());
    writer.append("conv2", sums(), values());
    writer.commit();
  }
  const workloads::hdf5::InputFile file(folder / "o.h5");
  CHECK(file.root().text("format") == "scnn-outputs");
  CHECK(file.root().text("name") == "net");
  const auto layers = file.root().group("layers");
  CHECK(layers.texts("order") == std::vector<std::string>{"conv1", "conv2"});
  for (const char* name : {"conv1", "conv2"}) {
    const auto accumulated = layers.group(name).dataset("accumulated");
    REQUIRE(accumulated.dims() == Dims{2, 3, 2});
    CHECK(accumulated.element() == Element::int64);
    Tensor<std::int64_t> found({1, 2, 3, 2});
    accumulated.read(found.values());
    CHECK(found == sums());
    const auto output = layers.group(name).dataset("output");
    REQUIRE(output.dims() == Dims{2, 3, 2});
    CHECK(output.element() == Element::float32);
    Tensor<float> floats({1, 2, 3, 2});
    output.read(floats.values());
    CHECK(floats == values());
  }
}

TEST_CASE("outputs that are not committed leave nothing behind") {
  const test::TemporaryFolder folder;
  { OutputsWriter(folder / "o.h5", info()).append("conv1", sums(), values()); }
  CHECK(folder.count() == 0);
}

TEST_CASE("an outputs file is no network") {
  const test::TemporaryFolder folder;
  OutputsWriter writer(folder / "o.h5", info());
  writer.append("conv1", sums(), values());
  writer.commit();
  CHECK_THROWS_WITH(workloads::open_network(folder / "o.h5"),
                    (folder / "o.h5").string() +
                        ":/: attribute format is \"scnn-outputs\", expected \"scnn-network\" or "
                        "\"scnn-encoded\"");
}
