/// Errors the libraries throw; only the program turns them into messages and exit codes.
#pragma once

#include <stdexcept>
#include <string>

namespace scnn {

/// Something a user can mend: a file, a key, a shape, an option. Exit status 2.
///
/// `where` names the place (`FILE#/json/pointer`, `FILE:/hdf5/path`, `--option`),
/// `what_was` what was found there and what was expected instead.
class InputError : public std::runtime_error {
 public:
  InputError(std::string where, std::string what_was)
      : std::runtime_error(where.empty() ? what_was : where + ": " + what_was),
        where_(std::move(where)),
        detail_(std::move(what_was)) {}

  [[nodiscard]] const std::string& where() const noexcept { return where_; }
  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

 private:
  std::string where_;
  std::string detail_;
};

/// The environment failed: disk full, file not writable. Exit status 1.
class OutputError : public std::runtime_error {
 public:
  OutputError(const std::string& where, const std::string& what_was)
      : std::runtime_error(where + ": " + what_was) {}
};

/// The simulator contradicts itself: a bug, reported with the state. Exit status 1.
class ModelError : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

/// The simulated output differs from the reference convolution. Exit status 3.
class VerificationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A signal asked the program to stop. Exit status 128 + the signal's number: 130 for Ctrl-C.
class Interrupted : public std::runtime_error {
 public:
  explicit Interrupted(int signal) : std::runtime_error("interrupted"), signal_(signal) {}

  [[nodiscard]] int signal() const noexcept { return signal_; }

 private:
  int signal_;
};

}  // namespace scnn
