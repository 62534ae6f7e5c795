/// What a page consists of, before it becomes HTML.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace scnn::cli::report {

/// A headline number.
struct Card {
  std::string id;  ///< what it shows, unique in its section: `cycles`
  std::string label;
  std::string value;  ///< as shown
  std::string unit;
  nlohmann::ordered_json exact;  ///< the number behind `value`
};

/// Rows that charts draw, kept by column so that names are said once.
struct Dataset {
  std::vector<std::string> columns;
  std::vector<nlohmann::ordered_json> rows;  ///< arrays, a cell per column

  [[nodiscard]] nlohmann::ordered_json to_json() const {
    return {{"columns", columns}, {"rows", rows}};
  }
};

/// One of the values a control offers.
struct Option {
  std::string value;   ///< a column of the data, or what a signal is set to
  std::string title;   ///< with its unit
  std::string format;  ///< of d3, for numbers
  bool large_is_good = false;
};

/// A choice that charts of a section share: a metric, a granularity.
struct Control {
  std::string key, label;
  std::vector<Option> options;
  std::string selected;
};

struct Chart {
  std::string id;  ///< unique in its section: `speedup`
  std::string title;
  std::string about;                               ///< how to read it
  nlohmann::ordered_json spec;                     ///< Vega-Lite, its data by the name of `dataset`
  std::string dataset;                             ///< unique in its section
  std::vector<std::string> log = {};               ///< channels that can be logarithmic
  std::map<std::string, std::string> fields = {};  ///< key of a control -> channel it sets
  bool layers = false;                             ///< marks have a `layer`, which a click selects
  bool front = false;         ///< draws the Pareto front of x and y as the dataset `front`
  std::string size = "wide";  ///< share of the page's width: `wide`, `narrow` (half), `third`
};

/// Charts under a heading.
struct Group {
  std::string title;
  std::vector<Chart> charts = {};
  std::string html = {};  ///< tables and drawings, shown after the charts
};

/// What one result file, or one kind of it, is shown as.
struct Section {
  std::string title, subtitle;
  std::vector<Card> cards = {};
  std::vector<Control> controls = {};
  std::vector<std::string> layers = {};  ///< that can be selected
  std::map<std::string, Dataset> datasets = {};
  std::vector<Group> groups = {};
};

}  // namespace scnn::cli::report
