#include <fmt/format.h>

#include <filesystem>
#include <ostream>

#include "sim/atomic_file.hpp"
#include "sparse_formats/error.hpp"
#include "tools/commands.hpp"
#include "tools/exit_status.hpp"
#include "tools/numbers.hpp"
#include "tools/report/across_section.hpp"
#include "tools/report/page.hpp"
#include "tools/report/sections.hpp"

namespace scnn::cli {
namespace {

CommandLine command_line() {
  return {
      .name = "report",
      .usage = "RESULT... --html FILE",
      .about =
          "Draws results as one HTML page that needs no network: runs, comparisons, validations\n"
          "and sweeps, alone or together (docs/report.md).",
      .options = {{"html", "FILE", "where the page goes"}},
      .examples =
          {
              {"scnn report alexnet.json --html alexnet.html", "a run"},
              {"scnn report compare.json run.json --html both.html", "two results on one page"},
              {"scnn report sweep_folder --html sweep.html", "the table of a sweep"},
          },
      .operand = "RESULT",
      .operands = true,
  };
}

void refuse_to_overwrite(const std::string& html, const Words& results) {
  std::error_code failed;  // what cannot be resolved is told where it is opened
  for (const std::string& result : results)
    if (std::filesystem::equivalent(html, result, failed) && !failed)
      throw InputError("--html", fmt::format("names the result \"{}\", expected another", result));
}

}  // namespace

int report_command(const Words& words, Console& console) {
  const auto arguments = parse(command_line(), words, console);
  if (!arguments) return kDone;
  const std::string html = arguments->required("html");
  const Words results = arguments->all("RESULT");
  refuse_to_overwrite(html, results);
  report::require_libraries(report::embedded_assets());
  std::vector<report::Input> inputs;
  for (const std::string& result : results) inputs.push_back(report::read_input(result));
  std::vector<report::Section> sections;
  if (auto across = report::across_section(inputs)) sections.push_back(std::move(*across));
  for (const report::Input& input : inputs) sections.push_back(report::section_of(input));
  const std::string text = report::page_text(sections, report::embedded_assets());
  sim::write_file(html, text);
  console.note(fmt::format("{} has {}", html, bytes_text(text.size())));
  return kDone;
}

}  // namespace scnn::cli
