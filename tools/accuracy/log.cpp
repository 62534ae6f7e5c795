#include "tools/accuracy/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "sparse_formats/error.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::cli::accuracy {
namespace {

using workloads::IntegerRange;
using workloads::JsonObjectReader;

constexpr std::array<std::string_view, 6> kStages{"dense",  "adapted",   "sensitivity",
                                                  "pruned", "retrained", "quantised"};
constexpr std::string_view kFormat = "scnn-accuracy";
constexpr IntegerRange kSeeds{INT64_MIN, INT64_MAX};
constexpr IntegerRange kImages{1, INT64_MAX};
constexpr IntegerRange kBits{1, 64};

/// What the lines after a header have in common.
struct Header {
  std::optional<std::int64_t> seed, images;
};

template <class T>
T require(std::optional<T> value, const JsonObjectReader& reader, std::string_view key) {
  if (!value)
    throw InputError(reader.place().text(), fmt::format("has no member \"{}\", expected one", key));
  return *std::move(value);
}

double share(JsonObjectReader& reader, std::string_view key) {
  const double value = require(reader.not_negative(key), reader, key);
  if (value > 1.0) reader.refuse(key, *reader.any(key), "a number from 0 to 1");
  return value;
}

std::optional<double> density(JsonObjectReader& reader, std::string_view key) {
  const auto value = reader.positive(key);
  if (value && *value > 1.0) reader.refuse(key, *reader.any(key), "a density in (0,1]");
  return value;
}

std::optional<Granularity> granularity(JsonObjectReader& reader) {
  std::array<std::string_view, kGranularities.size()> names{};
  std::ranges::transform(kGranularities, names.begin(),
                         [](Granularity g) { return scnn::name_of(g); });
  const auto index = reader.choice("granularity", names);
  return index ? std::optional(kGranularities[*index]) : std::nullopt;
}

/// Takes a header; what it says about how the network was trained is for people.
Header read_header(Log& log, JsonObjectReader& reader) {
  constexpr std::array<std::string_view, 1> formats{kFormat};
  (void)require(reader.choice("format", formats), reader, "format");
  (void)require(reader.integer("version", {1, 1}), reader, "version");
  const auto network = require(reader.text("network"), reader, "network");
  if (log.network.empty())
    log.network = network;
  else if (network != log.network)
    throw InputError(
        (reader.place() / "network").text(),
        fmt::format("found \"{}\", expected \"{}\", the network of the lines before",
                    workloads::shown_text(network), workloads::shown_text(log.network)));
  const std::string data = reader.text("data").value_or("");
  if (log.data.empty())
    log.data = data;
  else if (!data.empty() && data != log.data)
    throw InputError((reader.place() / "data").text(),
                     fmt::format("found \"{}\", expected \"{}\", the data of the lines before",
                                 workloads::shown_text(data), workloads::shown_text(log.data)));
  return {.seed = reader.integer("seed", kSeeds), .images = reader.integer("images", kImages)};
}

/// A sensitivity scan prunes one layer; its lines name the layer and say nothing of the network.
bool is_of_the_network(Stage stage) { return stage != Stage::sensitivity; }

void check_pairs(const Entry& entry, const JsonObjectReader& reader) {
  if (entry.granularity.has_value() != entry.density.has_value())
    throw InputError(reader.place().text(),
                     "found one of \"granularity\" and \"density\", expected both or none");
  const bool pruned = entry.stage == Stage::pruned || entry.stage == Stage::retrained;
  const bool dense = entry.stage == Stage::dense || entry.stage == Stage::adapted;
  if ((pruned && !entry.granularity) || (dense && entry.granularity))
    throw InputError(
        reader.place().text(),
        fmt::format("stage \"{}\" has {} \"granularity\", expected {}", name_of(entry.stage),
                    pruned ? "no" : "a", pruned ? "one" : "none"));
}

Entry read_entry(JsonObjectReader& reader, const Header& header,
                 const std::filesystem::path& folder) {
  Entry entry{.place = reader.place().file};
  entry.stage = static_cast<Stage>(require(reader.choice("stage", kStages), reader, "stage"));
  entry.granularity = granularity(reader);
  entry.density = density(reader, "density");
  entry.density_achieved = density(reader, "density_achieved");
  entry.seed = reader.integer("seed", kSeeds).value_or(header.seed.value_or(1));
  (void)reader.not_negative("epoch");
  entry.accuracy = share(reader, "accuracy");
  entry.images = reader.integer("images", kImages);
  if (!entry.images) entry.images = header.images;
  (void)reader.integer("weight_bits", kBits);
  if (const auto file = reader.text("file")) {
    if (file->empty()) reader.refuse("file", *reader.any("file"), "the name of a network file");
    entry.file = (folder / *file).lexically_normal();
  }
  if (!is_of_the_network(entry.stage)) return entry;
  reader.refuse_unknown_keys();
  check_pairs(entry, reader);
  return entry;
}

}  // namespace

std::string_view name_of(Stage stage) { return kStages[static_cast<std::size_t>(stage)]; }

void add_lines(Log& log, const std::vector<workloads::JsonLine>& lines,
               const std::filesystem::path& folder) {
  std::optional<Header> header;
  for (const workloads::JsonLine& line : lines) {
    JsonObjectReader reader(line.value, {.file = line.place, .pointer = {}});
    if (line.value.contains("format")) {
      header = read_header(log, reader);
      continue;
    }
    if (!header)
      throw InputError(line.place,
                       fmt::format("found no \"format\", expected a header of \"{}\"", kFormat));
    log.entries.push_back(read_entry(reader, *header, folder));
  }
}

Log read_logs(const std::vector<std::filesystem::path>& files) {
  Log log;
  for (const auto& file : files)
    add_lines(log, workloads::read_json_lines(file), file.parent_path());
  return log;
}

}  // namespace scnn::cli::accuracy
