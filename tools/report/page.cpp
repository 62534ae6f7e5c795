#include "tools/report/page.hpp"

#include <fmt/format.h>

#include "sparse_formats/error.hpp"
#include "tools/build_info.hpp"
#include "tools/report/html.hpp"

namespace scnn::cli::report {
namespace {

using nlohmann::ordered_json;

// Nothing may be fetched, whatever a result file contains.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; "
    "img-src data: blob:";

ordered_json to_json(const Control& control) {
  ordered_json options = ordered_json::array();
  for (const Option& o : control.options)
    options.push_back(
        {{"value", o.value}, {"title", o.title}, {"format", o.format}, {"large", o.large_is_good}});
  return {{"key", control.key},
          {"label", control.label},
          {"options", options},
          {"selected", control.selected}};
}

ordered_json to_json(const Chart& chart) {
  return {{"id", chart.id},           {"title", chart.title},   {"spec", chart.spec},
          {"dataset", chart.dataset}, {"log", chart.log},       {"fields", chart.fields},
          {"size", chart.size},       {"layers", chart.layers}, {"front", chart.front}};
}

/// JSON that may stand in a script element.
std::string for_script(const ordered_json& value) {
  std::string text;
  for (const char c : value.dump())
    if (c == '<')
      text += "\\u003c";
    else
      text += c;
  return text;
}

std::string card_html(const Card& card) {
  return fmt::format(
      "<div class=\"card\" data-card=\"{}\" data-exact=\"{}\"><span class=\"label\">{}</span>"
      "<span class=\"value\">{}</span><span class=\"unit\">{}</span></div>\n",
      card.id, card.exact.dump(), escaped(card.label), escaped(card.value), escaped(card.unit));
}

std::string chart_html(std::size_t section, const Chart& chart) {
  const std::string about =
      chart.about.empty() ? "" : fmt::format("<p>{}</p>", escaped(chart.about));
  return fmt::format(
      "<figure class=\"chart {}\" id=\"s{}-{}\"><figcaption><h4>{}</h4>{}</figcaption>"
      "<div class=\"tools\"></div><div class=\"plot\"></div></figure>\n",
      chart.size, section, escaped(chart.id), escaped(chart.title), about);
}

/// \param level  of the heading: 1 for the only section of a page
std::string section_html(std::size_t index, const Section& section, int level) {
  std::string html = fmt::format(
      "<section id=\"s{0}\" aria-labelledby=\"s{0}-title\">\n<h{1} id=\"s{0}-title\">{2}</h{1}>\n"
      "<p class=\"subtitle\">{3}</p>\n",
      index, level, escaped(section.title), escaped(section.subtitle));
  if (!section.cards.empty()) html += "<div class=\"cards\">\n";
  for (const Card& card : section.cards) html += card_html(card);
  if (!section.cards.empty()) html += "</div>\n";
  html += "<div class=\"controls\"></div>\n";
  for (const Group& group : section.groups) {
    html += fmt::format("<h3>{}</h3>\n", escaped(group.title));
    if (!group.charts.empty()) html += "<div class=\"charts\">\n";
    for (const Chart& chart : group.charts) html += chart_html(index, chart);
    if (!group.charts.empty()) html += "</div>\n";
    html += group.html;
  }
  return html + "</section>\n";
}

/// What is on a page of several sections.
std::string contents_html(const std::vector<Section>& sections) {
  if (sections.size() < 2) return "";
  std::string html = "<header><h1>Results of scnn</h1>\n<nav aria-label=\"Results\"><ul>";
  for (std::size_t i = 0; i < sections.size(); ++i)
    html += fmt::format("<li><a href=\"#s{}\">{}</a>: {}</li>", i, escaped(sections[i].title),
                        escaped(sections[i].subtitle));
  return html + "</ul></nav></header>\n";
}

std::string script(std::string_view text) { return "<script>" + std::string(text) + "</script>\n"; }

}  // namespace

ordered_json page_data(const std::vector<Section>& sections) {
  ordered_json all = ordered_json::array();
  for (const Section& section : sections) {
    ordered_json object{{"title", section.title}, {"layers", section.layers}};
    object["controls"] = ordered_json::array();
    for (const Control& control : section.controls) object["controls"].push_back(to_json(control));
    object["datasets"] = ordered_json::object();
    for (const auto& [name, data] : section.datasets) object["datasets"][name] = data.to_json();
    object["charts"] = ordered_json::array();
    for (const Group& group : section.groups)
      for (const Chart& chart : group.charts) object["charts"].push_back(to_json(chart));
    all.push_back(std::move(object));
  }
  return all;
}

void require_libraries(const Assets& assets) {
  if (!assets.has_libraries())
    throw OutputError("scnn report",
                      "this build has no chart libraries; build it where npm can fetch them");
}

std::string page_text(const std::vector<Section>& sections, const Assets& assets) {
  require_libraries(assets);
  const std::string title =
      sections.size() == 1 ? sections.front().title + " – scnn" : "Results of scnn";
  std::string html = fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n<title>{}</title>\n<style>",
      kPolicy, escaped(title));
  html += assets.style;
  html += "</style>\n</head>\n<body>\n" + contents_html(sections) + "<main>\n";
  const int level = sections.size() == 1 ? 1 : 2;
  for (std::size_t i = 0; i < sections.size(); ++i) html += section_html(i, sections[i], level);
  html += fmt::format("</main>\n<footer><p>Made by scnn {} ({}).</p>\n", version(), git_commit());
  html += "<details><summary>Licences of the chart libraries in this file</summary><pre>" +
          escaped(assets.licences) + "</pre></details></footer>\n";
  for (const auto library : {assets.vega, assets.vega_lite, assets.vega_embed})
    html += script(library);
  html += "<script type=\"application/json\" id=\"data\">" + for_script(page_data(sections)) +
          "</script>\n" + script(assets.script) + "</body>\n</html>\n";
  return html;
}

}  // namespace scnn::cli::report
