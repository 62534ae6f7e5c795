#include "workloads/densities.hpp"

#include <catch2/catch.hpp>

using scnn::workloads::DensityTable;
using scnn::workloads::matches_glob;

TEST_CASE("A glob matches whole layer names") {
  CHECK(matches_glob("conv1", "conv1"));
  CHECK_FALSE(matches_glob("conv1", "conv1_1"));
  CHECK_FALSE(matches_glob("conv", "conv1"));
  CHECK(matches_glob("conv*", "conv1_1"));
  CHECK(matches_glob("conv?_1", "conv5_1"));
  CHECK_FALSE(matches_glob("conv?_1", "conv5_2"));
  CHECK(matches_glob("inception_[34]?_1x1", "inception_4e_1x1"));
  CHECK_FALSE(matches_glob("inception_[34]?_1x1", "inception_5b_1x1"));
  CHECK(matches_glob("*", ""));
}

TEST_CASE("The first entry of a density table that matches counts") {
  const DensityTable table({{"conv1", 1.0}, {"conv*", 0.35}, {"conv2", 0.9}, {"fc?", 0.1}});
  CHECK(table.find("conv1") == 1.0);
  CHECK(table.find("conv2") == 0.35);
  CHECK(table.find("fc6") == 0.1);
  CHECK_FALSE(table.find("pool1").has_value());
}

TEST_CASE("A layer name with glob characters is found by its own spelling") {
  const DensityTable table({{"block[0]", 0.5}});
  CHECK(table.find("block[0]") == 0.5);
  CHECK(table.find("block0") == 0.5);
  CHECK_FALSE(table.find("block1").has_value());
}

TEST_CASE("An empty density table leaves every layer alone") {
  CHECK_FALSE(DensityTable({}).find("conv1").has_value());
}
