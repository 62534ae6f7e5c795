#include "workloads/file_root.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

constexpr std::int64_t kVersion = 1;

void check_order(const hdf5::Group& layers, const std::vector<std::string>& order,
                 const std::set<std::string>& groups) {
  const auto refuse = [&](const std::string& what) { throw InputError(layers.where(), what); };
  if (order.empty()) refuse("attribute order is empty, expected at least one layer");
  std::set<std::string> seen;
  for (const auto& name : order) {
    const std::string shown = hdf5::printable(name);
    if (!hdf5::is_clean_text(name))
      refuse(fmt::format("attribute order names \"{}\", expected UTF-8 without control characters",
                         shown));
    if (!groups.contains(name))
      refuse(fmt::format("attribute order names \"{}\", expected a group of this name", shown));
    if (!seen.insert(name).second)
      refuse(fmt::format("attribute order names \"{}\" twice, expected each layer once", shown));
  }
  for (const auto& name : groups)
    if (!seen.contains(name))
      throw InputError(layers.where_of(name), "is not in the attribute order of /layers");
}

}  // namespace

std::string read_format(const hdf5::Group& root) {
  const auto expected = fmt::format("\"{}\" or \"{}\"", kNetworkFormat, kEncodedFormat);
  if (!root.has_attribute("format"))
    throw InputError(root.where(),
                     fmt::format("no attribute format, expected {} (scnn import takes files of "
                                 "frameworks)",
                                 expected));
  std::string format = root.text("format");
  if (format != kNetworkFormat && format != kEncodedFormat)
    throw InputError(root.where(), fmt::format("attribute format is \"{}\", expected {}",
                                               hdf5::printable(format), expected));
  return format;
}

NetworkInfo read_root(const hdf5::Group& root) {
  if (const auto version = root.integer("version"); version != kVersion)
    throw InputError(root.where(),
                     fmt::format("attribute version is {}, expected {}", version, kVersion));
  for (const auto& member : root.members())
    if (member.name != "layers")
      throw InputError(root.where_of(member.name), "unknown name, expected only layers");
  NetworkInfo info;
  info.name = root.text("name");
  if (root.has_attribute("source")) info.source = root.text("source");
  if (root.has_attribute("license")) info.license = root.text("license");
  if (root.has_attribute("seed")) info.seed = root.integer("seed");
  return info;
}

std::vector<std::string> read_order(const hdf5::Group& layers) {
  std::set<std::string> groups;
  for (const auto& member : layers.members()) {
    if (member.kind != hdf5::MemberKind::group)
      throw InputError(layers.where_of(member.name),
                       fmt::format("is {}, expected a group", name_of(member.kind)));
    groups.insert(member.name);
  }
  std::vector<std::string> order = layers.texts("order");
  check_order(layers, order, groups);
  return order;
}

void write_root(hdf5::OutputGroup& root, std::string_view format, const NetworkInfo& info) {
  root.write_text("format", std::string(format));
  root.write_integer("version", kVersion);
  root.write_text("name", info.name);
  if (!info.source.empty()) root.write_text("source", info.source);
  if (!info.license.empty()) root.write_text("license", info.license);
  if (info.seed) root.write_integer("seed", *info.seed);
}

LayersWriter::LayersWriter(const std::filesystem::path& path, std::string_view format,
                           const NetworkInfo& info)
    : file_(path), layers_(file_.root().create_group("layers")) {
  auto root = file_.root();
  write_root(root, format, info);
}

hdf5::OutputGroup LayersWriter::add(const std::string& name) {
  const bool known = std::find(order_.begin(), order_.end(), name) != order_.end();
  if (known || name.empty() || name == "." || name.find('/') != std::string::npos ||
      !hdf5::is_clean_text(name))
    throw ModelError(fmt::format("\"{}\" cannot name the next layer", hdf5::printable(name)));
  order_.push_back(name);
  return layers_.create_group(name);
}

void LayersWriter::commit() {
  layers_.write_texts("order", order_);
  layers_ = hdf5::OutputGroup({}, {});
  file_.commit();
}

}  // namespace scnn::workloads
