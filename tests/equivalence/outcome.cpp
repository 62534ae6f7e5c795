#include "tests/equivalence/outcome.hpp"

#include <cstring>
#include <stdexcept>
#include <systemc>

#include "tests/support/temporary_folder.hpp"

namespace scnn::test {
namespace {

template <class T>
void put(std::FILE* to, const T* data, std::size_t count) {
  const std::uint64_t n = count;
  if (std::fwrite(&n, sizeof n, 1, to) != 1 || std::fwrite(data, sizeof(T), count, to) != count)
    throw std::runtime_error("an outcome could not be written");
}

void write(const Outcome& o, std::FILE* to) {
  put(to, o.error.data(), o.error.size());
  put(to, &o.kc, 1);
  put(to, &o.temporal_tiles, 1);
  put(to, &o.counters, 1);
  put(to, o.accumulated.data(), o.accumulated.size());
  put(to, o.output.data(), o.output.size());
  put(to, o.trace.data(), o.trace.size());
}

/// Takes arrays from the front of the bytes; `complete` tells when they run out.
class Reader {
 public:
  explicit Reader(const std::string& bytes) : bytes_(bytes) {}

  template <class T>
  std::vector<T> take() {
    std::uint64_t n = 0;
    copy(&n, sizeof n);
    if (n > (bytes_.size() - at_) / sizeof(T)) complete_ = false;
    std::vector<T> values(complete_ ? n : 0);
    copy(values.data(), values.size() * sizeof(T));
    return values;
  }
  template <class T>
  T take_one() {
    const auto values = take<T>();
    return values.empty() ? T{} : values.front();
  }
  [[nodiscard]] bool more() const { return complete_ && at_ < bytes_.size(); }
  [[nodiscard]] bool complete() const { return complete_; }

 private:
  void copy(void* to, std::size_t size) {
    if (!complete_ || size > bytes_.size() - at_) {
      complete_ = false;
      return;
    }
    if (size > 0) std::memcpy(to, bytes_.data() + at_, size);
    at_ += size;
  }

  const std::string& bytes_;
  std::size_t at_ = 0;
  bool complete_ = true;
};

}  // namespace

void run_batch(const Batch& batch, sim::Engine engine, std::FILE* to) {
  // A warning of the kernel is an error here.
  sc_core::sc_report_handler::set_actions(sc_core::SC_WARNING, sc_core::SC_THROW);
  Outcome outcome;
  sim::RunOptions options;
  options.engine = engine;
  options.threads = batch.threads;
  const TemporaryFolder folder;
  options.trace = batch.trace;
  options.trace.file = folder / "trace.json";
  options.verify = false;  // whoever reads the outcomes compares the values
  options.on_layer = [&](const sim::LayerResult& result, const sim::LayerOutput& output) {
    outcome.counters = result.counters;
    outcome.kc = result.kc;
    outcome.temporal_tiles = result.temporal_tiles;
    outcome.accumulated = output.accumulated.data();
    outcome.output = output.output.data();
  };
  try {
    sim::Machine machine(batch.arch, options);
    for (const RandomLayer& l : batch.layers) {
      outcome = {};
      (void)machine.run(l.layer, l.first);
      if (&l == &batch.layers.back()) {
        machine.finish();
        outcome.trace = bytes_of(options.trace.file);
      }
      write(outcome, to);
    }
  } catch (const std::exception& e) {
    outcome.error = e.what();
    write(outcome, to);
  }
}

std::vector<Outcome> read_outcomes(const std::string& bytes) {
  std::vector<Outcome> outcomes;
  Reader in(bytes);
  while (in.more()) {
    Outcome o;
    const auto text = in.take<char>();
    o.error.assign(text.begin(), text.end());
    o.kc = in.take_one<std::int64_t>();
    o.temporal_tiles = in.take_one<std::int64_t>();
    o.counters = in.take_one<memory::Counters>();
    o.accumulated = in.take<std::int64_t>();
    o.output = in.take<float>();
    const auto trace = in.take<char>();
    o.trace.assign(trace.begin(), trace.end());
    if (in.complete()) outcomes.push_back(std::move(o));
  }
  return outcomes;
}

}  // namespace scnn::test
