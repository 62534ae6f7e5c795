#include "tools/exit_status.hpp"

#include <catch2/catch.hpp>
#include <csignal>
#include <new>
#include <sstream>

#include "sparse_formats/error.hpp"

using namespace scnn;

namespace {

struct Told {
  int status;
  std::string line;
};

template <class Error>
Told told(const Error& error) {
  std::ostringstream err;
  const int status = cli::exit_status(std::make_exception_ptr(error), err);
  return {status, err.str()};
}

}  // namespace

TEST_CASE("every kind of error has its status and one line") {
  const Told input = told(InputError("net.h5:/layers", "found 1, expected 2"));
  CHECK(input.status == 2);
  CHECK(input.line == "scnn: error: net.h5:/layers: found 1, expected 2\n");

  const Told verification = told(VerificationError("layer conv1: output [k=0] differs"));
  CHECK(verification.status == 3);
  CHECK(verification.line == "scnn: error: layer conv1: output [k=0] differs\n");

  const Told output = told(OutputError("r.json", "cannot be written: No space left on device"));
  CHECK(output.status == 1);
  CHECK(output.line == "scnn: error: r.json: cannot be written: No space left on device\n");

  const Told model = told(ModelError("activities sum to 1, expected 2"));
  CHECK(model.status == 1);
  CHECK(model.line == "scnn: error: internal error: activities sum to 1, expected 2\n");

  CHECK(told(std::bad_alloc()).line == "scnn: error: out of memory\n");
  CHECK(told(std::bad_alloc()).status == 1);
  CHECK(told(42).line == "scnn: error: internal error: unknown exception\n");
  CHECK(told(42).status == 1);
}

TEST_CASE("an interrupted run has the status shells give it") {
  CHECK(told(Interrupted(SIGINT)).status == 130);
  CHECK(told(Interrupted(SIGTERM)).status == 143);
  CHECK(told(Interrupted(SIGINT)).line == "scnn: error: interrupted\n");
}
