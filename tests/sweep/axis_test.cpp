#include "tools/sweep/axis.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "sparse_formats/error.hpp"

using namespace scnn;
using namespace scnn::cli::sweep;
using nlohmann::ordered_json;

namespace {

AxisGroup read(const std::string& text) {
  return read_axis_group(ordered_json::parse(text), {.file = "plan", .pointer = "/axes/0"});
}

std::string values_of(const std::string& text) {
  return ordered_json(read(text).axes.front().values).dump();
}

std::string message_of(const std::string& text) {
  try {
    static_cast<void>(read(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string range(const char* members) {
  return fmt::format(R"({{"key":"/accumulator/banks","range":{{{}}}}})", members);
}

std::string log_range(const char* members) {
  return fmt::format(R"({{"key":"/accumulator/banks","log_range":{{{}}}}})", members);
}

}  // namespace

TEST_CASE("an axis lists its values as they are written") {
  CHECK(values_of(R"({"key":"/stride_mode","values":["phases","discard"]})") ==
        R"(["phases","discard"])");
  CHECK(values_of(R"({"key":"density","values":[0.5,1]})") == "[0.5,1]");
  CHECK(values_of(R"({"key":"/shared_indices","values":[true,false]})") == "[true,false]");
}

TEST_CASE("a range holds both ends when the step meets them") {
  CHECK(values_of(range(R"("from":8,"to":32,"step":8)")) == "[8,16,24,32]");
  CHECK(values_of(range(R"("from":8,"to":31,"step":8)")) == "[8,16,24]");
  CHECK(values_of(range(R"("from":4,"to":1,"step":-1)")) == "[4,3,2,1]");
  CHECK(values_of(range(R"("from":5,"to":5,"step":1)")) == "[5]");
  CHECK(read(R"({"key":"density","range":{"from":0.1,"to":1.0,"step":0.1}})").size() == 10);
}

TEST_CASE("a logarithmic range multiplies") {
  CHECK(values_of(log_range(R"("from":1,"to":64,"factor":4)")) == "[1,4,16,64]");
  CHECK(values_of(log_range(R"("from":64,"to":8,"factor":0.5)")) == "[64,32,16,8]");
  CHECK(values_of(log_range(R"("from":1,"to":1000,"points":4)")) == "[1,10,100,1000]");
  // 1, 1.41, 2, 2.83, 4: neighbours that round to the same integer count once.
  CHECK(values_of(log_range(R"("from":1,"to":4,"points":5)")) == "[1,2,3,4]");
}

TEST_CASE("values of a logarithmic range are each the same multiple of the one before") {
  const auto numbers = log_spaced(3.0, 700.0, 7);
  REQUIRE(numbers.size() == 7);
  CHECK(numbers.front() == 3.0);
  CHECK(numbers.back() == 700.0);
  for (std::size_t i = 1; i < numbers.size(); ++i)
    CHECK(numbers[i] / numbers[i - 1] == Approx(numbers[1] / numbers[0]).epsilon(1e-12));
  CHECK(log_spaced(8.0, 8.0, 3) == std::vector<double>{8.0, 8.0, 8.0});
  CHECK(log_spaced(100.0, 1.0, 3)[1] == Approx(10.0));
}

TEST_CASE("zipped axes step together") {
  const auto group =
      read(R"({"zip":[{"key":"/pe_rows","values":[2,4]},{"key":"/pe_cols","values":[8,4]}]})");
  CHECK(group.axes.size() == 2);
  CHECK(group.size() == 2);
}

TEST_CASE("an axis that cannot be names its place and what was expected") {
  CHECK(message_of(R"({"key":"/accumulator/bank","values":[1]})")
            .starts_with("plan#/axes/0/key: found \"/accumulator/bank\", expected a JSON pointer"));
  CHECK(message_of(R"({"key":"/accumulator","values":[1]})").starts_with("plan#/axes/0/key"));
  CHECK(message_of(R"({"key":"/a~","values":[1]})").starts_with("plan#/axes/0/key"));
  CHECK(message_of(R"({"values":[1]})").starts_with("plan#/axes/0/key"));
  CHECK(message_of(R"({"key":"/kc"})") ==
        "plan#/axes/0: expected exactly one of \"values\", \"range\" and \"log_range\"");
  CHECK(message_of(R"({"key":"/kc","values":[]})")
            .starts_with("plan#/axes/0/values: found an empty array, expected an array of"));
  CHECK(message_of(R"({"key":"/kc","values":[4,8,4]})") ==
        "plan#/axes/0/values/2: found 4 a second time, expected every value once");
  CHECK(message_of(R"({"key":"/kc","values":[4,"8"]})") ==
        "plan#/axes/0: /kc: found \"8\", expected an integer from 1 to 65536");
  CHECK(message_of(R"({"key":"banks","values":[4]})")
            .ends_with("; did you mean \"/accumulator/banks\"?"));
  CHECK(message_of(R"({"key":"/kc","values":[[1]]})").starts_with("plan#/axes/0/values: found"));
  CHECK(message_of(range(R"("from":1,"to":4,"step":0)")) ==
        "plan#/axes/0/range/step: found 0, expected a step that leads from 1 to 4");
  CHECK(message_of(range(R"("from":1,"to":4,"step":-1)")).starts_with("plan#/axes/0/range/step"));
  CHECK(message_of(range(R"("from":1,"to":4)")) ==
        "plan#/axes/0/range/step: is missing, expected a number");
  CHECK(message_of(range(R"("from":1,"to":1e15,"step":1)")) ==
        "plan#/axes/0/range: has more than 1000000 values");
  CHECK(message_of(log_range(R"("from":0,"to":4,"factor":2)"))
            .starts_with("plan#/axes/0/log_range: found an end that is not above 0, expected"));
  CHECK(message_of(log_range(R"("from":1,"to":4,"factor":1)"))
            .starts_with("plan#/axes/0/log_range/factor: found 1"));
  CHECK(message_of(log_range(R"("from":1,"to":4,"factor":0.5)"))
            .starts_with("plan#/axes/0/log_range/factor: found 0.5"));
  CHECK(message_of(log_range(R"("from":1,"to":4,"factor":2,"points":3)"))
            .starts_with("plan#/axes/0/log_range: found both or none"));
  CHECK(message_of(R"({"zip":[{"key":"/kc","values":[1]},{"key":"/pe_rows","values":[1,2]}]})") ==
        "plan#/axes/0/zip/1: has 2 values, expected 1, as the axis it is zipped with");
}
