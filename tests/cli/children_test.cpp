// Work in processes of its own: what comes back, and how.
#include "tools/children.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <sstream>

#include "sparse_formats/error.hpp"

using namespace scnn;
using cli::Task;

namespace {

std::vector<std::string> run(const std::vector<Task>& tasks, int at_once = 2) {
  std::ostringstream out, err;
  const cli::Console console{.out = out, .err = err};
  return cli::run_in_children(tasks, at_once, console, "testing");
}

template <class Error>
Task failing(const Error& error) {
  return {"task", 1.0, [error]() -> std::string { throw error; }};
}

}  // namespace

TEST_CASE("texts come back in the order of the tasks") {
  std::vector<Task> tasks;
  for (int i = 0; i < 5; ++i)
    tasks.push_back(
        {"t", 1.0, [i] { return std::string(static_cast<std::size_t>(i) * 50000, 'x'); }});
  for (const int at_once : {1, 2, 8}) {
    const auto texts = run(tasks, at_once);
    REQUIRE(texts.size() == 5);
    for (std::size_t i = 0; i < 5; ++i) CHECK(texts[i].size() == i * 50000);
  }
}

TEST_CASE("an error of a child is the parent's, with the same exit status") {
  const Task good{"good", 1.0, [] { return std::string("text"); }};
  try {
    (void)run({good, failing(InputError("net.h5:/layers", "found 1: expected 2"))});
    FAIL("no error");
  } catch (const InputError& error) {
    CHECK(error.where() == "net.h5:/layers");
    CHECK(error.detail() == "found 1: expected 2");
  }
  CHECK_THROWS_AS(run({failing(VerificationError("layer x: differs"))}), VerificationError);
  CHECK_THROWS_WITH(run({failing(VerificationError("layer x: differs"))}),
                    "task: layer x: differs");
  CHECK_THROWS_AS(run({failing(ModelError("state"))}), ModelError);
}

TEST_CASE("a child that crashes is told of") {
  const Task crash{"crash", 1.0, []() -> std::string { std::_Exit(3); }};
  CHECK_THROWS_WITH(run({crash}), "crash: its process crashed");
}
