#include "tools/table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <sstream>

#include "tools/numbers.hpp"

using namespace scnn::cli;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  for (const auto& line : lines_of(text)) width = std::max(width, display_width(line));
  return width;
}

}  // namespace

TEST_CASE("text stands left, numbers right, headings above them with the unit last") {
  const std::string text = Table()
                               .text("layer", {"conv1", "fc"})
                               .counts("total", "cycles", {1234, 5})
                               .numbers("speed-up\nx DCNN", {1.5, std::nullopt}, 2)
                               .str(80);
  CHECK(text ==
        "        total  speed-up\n"
        "layer  cycles    x DCNN\n"
        "-----  ------  --------\n"
        "conv1   1,234      1.50\n"
        "fc          5         -\n");
}

TEST_CASE("a rule stands before the row it is asked for") {
  const auto lines = lines_of(Table().text("a", {"x", "y"}).rule_before(1).str(80));
  REQUIRE(lines.size() == 5);
  CHECK(lines[3] == "-");
  CHECK(lines[4] == "y");
}

TEST_CASE("columns that do not fit continue below with the keys repeated") {
  Table table;
  table.text("key", {"first", "second"});
  for (int i = 0; i < 7; ++i) table.cells("column" + std::to_string(i), {"1", "2"});
  for (const int width : {40, 60, 100}) {
    const std::string text = table.str(width);
    CAPTURE(width, text);
    CHECK(widest(text) <= static_cast<std::size_t>(width));
    for (int i = 0; i < 7; ++i) CHECK(text.find("column" + std::to_string(i)) != text.npos);
    const auto keys = std::ranges::count_if(lines_of(text),
                                            [](const auto& l) { return l.starts_with("second"); });
    CHECK(keys == (width == 40 ? 3 : width == 60 ? 2 : 1));
  }
}

TEST_CASE("a long name is shortened only where there is no room") {
  const std::string name = "conv4_block24_expanded_1x1_and_more";
  Table table;
  table.text("layer", {name}).cells("n", {"1"});
  CHECK(table.str(80).find(name) != std::string::npos);
  const std::string narrow = table.str(30);
  CHECK(narrow.find("conv4_block..1x1_and_more") == std::string::npos);
  CHECK(narrow.find("conv4_block"
                    "..") != std::string::npos);
  CHECK(widest(narrow) <= 30);
}

TEST_CASE("texts are shortened between characters, not bytes") {
  CHECK(shortened("abcdefgh", 8) == "abcdefgh");
  CHECK(shortened("abcdefghi", 8) == "abc..ghi");
  CHECK(shortened("äöüäöüäöü", 8) == "äöü..äöü");
  CHECK(display_width("äöü") == 3);
}

TEST_CASE("counts share one unit, chosen by the largest") {
  using Cells = std::vector<std::string>;
  const auto of = [](std::vector<std::uint64_t> counts) { return scaled(counts); };
  CHECK(of({}).cells.empty());
  CHECK(of({0, 999'999}).cells == Cells{"0", "999,999"});
  CHECK(of({0, 999'999}).prefix.empty());
  CHECK(of({1'000'000, 950}).cells == Cells{"1,000.0", "0.9"});
  CHECK(of({1'000'000}).prefix == "k");
  CHECK(of({99'999'999}).prefix == "k");
  CHECK(of({100'000'000}).prefix == "M");
  CHECK(of({3'400'000'000}).cells == Cells{"3,400.0"});
  CHECK(of({100'000'000'000}).prefix == "G");
  CHECK(of({UINT64_MAX}).cells == Cells{"18,446,744,073.7"});
}

TEST_CASE("ratios and sizes are shown without a division by zero") {
  CHECK(ratio(1, 0) == std::nullopt);
  CHECK(ratio(1, 4) == 0.25);
  CHECK(fixed(std::nullopt, 3) == "-");
  CHECK(fixed(0.12345, 3) == "0.123");
  CHECK(grouped(7) == "7");
  CHECK(grouped(1'234'567) == "1,234,567");
  CHECK(bytes_text(1023) == "1023 bytes");
  CHECK(bytes_text(1536) == "1.5 KiB");
  CHECK(bytes_text(std::uint64_t{5} << 30) == "5.0 GiB");
}

TEST_CASE("headings stand out where that is shown, and take no more room") {
  const Table table = std::move(Table().text("layer", {"conv1"}).cells("total\ncycles", {"7"}));
  const auto plain = lines_of(table.str(40)), styled = lines_of(table.str(Layout(40, true)));
  REQUIRE(plain.size() == styled.size());
  for (std::size_t i = 0; i < plain.size(); ++i)
    CHECK(styled[i] == (i < 2 ? "\x1b[1m" + plain[i] + "\x1b[0m" : plain[i]));
}

TEST_CASE("gaps get narrower where that saves a second block, and only on a narrow terminal") {
  Table table;
  table.text("key", {"x"});
  for (int i = 0; i < 4; ++i) table.cells("column" + std::to_string(i), {"1"});
  CHECK(lines_of(table.str(39)).front() == "key  column0  column1  column2  column3");
  CHECK(lines_of(table.str(38)).front() == "key column0 column1 column2 column3");
  CHECK(lines_of(table.str(34)).front() == "key  column0  column1  column2");
}

TEST_CASE("a column that has no room in a block of its own is shortened") {
  Table table;
  table.text("key", {"first"}).cells("value", {std::string(60, 'x') + "end"}).cells("n", {"1"});
  const std::string text = table.str(40);
  CAPTURE(text);
  CHECK(widest(text) <= 40);
  CHECK(text.find("..") != text.npos);
  CHECK(text.find("xend") != text.npos);
}

TEST_CASE("lines that fit stay as they are, others are broken anew by paragraph") {
  CHECK(reflowed("one two\nthree\n", 7) == "one two\nthree\n");
  CHECK(reflowed("one two\nthree\n\n  as it is\nfour", 6) == "one\ntwo\nthree\n\n  as it is\nfour");
  CHECK(filled("one two three", 7) == "one two\n  three\n");
}
