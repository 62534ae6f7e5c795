#include "tools/network_request.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "sparse_formats/error.hpp"

using namespace scnn;
using nlohmann::ordered_json;

namespace {

cli::NetworkRequest read(const char* text, const std::filesystem::path& folder = {}) {
  return cli::read_network_request(ordered_json::parse(text), {.file = "plan", .pointer = "/n"},
                                   folder);
}

std::string message_of(const char* text) {
  try {
    static_cast<void>(read(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("a request comes back from its own JSON as it was") {
  for (const char* text :
       {R"({"file":"a/net.h5"})",
        R"({"file":"net.h5","layers":["conv*","fc6"],"activation_density":0.5,"seed":-3})",
        R"({"file":"net.h5","granularity":"vector","density":0.25})", R"({"zoo":"alexnet"})",
        R"({"zoo":"vgg16","densities":"published","seed":7,"granularity":"filter"})",
        R"({"zoo":"vgg16","densities":0.3,"with_fc":true,"activation_model":"independent"})",
        R"({"zoo":"googlenet","densities":"d.json","inception_only":true})"}) {
    INFO(text);
    CHECK(cli::to_json(read(text)).dump() == text);
  }
}

TEST_CASE("files of a request are found from the folder of the plan") {
  CHECK(read(R"({"file":"net.h5"})", "/plans").file == "/plans/net.h5");
  CHECK(read(R"({"file":"../net.h5"})", "/plans/a").file == "/plans/net.h5");
  CHECK(read(R"({"file":"/else/net.h5"})", "/plans").file == "/else/net.h5");
  CHECK(read(R"({"zoo":"alexnet","densities":"d.json"})", "/plans").densities == "/plans/d.json");
  CHECK(read(R"({"zoo":"alexnet","densities":"published"})", "/plans").densities == "published");
}

TEST_CASE("a request that cannot be met names the place and what was expected") {
  CHECK(message_of("{}") == "plan#/n: found both or none of \"file\" and \"zoo\", expected one");
  CHECK(message_of(R"({"file":"a","zoo":"alexnet"})") ==
        "plan#/n: found both or none of \"file\" and \"zoo\", expected one");
  CHECK(message_of(R"({"file":"a","density":0.5})") ==
        "plan#/n/density: found without \"granularity\", expected both: a granularity to prune at");
  CHECK(message_of(R"({"file":"a","granularity":"vector","density":1.5})") ==
        "plan#/n/density: found 1.5, expected a density in (0,1]");
  CHECK(message_of(R"({"file":"a","layers":"conv1"})") ==
        "plan#/n/layers: found \"conv1\", expected an array of layer names or globs");
  CHECK(message_of(R"({"file":"a","with_fc":true})").starts_with("plan#/n/with_fc: unknown key"));
  CHECK(message_of(R"({"zoo":"alexnet","densities":[1]})")
            .starts_with("plan#/n/densities: found an array"));
}

TEST_CASE("the identity of a zoo network is its recipe, and changes with every choice") {
  const auto identity = [](const char* text) {
    const auto request = read(text);
    return cli::identity_of(request, *request.open()).dump();
  };
  const std::string base = identity(R"({"zoo":"alexnet"})");
  CHECK(base == identity(R"({"zoo":"alexnet"})"));
  for (const char* other :
       {R"({"zoo":"googlenet"})", R"({"zoo":"alexnet","seed":2})",
        R"({"zoo":"alexnet","densities":"published"})", R"({"zoo":"alexnet","densities":0.5})",
        R"({"zoo":"alexnet","activation_density":0.5})", R"({"zoo":"alexnet","with_fc":true})",
        R"({"zoo":"alexnet","activation_model":"independent"})",
        R"({"zoo":"alexnet","layers":["conv1"]})", R"({"zoo":"alexnet","granularity":"fine"})"}) {
    INFO(other);
    CHECK(identity(other) != base);
  }
}
