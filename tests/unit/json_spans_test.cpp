/// Places of values in JSON text.
#include "workloads/json_spans.hpp"

#include <catch2/catch.hpp>

#include "workloads/json_input.hpp"

using namespace scnn::workloads;

namespace {

std::vector<std::string> elements(const std::string& text, const std::string& key = "list") {
  (void)parse_json(text, "a.json");  // what the function may rely on
  std::vector<std::string> found;
  for (const TextSpan& span : element_spans(text, key))
    found.push_back(text.substr(span.begin, span.end - span.begin));
  return found;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("elements are found as they are written") {
  CHECK(elements(R"({"list":[1,"a",{"b":[2]},[],null]})") ==
        Texts{"1", "\"a\"", R"({"b":[2]})", "[]", "null"});
  CHECK(elements("{ \"list\" : [ 1.5e3 , true\n] }") == Texts{"1.5e3", "true"});
  CHECK(elements(R"({"list":[]})").empty());
}

TEST_CASE("brackets and quotes inside of texts are no structure") {
  CHECK(elements(R"({"list":["]","\"}","\\",{"}":"["}]})") ==
        Texts{R"("]")", R"("\"}")", R"("\\")", R"({"}":"["})"});
}

TEST_CASE("only the object's own member counts, wherever it stands") {
  CHECK(elements(R"({"a":{"list":[1]},"b":"list","list":[2],"c":[3]})") == Texts{"2"});
  CHECK(elements(R"({"a":1})").empty());
  CHECK(elements(R"({"l\u0069st":[4]})") == Texts{"4"});
}

TEST_CASE("comments above the value and a byte order mark are passed over") {
  CHECK(elements("// {\"list\":[1]}\n  // [\n{\"list\":[2]}\n") == Texts{"2"});
  CHECK(elements("\xef\xbb\xbf{\"list\":[3]}") == Texts{"3"});
}

TEST_CASE("an indentation is the blanks before the line's first character") {
  CHECK(indentation_at("{\n    {", 6) == "    ");
  CHECK(indentation_at("  {", 2) == "  ");
  CHECK(indentation_at("{", 0).empty());
  CHECK(indentation_at("{\n  \"a\": [ {", 12) == "  ");
}
