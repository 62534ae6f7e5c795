#include "tools/densities_option.hpp"

#include <fmt/format.h>

#include "pruning/prune_network.hpp"
#include "sim/densities_file.hpp"
#include "tools/options.hpp"

namespace scnn::cli {
namespace {

/// True for what is meant as a number, right or wrong; a file of such a name is `./0.5`.
bool looks_like_number(const std::string& text) {
  return text.find_first_not_of("+-.0123456789eE") == std::string::npos;
}

std::string quoted_list(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 4;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < kShown; ++i)
    text += fmt::format("{}\"{}\"", i == 0 ? "" : ", ", names[i]);
  return names.size() > kShown ? fmt::format("{} and {} more", text, names.size() - kShown) : text;
}

}  // namespace

DensityOf densities_by_name(const std::string& text,
                            std::optional<workloads::DensityTable>& table) {
  if (text == "published")
    return [](const workloads::LayerSpec& spec) { return spec.density_published; };
  if (looks_like_number(text))
    return [density = parse_density(text, "--densities")](const workloads::LayerSpec&) {
      return std::optional<double>(density);
    };
  table = sim::read_densities(text);
  return [found = *table](const workloads::LayerSpec& spec) { return found.find(spec.name); };
}

void note_unmatched(const workloads::DensityTable& table, const workloads::NetworkSource& network,
                    const Console& console) {
  if (const auto patterns = pruning::unmatched_patterns(table, network); !patterns.empty())
    console.note(fmt::format("no layer matches {} of the densities file", quoted_list(patterns)));
  std::vector<std::string> alone;
  for (const auto& spec : network.layers())
    if (!table.find(spec.name)) alone.push_back(spec.name);
  if (!alone.empty())
    console.note(
        fmt::format("left alone, as the densities file has no match: {}", quoted_list(alone)));
}

}  // namespace scnn::cli
