#include "tools/regression/baseline.hpp"

#include <algorithm>
#include <array>

#include "sim/architecture_file.hpp"
#include "sim/result.hpp"
#include "sparse_formats/error.hpp"
#include "tools/host.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_spans.hpp"
#include "workloads/text_file.hpp"

namespace scnn::cli::regression {
namespace {

using nlohmann::ordered_json;
using workloads::JsonObjectReader;
using workloads::JsonPlace;

constexpr std::array<std::string_view, 1> kSchemas{kBaselineSchema};
constexpr int kIndent = 2;

KeptCase read_kept_case(const ordered_json& object, const JsonPlace& place) {
  JsonObjectReader reader(object, place);
  KeptCase kept;
  kept.given = read_case_head(reader);
  kept.given.architecture_file = reader.text("architecture_file").value_or("");
  const ordered_json* machine = reader.any("architecture");
  if (machine == nullptr)
    throw InputError(place.text(), "has no member \"architecture\", expected one");
  kept.given.architecture = sim::resolve_architecture(*machine, place / "architecture");
  kept.outcome = read_outcome(reader, kept.given.architecture.pe_count());
  static_cast<void>(reader.any("provenance"));  // says who counted; nothing depends on it
  reader.refuse_unknown_keys();
  return kept;
}

ordered_json to_json(const KeptCase& kept) {
  const Case& given = kept.given;
  ordered_json object{{"name", given.name}, {"network", cli::to_json(given.network)}};
  if (!given.architecture_file.empty()) object["architecture_file"] = given.architecture_file;
  object["architecture"] = sim::to_json(given.architecture);
  object["options"] = to_json(given.options);
  if (!given.tolerances.empty()) object["tolerances"] = to_json(given.tolerances);
  const sim::Provenance provenance = program_provenance();
  object["provenance"] = {{"version", provenance.version}, {"git_commit", provenance.git_commit}};
  object["identity"] = kept.outcome.identity;
  object["layers"] = kept.outcome.layers;
  object["total"] = kept.outcome.total;
  return object;
}

std::string dumped(const ordered_json& value) {
  return value.dump(kIndent, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

Baseline read_baseline(const std::filesystem::path& path) {
  Baseline baseline;
  baseline.path = path;
  baseline.text = workloads::read_text_file(path, "a JSON file", workloads::kMaxJsonBytes);
  const ordered_json document = workloads::parse_json(baseline.text, path.string());
  const JsonPlace place{.file = path.string(), .pointer = {}};
  JsonObjectReader reader(document, place);
  if (!reader.choice("schema", kSchemas))
    throw InputError(place.text(), "has no member \"schema\", expected one");
  const ordered_json* list = reader.any("cases");
  reader.refuse_unknown_keys();
  if (list == nullptr) throw InputError(place.text(), "has no member \"cases\", expected one");
  const JsonPlace cases = place / "cases";
  for (std::size_t i = 0; i < require_cases(*list, cases).size(); ++i)
    baseline.cases.push_back(read_kept_case((*list)[i], cases / std::to_string(i)));
  std::vector<Case> given;
  for (const KeptCase& kept : baseline.cases) given.push_back(kept.given);
  refuse_repeated_names(given, cases);
  return baseline;
}

std::string baseline_text(const std::vector<KeptCase>& cases) {
  ordered_json object{{"schema", kBaselineSchema}, {"cases", ordered_json::array()}};
  for (const KeptCase& kept : cases) object["cases"].push_back(to_json(kept));
  return dumped(object) + '\n';
}

std::string with_cases(const Baseline& baseline,
                       const std::vector<std::pair<std::size_t, KeptCase>>& changed) {
  std::string text = baseline.text;
  const auto spans = workloads::element_spans(text, "cases");
  if (spans.size() != baseline.cases.size())
    throw ModelError("cases of a baseline and their places in its text are not as many");
  for (std::size_t i = changed.size(); i-- > 0;) {  // from the end: places before stay
    const auto& span = spans[changed[i].first];
    const std::string indent = '\n' + workloads::indentation_at(text, span.begin);
    std::string replacement;
    for (const char c : dumped(to_json(changed[i].second)))
      if (c == '\n')
        replacement += indent;
      else
        replacement += c;
    text.replace(span.begin, span.end - span.begin, replacement);
  }
  return text;
}

}  // namespace scnn::cli::regression
