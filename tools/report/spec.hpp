/// Pieces of Vega-Lite specifications (https://vega.github.io/vega-lite/docs).
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::cli::report {

using nlohmann::ordered_json;

// Formats of d3 (https://d3js.org/d3-format).
inline constexpr const char* kCount = ",d";
inline constexpr const char* kShort = "~s";
inline constexpr const char* kRatio = ".2f";
inline constexpr const char* kShare = ".3f";

inline constexpr int kPageWidth = 1030;  ///< of a chart across the page, pixels
inline constexpr int kHalfWidth = 505;
inline constexpr int kThirdWidth = 332;

/// A quantity on a channel; the title says its unit.
[[nodiscard]] ordered_json quantity(std::string_view field, std::string_view title,
                                    std::string_view format = kShort);
/// Layers along x, in the order of the data.
[[nodiscard]] ordered_json layer_axis(std::size_t layers);
/// Names in the given order, as colours that people with any colour vision tell apart
/// (Okabe and Ito, https://jfly.uni-koeln.de/color).
[[nodiscard]] ordered_json colours(std::string_view field, std::string_view title,
                                   const std::vector<std::string>& names);
/// Names in the data's order on a channel.
[[nodiscard]] ordered_json names(std::string_view field, std::string_view title);
/// A line of what is shown under the pointer.
[[nodiscard]] ordered_json tip(std::string_view field, std::string_view title,
                               std::string_view format = "");
/// Marks of other layers than the selected one step back.
[[nodiscard]] ordered_json selected_opacity();
/// A specification on the data of that name, with the parameters that the page sets.
[[nodiscard]] ordered_json chart_spec(std::string_view dataset, int width, int height);
/// Keeps the rows of the granularity chosen on the page.
void keep_chosen_granularity(ordered_json& spec, std::string_view first);

}  // namespace scnn::cli::report
