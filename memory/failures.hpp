/// Carries an exception out of a SystemC process, which would flatten its type.
#pragma once

#include <atomic>
#include <exception>
#include <systemc>

#include "sparse_formats/error.hpp"

namespace scnn::memory {

/// The first exception any process of the accelerator threw.
class Failures {
 public:
  /// \param stop  becomes the number of a signal when the run shall end; nullptr: never
  explicit Failures(const std::atomic<int>* stop = nullptr) : stop_(stop) {}

  /// Runs a process body; on an exception keeps it and asks the kernel to pause.
  template <class Body>
  void guard(Body&& body) {
    if (first_) return;
    try {
      if (stop_ != nullptr)
        if (const int signal = stop_->load(std::memory_order_relaxed)) throw Interrupted(signal);
      body();
    } catch (...) {
      first_ = std::current_exception();
      sc_core::sc_pause();
    }
  }
  void rethrow_if_any() const {
    if (first_) std::rethrow_exception(first_);
  }

 private:
  const std::atomic<int>* stop_;
  std::exception_ptr first_;
};

}  // namespace scnn::memory
