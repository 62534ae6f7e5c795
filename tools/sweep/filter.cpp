#include "tools/sweep/filter.hpp"

#include <fmt/format.h>
#include <muParser.h>

#include <algorithm>
#include <cmath>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "memory/architecture.hpp"
#include "sim/architecture_file.hpp"
#include "sparse_formats/error.hpp"
#include "sparse_formats/granularity.hpp"

namespace scnn::cli::sweep {
namespace {

using nlohmann::ordered_json;

/// A name as an expression may have it.
std::string identifier(std::string name) {
  std::ranges::replace(name, '-', '_');
  return name;
}

/// Numbers that stand for the names of choices.
const std::map<std::string, double>& choice_numbers() {
  static const auto numbers = [] {
    std::map<std::string, double> map;
    const auto add = [&map](std::string_view name) {
      map.emplace(identifier(std::string(name)), static_cast<double>(map.size() + 1));
    };
    for (const Granularity g : kGranularities) add(name_of(g));
    for (const std::string& name : sim::choice_names()) add(name);
    return map;
  }();
  return numbers;
}

/// Where the value of a variable is found.
struct Source {
  bool of_architecture;
  ordered_json::json_pointer pointer;
};

/// Every name a variable may have.
const std::map<std::string, Source>& sources() {
  static const auto all = [] {
    std::map<std::string, Source> map;
    const ordered_json defaults = sim::to_json(memory::Architecture{});
    for (const auto& [key, value] : defaults.items()) {
      if (key == "name") continue;
      if (!value.is_object()) {
        map.emplace(key, Source{true, ordered_json::json_pointer("/" + key)});
        continue;
      }
      for (const auto& inner : value.items()) {
        const ordered_json::json_pointer pointer("/" + key + "/" + inner.key());
        map.emplace(key + "." + inner.key(), Source{true, pointer});
        map.emplace(inner.key(), Source{true, pointer});
      }
    }
    for (const char* key : {"granularity", "density", "activation_density", "seed"})
      map.emplace(key, Source{false, ordered_json::json_pointer(std::string("/") + key)});
    return map;
  }();
  return all;
}

double number_of(const ordered_json& value) {
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  if (value.is_number()) return value.get<double>();
  // What is no choice is refused later, with its place; here it only equals nothing.
  const auto known = choice_numbers().find(identifier(value.get<std::string>()));
  return known == choice_numbers().end() ? 0.0 : known->second;
}

/// An assignment, which muParser would take: a `=` that is no part of a comparison.
bool assigns(const std::string& text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '=') continue;
    if (i + 1 < text.size() && text[i + 1] == '=') {
      ++i;
    } else if (i == 0 || std::string_view("<>!").find(text[i - 1]) == std::string_view::npos) {
      return true;
    }
  }
  return false;
}

}  // namespace

class Filter::Impl {
 public:
  Impl(const std::string& text, const workloads::JsonPlace& place)
      : text_(text), where_(place.text()) {
    try {
      prepare(text);
    } catch (const mu::Parser::exception_type& error) {
      refuse(error.GetCode() == mu::ecUNASSIGNABLE_TOKEN
                 ? fmt::format("\"{}\" is no key of the architecture and no choice of the network",
                               workloads::shown_text(error.GetToken()))
                 : workloads::shown_text(error.GetMsg()));
    }
  }

  bool holds(const ordered_json& architecture, const ordered_json& choices) {
    for (Variable& v : variables_) {
      const ordered_json& object = v.source->of_architecture ? architecture : choices;
      v.value = object.contains(v.source->pointer) ? number_of(object.at(v.source->pointer)) : 0.0;
    }
    double value = 0.0;
    try {
      value = parser_.Eval();
    } catch (const mu::Parser::exception_type& error) {
      throw InputError(where_, fmt::format("\"{}\": {}", workloads::shown_text(text_),
                                           workloads::shown_text(error.GetMsg())));
    }
    if (!std::isfinite(value))
      throw InputError(where_, fmt::format("\"{}\" is no number at some point, expected one at "
                                           "every point",
                                           workloads::shown_text(text_)));
    return value != 0.0;
  }

 private:
  struct Variable {
    const Source* source;
    double value = 0.0;
  };

  void prepare(const std::string& text) {
    if (assigns(text)) refuse("= assigns, == compares");
    parser_.ClearFun();  // functions of the C library differ between processors
    parser_.ClearConst();
    parser_.DefineNameChars("0123456789_.abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    parser_.DefineOprtChars("+-*/%^=<>!&|?:");
    parser_.DefineOprt(
        "%", [](double a, double b) { return std::fmod(a, b); }, mu::prMUL_DIV, mu::oaLEFT);
    parser_.DefineInfixOprt(
        "!", [](double a) { return a == 0.0 ? 1.0 : 0.0; }, mu::prINFIX);
    for (const auto& [name, number] : choice_numbers())
      if (!sources().contains(name)) parser_.DefineConst(name, number);
    for (const auto& [name, source] : sources()) {
      variables_.push_back({&source});
      parser_.DefineVar(name, &variables_.back().value);
    }
    parser_.SetExpr(text);
    for (Variable& v : variables_) v.value = 1.0;
    parser_.Eval();
    if (parser_.GetNumResults() != 1) refuse("a comma makes two of it");
  }

  [[noreturn]] void refuse(const std::string& why) const {
    throw InputError(where_, fmt::format("found \"{}\", expected an expression such as "
                                         "\"F*I*pe_rows*pe_cols == 1024\": {}",
                                         workloads::shown_text(text_), why));
  }

  std::string text_, where_;
  mu::Parser parser_;
  std::deque<Variable> variables_;  ///< the parser keeps pointers to them
};

Filter::Filter(const std::string& text, const workloads::JsonPlace& place)
    : impl_(std::make_unique<Impl>(text, place)) {}
Filter::~Filter() = default;
Filter::Filter(Filter&&) noexcept = default;
Filter& Filter::operator=(Filter&&) noexcept = default;

bool Filter::holds(const ordered_json& architecture, const ordered_json& choices) const {
  return impl_->holds(architecture, choices);
}

}  // namespace scnn::cli::sweep
