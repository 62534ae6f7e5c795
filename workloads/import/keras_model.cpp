#include "workloads/import/keras_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "sparse_formats/error.hpp"
#include "workloads/import/keras_layer.hpp"
#include "workloads/import/keras_references.hpp"

namespace scnn::workloads::imports {
namespace {

using nlohmann::ordered_json;

/// Nodes that carry the outputs of a layer or model.
using Tensors = std::vector<std::size_t>;

bool is_model(std::string_view class_name) {
  return class_name == "Sequential" || class_name == "Model" || class_name == "Functional";
}

/// A layer of a model: its class, its name and where its settings are.
struct Entry {
  const ordered_json* value;
  JsonPlace place;
  std::string class_name;
  std::string name;
  std::string stored = {};  ///< Keras 3's name in a file: class and number
};

/// The models around a layer, outermost first, by both of their names.
struct Scope {
  std::vector<std::string> names = {};
  std::vector<std::string> stored = {};
};

/// `separable_conv2d` of `SeparableConv2D`, as Keras 3 names what it stores.
std::string snake_case(const std::string& name) {
  const auto upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto lower = [](char c) { return c >= 'a' && c <= 'z'; };
  std::string snake;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool word = i > 0 && upper(name[i]) &&
                      (lower(name[i - 1]) || (i + 1 < name.size() && lower(name[i + 1])));
    if (word) snake += '_';
    snake += upper(name[i]) ? static_cast<char>(name[i] - 'A' + 'a') : name[i];
  }
  return snake;
}

std::string require_text(const ordered_json& object, const JsonPlace& place, const char* key) {
  JsonObjectReader reader(object, place);
  if (const auto text = reader.text(key)) return *text;
  throw InputError(place.text(), fmt::format("has no member \"{}\", expected one", key));
}

const ordered_json& require_config(const Entry& entry) {
  const auto found = entry.value->find("config");
  if (found == entry.value->end())
    throw InputError(entry.place.text(), "has no member \"config\", expected one");
  return *found;
}

class ModelReader {
 public:
  explicit ModelReader(Graph& graph) : graph_(graph) {}

  /// Appends the nodes of one use of a model.
  /// \param inputs   what the use reads; nothing for the model itself
  /// \param repeated whether its layers have been used before
  Tensors read(const Entry& model, const std::optional<Tensors>& inputs, const Scope& scope,
               bool repeated) {
    const ordered_json& config = require_config(model);
    const JsonPlace place = model.place / "config";
    if (model.class_name == "Sequential" || config.is_array())
      return read_sequential(model, config, place, inputs, scope, repeated);
    return Functional(*this, config, place, inputs, scope, repeated).read();
  }

  static std::vector<Entry> entries_of(const ordered_json& config, const JsonPlace& place) {
    // Before Keras 2.2.3 a Sequential's configuration was the list itself.
    const ordered_json* layers = &config;
    JsonPlace list_place = place;
    if (config.is_object()) {
      const auto found = config.find("layers");
      if (found == config.end())
        throw InputError(place.text(), "has no member \"layers\", expected a list of layers");
      layers = &*found;
      list_place = place / "layers";
    }
    if (!layers->is_array())
      throw InputError(list_place.text(),
                       fmt::format("found {}, expected a list of layers", shown(*layers)));
    std::vector<Entry> entries;
    std::map<std::string, int> seen;
    for (std::size_t i = 0; i < layers->size(); ++i) {
      Entry entry = entry_of((*layers)[i], list_place / std::to_string(i));
      entry.stored = snake_case(entry.class_name);
      if (const int number = seen[entry.stored]++; number > 0)
        entry.stored += fmt::format("_{}", number);
      entries.push_back(std::move(entry));
    }
    return entries;
  }

  static Entry entry_of(const ordered_json& value, const JsonPlace& place) {
    Entry entry{&value, place, require_text(value, place, "class_name"), {}};
    if (value.contains("name")) {
      entry.name = require_text(value, place, "name");
    } else if (const auto config = value.find("config");
               config != value.end() && config->is_object() && config->contains("name")) {
      entry.name = require_text(*config, place / "config", "name");
    }
    return entry;
  }

 private:
  Tensors read_layer(const Entry& entry, const std::optional<Tensors>& inputs, const Scope& scope,
                     bool repeated) {
    if (is_model(entry.class_name)) {
      Scope inner = scope;
      inner.names.push_back(entry.name);
      inner.stored.push_back(entry.stored);
      return read(entry, inputs, inner, repeated);
    }
    JsonObjectReader config(require_config(entry), entry.place / "config");
    Node node = keras_layer(entry.class_name, config);
    node.place = entry.place.text();
    node.name = entry.name;
    node.scope = scope.names;
    node.stored = scope.stored;
    node.stored.push_back(entry.stored);
    node.repeated = repeated;
    if (inputs) node.inputs = *inputs;
    if (node.operation == Operation::input) {
      if (inputs)
        node.operation = Operation::identity;  // of a model within a model
      else
        (void)keras_input_shape(config, node.dims);
    }
    return {append(graph_, std::move(node))};
  }

  /// The input of a Sequential that has no InputLayer.
  Tensors implied_input(const Entry& model, const Entry& first) {
    Node node;
    node.name = "input";
    node.kind = "InputLayer";
    node.place = first.place.text();
    node.operation = Operation::input;
    JsonObjectReader config(require_config(first), first.place / "config");
    if (!keras_input_shape(config, node.dims)) read_build_shape(model, node.dims);
    return {append(graph_, std::move(node))};
  }

  /// What a Sequential was last called with: `build_input_shape` (Keras 2) or
  /// `build_config` (Keras 3).
  static void read_build_shape(const Entry& model, Dims& dims) {
    const auto from = [&dims](const ordered_json& holder, const char* key) {
      const auto shape = holder.is_object() ? holder.find(key) : holder.end();
      if (shape == holder.end() || !shape->is_array() || shape->empty()) return false;
      const ordered_json renamed{{"batch_shape", *shape}};
      JsonObjectReader reader(renamed, {.file = {}, .pointer = {}});
      return keras_input_shape(reader, dims);
    };
    if (from(require_config(model), "build_input_shape")) return;
    if (const auto build = model.value->find("build_config"); build != model.value->end())
      (void)from(*build, "input_shape");
  }

  Tensors read_sequential(const Entry& model, const ordered_json& config, const JsonPlace& place,
                          const std::optional<Tensors>& inputs, const Scope& scope, bool repeated) {
    const auto entries = entries_of(config, place);
    if (entries.empty()) throw InputError(place.text(), "has no layers, expected at least one");
    std::optional<Tensors> current = inputs;
    if (!current && entries.front().class_name != "InputLayer" &&
        !is_model(entries.front().class_name))
      current = implied_input(model, entries.front());
    for (const Entry& entry : entries) current = read_layer(entry, current, scope, repeated);
    return *current;
  }

  /// One use of a Functional model: its layers in an order in which they can be read.
  class Functional {
   public:
    Functional(ModelReader& reader, const ordered_json& config, JsonPlace place,
               const std::optional<Tensors>& inputs, const Scope& scope, bool repeated)
        : reader_(reader),
          config_(config),
          place_(std::move(place)),
          inputs_(inputs),
          scope_(scope),
          repeated_(repeated) {}

    Tensors read() {
      for (Entry& entry : entries_of(config_, place_)) add_uses(std::move(entry));
      if (inputs_) feed_inputs();
      // Keras writes layers nearly in order, so that few passes are needed.
      for (bool progress = true; progress && open_ > 0;) progress = pass();
      if (open_ > 0) refuse_open();
      return outputs();
    }

   private:
    struct Use {
      Entry entry;
      std::size_t call;
      std::vector<TensorReference> reads;
      bool done = false;
    };

    void add_uses(Entry entry) {
      if (entry.name.empty())
        throw InputError(entry.place.text(), "has no member \"name\", expected one");
      if (!calls_.emplace(entry.name, 0).second)
        throw InputError(entry.place.text(),
                         fmt::format("is the second layer named \"{}\"", shown_text(entry.name)));
      const auto nodes = entry.value->find("inbound_nodes");
      const JsonPlace place = entry.place / "inbound_nodes";
      if (nodes == entry.value->end() || !nodes->is_array() || nodes->empty()) {
        add_use({entry, 0, {}});
        return;
      }
      for (std::size_t i = 0; i < nodes->size(); ++i)
        add_use({entry, i, references_in((*nodes)[i], place / std::to_string(i))});
    }

    void add_use(Use use) {
      if (uses_.size() >= kMostNodes)
        throw InputError(place_.text(), fmt::format("describes more than {} layers", kMostNodes));
      ++calls_[use.entry.name];
      ++open_;
      uses_.push_back(std::move(use));
    }

    /// The inputs of a model within a model carry what its use reads.
    void feed_inputs() {
      std::vector<std::string> names;
      if (const auto found = config_.find("input_layers"); found != config_.end())
        for (const auto& r : references_in(*found, place_ / "input_layers"))
          names.push_back(r.layer);
      if (names.size() != inputs_->size())
        throw InputError(place_.text(), fmt::format("has {} inputs, but is used with {}",
                                                    names.size(), inputs_->size()));
      for (std::size_t i = 0; i < names.size(); ++i) fed_[names[i]] = (*inputs_)[i];
    }

    bool pass() {
      bool progress = false;
      for (Use& use : uses_) {
        if (use.done) continue;
        std::optional<Tensors> reads = resolve(use);
        if (!use.reads.empty() && !reads) continue;
        if (const auto fed = fed_.find(use.entry.name); fed != fed_.end())
          reads = Tensors{fed->second};
        made_[{use.entry.name, use.call}] =
            reader_.read_layer(use.entry, reads, scope_, repeated_ || use.call > 0);
        use.done = progress = true;
        --open_;
      }
      return progress;
    }

    /// The nodes a use reads; nothing while one of them is not there yet.
    std::optional<Tensors> resolve(const Use& use) const {
      if (use.reads.empty()) return std::nullopt;
      Tensors tensors;
      for (const TensorReference& r : use.reads) {
        const auto node = find(r, use.entry.place);
        if (!node) return std::nullopt;
        tensors.push_back(*node);
      }
      return tensors;
    }

    std::optional<std::size_t> find(const TensorReference& r, const JsonPlace& place) const {
      const auto calls = calls_.find(r.layer);
      if (calls == calls_.end())
        throw InputError(place.text(), fmt::format("reads \"{}\", expected a layer of the model",
                                                   shown_text(r.layer)));
      // Keras counts uses outside of the model too, so a number can be too large.
      const auto made = made_.find({r.layer, std::min(r.call, calls->second - 1)});
      if (made == made_.end()) return std::nullopt;
      if (made->second.empty()) return std::nullopt;
      return made->second[std::min(r.tensor, made->second.size() - 1)];
    }

    [[noreturn]] void refuse_open() const {
      const auto use = std::ranges::find(uses_, false, &Use::done);
      throw InputError(use->entry.place.text(),
                       fmt::format("layer \"{}\" reads its own output, expected a graph without "
                                   "cycles",
                                   shown_text(use->entry.name)));
    }

    Tensors outputs() const {
      Tensors tensors;
      if (const auto found = config_.find("output_layers"); found != config_.end())
        for (const auto& r : references_in(*found, place_ / "output_layers"))
          if (const auto node = find(r, place_ / "output_layers")) tensors.push_back(*node);
      if (tensors.empty())
        throw InputError(place_.text(), "names no outputs, expected output_layers");
      return tensors;
    }

    ModelReader& reader_;
    const ordered_json& config_;
    JsonPlace place_;
    const std::optional<Tensors>& inputs_;
    const Scope& scope_;
    bool repeated_;
    std::vector<Use> uses_;
    std::size_t open_ = 0;
    std::map<std::string, std::size_t> calls_;
    std::map<std::string, std::size_t> fed_;
    std::map<std::pair<std::string, std::size_t>, Tensors> made_;
  };

  Graph& graph_;
};

}  // namespace

Graph read_keras_model(const ordered_json& model, const JsonPlace& place) {
  const Entry entry = ModelReader::entry_of(model, place);
  if (!is_model(entry.class_name))
    throw InputError((place / "class_name").text(),
                     fmt::format("found \"{}\", expected Sequential, Model or Functional",
                                 shown_text(entry.class_name)));
  Graph graph;
  graph.name = entry.name;
  (void)ModelReader(graph).read(entry, std::nullopt, {}, false);
  return graph;
}

}  // namespace scnn::workloads::imports
