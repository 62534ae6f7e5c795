#include "sim/architecture_file.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "sim/architecture_fields.hpp"
#include "sim/architecture_mirror.hpp"
#include "workloads/json_input.hpp"
#include "workloads/json_place.hpp"
#include "workloads/json_reader.hpp"

namespace scnn::sim {
namespace {

using nlohmann::ordered_json;

/// Step one: fills a mirror from an object.
class MirrorReader {
 public:
  explicit MirrorReader(workloads::JsonObjectReader reader) : reader_(std::move(reader)) {}

  void text(std::string_view key, std::optional<std::string>& field) { field = reader_.text(key); }
  void flag(std::string_view key, std::optional<bool>& field) { field = reader_.flag(key); }
  void positive(std::string_view key, std::optional<double>& field) {
    field = reader_.positive(key);
  }
  template <class Integer>
  void integer(std::string_view key, std::optional<Integer>& field, workloads::IntegerRange range) {
    if (const auto value = reader_.integer(key, range)) field = static_cast<Integer>(*value);
  }
  template <class Enum>
  void choice(std::string_view key, std::optional<Enum>& field,
              std::span<const std::string_view> names) {
    if (const auto index = reader_.choice(key, names)) field = static_cast<Enum>(*index);
  }
  void constant(std::string_view key, std::span<const std::string_view> names) {
    static_cast<void>(reader_.choice(key, names));
  }
  template <class Visit>
  void object(std::string_view key, Visit&& visit) {
    const auto member = reader_.object(key);
    if (!member) return;
    MirrorReader inner(*member);
    visit(inner);
    inner.refuse_unknown_keys();
  }

  void refuse_unknown_keys() const { reader_.refuse_unknown_keys(); }

 private:
  workloads::JsonObjectReader reader_;
};

/// Writes every field of a resolved architecture.
class FieldWriter {
 public:
  explicit FieldWriter(ordered_json& object) : object_(object) {}

  template <class Value>
  void text(std::string_view key, const Value& value) {
    object_[std::string(key)] = value;
  }
  void flag(std::string_view key, bool value) { text(key, value); }
  void positive(std::string_view key, double value) { text(key, value); }
  void integer(std::string_view key, std::int64_t value, workloads::IntegerRange /*range*/) {
    text(key, value);
  }
  template <class Enum>
  void choice(std::string_view key, Enum value, std::span<const std::string_view> names) {
    text(key, names[static_cast<std::size_t>(value)]);
  }
  void constant(std::string_view key, std::span<const std::string_view> names) {
    text(key, names.front());
  }
  template <class Visit>
  void object(std::string_view key, Visit&& visit) {
    ordered_json member = ordered_json::object();
    FieldWriter inner(member);
    visit(inner);
    text(key, member);
  }

 private:
  ordered_json& object_;
};

/// Collects the names of every choice.
class ChoiceNames {
 public:
  template <class... Anything>
  void text(const Anything&...) {}
  template <class... Anything>
  void flag(const Anything&...) {}
  template <class... Anything>
  void positive(const Anything&...) {}
  template <class... Anything>
  void integer(const Anything&...) {}
  template <class Enum>
  void choice(std::string_view /*key*/, Enum /*value*/, std::span<const std::string_view> names) {
    all.insert(all.end(), names.begin(), names.end());
  }
  void constant(std::string_view /*key*/, std::span<const std::string_view> names) {
    all.insert(all.end(), names.begin(), names.end());
  }
  template <class Visit>
  void object(std::string_view /*key*/, Visit&& visit) {
    visit(*this);
  }
  std::vector<std::string> all;
};

template <class T>
void take(T& value, const std::optional<T>& given) {
  if (given) value = *given;
}

memory::Accumulator resolve_accumulator(const AccumulatorMirror& mirror) {
  memory::Accumulator a;
  take(a.banks, mirror.banks);
  take(a.entries_per_bank, mirror.entries_per_bank);
  take(a.queue_threshold, mirror.queue_threshold);
  take(a.bank_map, mirror.bank_map);
  take(a.bypass, mirror.bypass);
  take(a.capacity, mirror.capacity);
  return a;
}

/// Step two: the defaults, and over them what the file says.
memory::Architecture resolve(const ArchitectureMirror& mirror) {
  memory::Architecture a;
  take(a.name, mirror.name);
  take(a.clock_ghz, mirror.clock_ghz);
  take(a.pe_rows, mirror.pe_rows);
  take(a.pe_cols, mirror.pe_cols);
  take(a.F, mirror.F);
  take(a.I, mirror.I);
  take(a.kc, mirror.kc);
  take(a.weight_bits, mirror.weight_bits);
  take(a.activation_bits, mirror.activation_bits);
  take(a.accumulator_bits, mirror.accumulator_bits);
  take(a.index_bits, mirror.index_bits);
  a.accumulator = resolve_accumulator(mirror.accumulator);
  take(a.iaram_bytes, mirror.iaram_bytes);
  take(a.oaram_bytes, mirror.oaram_bytes);
  take(a.weight_fifo_entries, mirror.weight_fifo_entries);
  take(a.broadcast_entries_per_cycle, mirror.broadcast_entries_per_cycle);
  take(a.dram.bytes_per_cycle, mirror.dram.bytes_per_cycle);
  take(a.dram.latency_cycles, mirror.dram.latency_cycles);
  take(a.ppu.entries_per_cycle, mirror.ppu.entries_per_cycle);
  take(a.ppu.halo_entries_per_cycle, mirror.ppu.halo_entries_per_cycle);
  take(a.stride_mode, mirror.stride_mode);
  take(a.shared_indices, mirror.shared_indices);
  take(a.skip_zero_weights, mirror.skip_zero_weights);
  take(a.skip_zero_activations, mirror.skip_zero_activations);
  return a;
}

}  // namespace

memory::Architecture read_architecture(const std::filesystem::path& path) {
  return resolve_architecture(workloads::read_json_file(path), path.string());
}

memory::Architecture resolve_architecture(const ordered_json& object, const std::string& where) {
  return resolve_architecture(object, workloads::JsonPlace{.file = where, .pointer = {}});
}

memory::Architecture resolve_architecture(const ordered_json& object,
                                          const workloads::JsonPlace& place) {
  ArchitectureMirror mirror;
  MirrorReader reader(workloads::JsonObjectReader(object, place));
  visit_fields(mirror, reader);
  reader.refuse_unknown_keys();
  memory::Architecture arch = resolve(mirror);
  validate(arch, place.pointer.empty() ? place.file : place.text());
  return arch;
}

std::vector<std::string> choice_names() {
  ChoiceNames names;
  const memory::Architecture defaults;
  visit_fields(defaults, names);
  return std::move(names.all);
}

ordered_json to_json(const memory::Architecture& arch) {
  ordered_json object = ordered_json::object();
  FieldWriter writer(object);
  visit_fields(arch, writer);
  return object;
}

}  // namespace scnn::sim
