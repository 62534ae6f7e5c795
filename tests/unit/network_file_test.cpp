#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"
#include "tests/support/hdf5_editor.hpp"
#include "tests/support/sample_network.hpp"
#include "tests/support/temporary_folder.hpp"
#include "workloads/network_file.hpp"

using namespace scnn;
using namespace scnn::workloads;
using test::Hdf5Editor;
using test::TemporaryFolder;

namespace {

void check_equal(const LayerSpec& a, const LayerSpec& b) {
  CHECK(a.name == b.name);
  CHECK(a.kind == b.kind);
  CHECK(a.shape == b.shape);
  CHECK(a.relu == b.relu);
  CHECK(a.density_published == b.density_published);
  CHECK(a.input_density == b.input_density);
  CHECK(a.has_input == b.has_input);
  CHECK(a.granularity == b.granularity);
}

void check_equal(const ValueTensor& a, const ValueTensor& b) {
  REQUIRE(a.index() == b.index());
  if (const auto* floats = std::get_if<Tensor<float>>(&a)) {
    CHECK(*floats == std::get<Tensor<float>>(b));
    return;
  }
  const auto& x = std::get<IntTensor>(a);
  const auto& y = std::get<IntTensor>(b);
  CHECK(x.values == y.values);
  CHECK(x.scale == y.scale);
  CHECK(x.stored_as_int8 == y.stored_as_int8);
}

void check_equal(const Layer& a, const Layer& b) {
  check_equal(a.spec, b.spec);
  check_equal(a.weights, b.weights);
  CHECK(a.bias == b.bias);
  REQUIRE(a.input.has_value() == b.input.has_value());
  if (a.input) check_equal(*a.input, *b.input);
  REQUIRE(a.mask.has_value() == b.mask.has_value());
  if (!a.mask) return;
  CHECK(a.mask->kept == b.mask->kept);
  CHECK(a.mask->granularity == b.mask->granularity);
  CHECK(a.mask->density_requested == b.mask->density_requested);
  CHECK(a.mask->density_achieved == b.mask->density_achieved);
}

NetworkInfo named(const std::string& name) {
  NetworkInfo info;
  info.name = name;
  return info;
}

void copy_network(const NetworkSource& source, const std::filesystem::path& to) {
  NetworkWriter writer(to, source.info());
  for (std::size_t i = 0; i < source.layers().size(); ++i) writer.append(source.read(i));
  writer.commit();
}

/// A layer with `count` weights in one row.
Layer wide_layer(std::int64_t count) {
  Layer layer;
  layer.spec.name = "wide";
  layer.spec.kind = LayerKind::fc;
  layer.spec.shape = {.C = count, .K = 1};
  Tensor<float> weights({1, count, 1, 1});
  for (std::size_t i = 0; i < weights.size(); ++i)
    weights.values()[i] = static_cast<float>(i * 2654435761U % 1000003U);
  layer.weights = std::move(weights);
  return layer;
}

}  // namespace

TEST_CASE("a network that is written reads back equal") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const auto network = open_network(folder / "n.h5");
  CHECK(network->info().name == "sample");
  CHECK(network->info().source == "made for tests");
  CHECK(network->info().license == "CC0");
  CHECK(network->info().seed == 7);
  const auto expected = test::sample_layers();
  REQUIRE(network->layers().size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i) {
    check_equal(network->layers()[i], expected[i].spec);
    check_equal(network->read(i), expected[i]);
  }
  CHECK(network->where(1) == (folder / "n.h5").string() + ":/layers/conv2");
}

TEST_CASE("layers can be read in any order and more than once") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const auto network = open_network(folder / "n.h5");
  const auto expected = test::sample_layers();
  for (std::size_t i : {2U, 0U, 2U, 1U}) check_equal(network->read(i), expected[i]);
}

TEST_CASE("writing what was read gives the same bytes") {
  const TemporaryFolder folder;
  test::write_sample(folder / "a.h5");
  copy_network(*open_network(folder / "a.h5"), folder / "b.h5");
  CHECK(test::bytes_of(folder / "a.h5") == test::bytes_of(folder / "b.h5"));
  CHECK(open_network(folder / "a.h5")->sha256() == open_network(folder / "b.h5")->sha256());
}

TEST_CASE("the digest is the SHA-256 of the file's bytes") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const auto network = open_network(folder / "n.h5");
  const std::string command = "sha256sum '" + (folder / "n.h5").string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen(command.c_str(), "r"), ::pclose);
  std::string digest(64, ' ');
  REQUIRE(std::fread(digest.data(), 1, 64, pipe.get()) == 64);
  CHECK(network->sha256() == digest);
  CHECK(network->sha256() == digest);  // the kept one
}

TEST_CASE("large tensors are stored in compressed chunks") {
  const TemporaryFolder folder;
  Layer layer = wide_layer(300000);
  std::fill_n(std::get<Tensor<float>>(layer.weights).values().begin(), 290000, 0.0F);
  NetworkWriter writer(folder / "n.h5", named("wide"));
  writer.append(layer);
  writer.commit();
  CHECK(std::filesystem::file_size(folder / "n.h5") < 100000);
  check_equal(open_network(folder / "n.h5")->read(0), layer);
}

TEST_CASE("a writer that is not committed leaves nothing behind") {
  const TemporaryFolder folder;
  {
    NetworkWriter writer(folder / "n.h5", named("x"));
    writer.append(test::sample_layers()[0]);
    CHECK(folder.count() == 1);
  }
  CHECK(folder.count() == 0);
}

TEST_CASE("a file keeps its content until the new one is complete") {
  const TemporaryFolder folder;
  test::write_bytes(folder / "n.h5", "old");
  {
    NetworkWriter writer(folder / "n.h5", named("x"));
    writer.append(test::sample_layers()[0]);
    CHECK(test::bytes_of(folder / "n.h5") == "old");
  }
  CHECK(test::bytes_of(folder / "n.h5") == "old");
  test::write_sample(folder / "n.h5");
  CHECK(open_network(folder / "n.h5")->layers().size() == 3);
  CHECK(folder.count() == 1);
}

TEST_CASE("a network can be rewritten under the name it is read from") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const std::string before = test::bytes_of(folder / "n.h5");
  const auto network = open_network(folder / "n.h5");
  {
    NetworkWriter writer(folder / "n.h5", network->info());
    writer.append(network->read(2));
    writer.commit();
  }
  CHECK(open_network(folder / "n.h5")->layers().size() == 1);
  // Who had it open still reads the old one.
  check_equal(network->read(0), test::sample_layers()[0]);
  CHECK(before != test::bytes_of(folder / "n.h5"));
}

TEST_CASE("a symbolic link stays one, and its target is replaced") {
  const TemporaryFolder folder;
  test::write_bytes(folder / "target.h5", "old");
  std::filesystem::create_symlink("target.h5", folder / "link.h5");
  test::write_sample(folder / "link.h5");
  CHECK(std::filesystem::is_symlink(folder / "link.h5"));
  CHECK(open_network(folder / "target.h5")->layers().size() == 3);
}

TEST_CASE("what is not a regular file is never replaced") {
  const TemporaryFolder folder;
  const auto pipe = folder / "pipe";
  REQUIRE(::mkfifo(pipe.c_str(), 0600) == 0);
  CHECK_THROWS_WITH(test::write_sample(pipe),
                    pipe.string() +
                        ": cannot be written: there is something of this name that is "
                        "not a regular file");
  CHECK_THROWS_WITH(test::write_sample("/dev/null"),
                    "/dev/null: cannot be written: there is something of this name that is not a "
                    "regular file");
  CHECK_THROWS_AS(test::write_sample(folder.path()), OutputError);
}

TEST_CASE("a folder that does not exist is an output error") {
  const TemporaryFolder folder;
  const auto path = folder / "no/such/n.h5";
  CHECK_THROWS_WITH(test::write_sample(path),
                    path.string() + ": cannot be created: No such file or directory");
  CHECK_THROWS_AS(test::write_sample(path), OutputError);
}

TEST_CASE("a file in a read-only folder opens") {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "d");
  const auto path = folder / "d/n.h5";
  test::write_sample(path);
  ::chmod(path.c_str(), 0400);
  ::chmod((folder / "d").c_str(), 0500);
  CHECK(open_network(path)->layers().size() == 3);
  ::chmod((folder / "d").c_str(), 0700);
}

TEST_CASE("a locked file opens") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const int descriptor = ::open((folder / "n.h5").c_str(), O_RDWR);
  REQUIRE(::flock(descriptor, LOCK_EX | LOCK_NB) == 0);
  CHECK(open_network(folder / "n.h5")->layers().size() == 3);
  ::close(descriptor);
}

TEST_CASE("a layer name that cannot be a group is refused by the writer") {
  const TemporaryFolder folder;
  NetworkWriter writer(folder / "n.h5", named("x"));
  Layer layer = test::sample_layers()[2];
  writer.append(layer);
  CHECK_THROWS_WITH(writer.append(layer), "\"fc\" cannot name the next layer");
  for (const char* name : {"", ".", "a/b", "a\nb", "\xff"}) {
    layer.spec.name = name;
    CHECK_THROWS_AS(writer.append(layer), ModelError);
  }
}

TEST_CASE("int8 values that do not fit are never written") {
  const TemporaryFolder folder;
  NetworkWriter writer(folder / "n.h5", named("x"));
  Layer layer = test::sample_layers()[2];
  std::get<IntTensor>(layer.weights).values.at(0, 1, 0, 0) = 128;
  CHECK_THROWS_AS(writer.append(layer), ModelError);
}

TEST_CASE("layer names may hold dots, spaces and other alphabets") {
  const TemporaryFolder folder;
  NetworkWriter writer(folder / "n.h5", named("Größe 大きさ"));
  Layer layer = test::sample_layers()[2];
  const std::vector<std::string> names{"a3.b1.conv1", "..", "mit Leerzeichen", "слой 1"};
  for (const auto& name : names) {
    layer.spec.name = name;
    writer.append(layer);
  }
  writer.commit();
  const auto network = open_network(folder / "n.h5");
  CHECK(network->info().name == "Größe 大きさ");
  for (std::size_t i = 0; i < names.size(); ++i) CHECK(network->layers()[i].name == names[i]);
}

TEST_CASE("files as other programs write them are read") {
  const TemporaryFolder folder;
  test::write_sample(folder / "n.h5");
  const auto read = [&] {
    auto network = open_network(folder / "n.h5");
    for (std::size_t i = 0; i < 3; ++i) (void)network->read(i);
    return network;
  };

  SECTION("strings of fixed length") {
    Hdf5Editor(folder / "n.h5").set_fixed_texts("/layers", "order", 5, {"fc", "conv1", "conv2"});
    CHECK(read()->layers()[1].name == "conv1");
  }
  SECTION("narrow and big-endian integers as attributes") {
    const std::array<std::int32_t, 2> stride{2, 1};
    const std::uint8_t groups = 2;
    {
      Hdf5Editor file(folder / "n.h5");
      file.set("/layers/conv2", "stride", H5T_NATIVE_INT32, {2}, stride.data());
      file.set("/layers/conv2", "groups", H5T_NATIVE_UINT8, {}, &groups);
    }
    CHECK(read()->layers()[1].shape == test::sample_layers()[1].spec.shape);
  }
  SECTION("a boolean relu, and a boolean mask") {
    const hid_t boolean = H5Tenum_create(H5T_NATIVE_INT8);
    const std::int8_t no = 0;
    const std::int8_t yes = 1;
    H5Tenum_insert(boolean, "FALSE", &no);
    H5Tenum_insert(boolean, "TRUE", &yes);
    {
      Hdf5Editor file(folder / "n.h5");
      file.set("/layers/conv1", "relu", boolean, {}, &no);
      file.set_dataset("/layers/fc/mask", {7, 12, 1, 1}, {.type = boolean});
      file.set_text("/layers/fc/mask", "granularity", "fine");
      file.set_number("/layers/fc/mask", "density_requested", 0.01);
      file.set_number("/layers/fc/mask", "density_achieved", 0.0);
      file.set_dataset("/layers/fc/weights", {7, 12, 1, 1}, {.type = H5T_STD_I8LE});
    }
    H5Tclose(boolean);
    const auto network = read();
    CHECK_FALSE(network->layers()[0].relu);
    CHECK(network->read(2).mask->kept == Tensor<std::uint8_t>({7, 12, 1, 1}, 0));
  }
  SECTION("big-endian tensors") {
    {
      Hdf5Editor file(folder / "n.h5");
      file.set_dataset("/layers/conv2/weights", {6, 2, 3, 3}, {.type = H5T_STD_I16BE});
      file.poke("/layers/conv2/weights", 12, -300);
      file.set_dataset("/layers/conv1/bias", {4}, {.type = H5T_IEEE_F32BE});
      file.poke("/layers/conv1/bias", 3, 2.5);
    }
    const auto network = read();
    CHECK(std::get<IntTensor>(network->read(1).weights).values.data()[12] == -300);
    CHECK(std::get<IntTensor>(network->read(1).weights).scale == 1.0);
    CHECK(network->read(0).bias == std::vector<float>{0, 0, 0, 2.5F});
  }
  SECTION("chunks, gzip and checksums") {
    {
      Hdf5Editor file(folder / "n.h5");
      file.set_dataset("/layers/conv1/input", {3, 6, 5},
                       {.chunk = {2, 4, 3}, .filter = H5Z_FILTER_DEFLATE});
      file.set_dataset(
          "/layers/fc/input", {12, 1, 1},
          {.type = H5T_IEEE_F32LE, .chunk = {5, 1, 1}, .filter = H5Z_FILTER_FLETCHER32});
      file.poke("/layers/conv1/input", 89, 7);
    }
    CHECK(std::get<IntTensor>(*read()->read(0).input).values.at(2, 5, 4) == 7);
  }
  SECTION("the earliest format, as h5py writes it") {
    test::write_early_sample(folder / "early.h5");
    const auto network = open_network(folder / "early.h5");
    const LayerShape& shape = network->layers()[0].shape;
    CHECK(shape.pad_top == 1);
    CHECK(shape.pad_bottom == 2);
    CHECK(shape.pad_left == 3);
    CHECK(shape.pad_right == 4);
    CHECK(shape.Ho() == 7);
    CHECK(shape.Wo() == 11);
    CHECK(std::get<Tensor<float>>(network->read(0).weights) == Tensor<float>({4, 3, 2, 2}));
    CHECK(std::get<IntTensor>(network->read(1).weights).stored_as_int8);
  }
}
