/// Protocol buffers in their text form, as Caffe writes networks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace scnn::workloads::imports {

/// A message: its fields in the order of the text. Numbers and names stay text until they
/// are asked for; nothing is known of the fields a message may have.
class Message {
 public:
  struct Field;

  /// Every inner message under one name.
  [[nodiscard]] std::vector<const Message*> messages(std::string_view name) const;
  /// The first inner message of a name; nullptr when there is none.
  [[nodiscard]] const Message* message(std::string_view name) const;
  /// Every value under one name.
  [[nodiscard]] std::vector<std::string> texts(std::string_view name) const;
  /// The first value of a name, or `fallback`.
  [[nodiscard]] std::string text(std::string_view name, std::string_view fallback) const;
  /// Every integer under one name. \throws InputError unless they are, from `least` to 2^24
  [[nodiscard]] std::vector<std::int64_t> integers(std::string_view name, std::int64_t least) const;
  [[nodiscard]] bool has(std::string_view name) const;
  /// `FILE: line L`, where the message begins.
  [[nodiscard]] const std::string& place() const { return place_; }

 private:
  friend class PrototxtParser;
  std::string place_;
  std::vector<Field> fields_;
};

struct Message::Field {
  std::string name;
  std::string text;                 ///< of a value
  std::vector<Message> inner = {};  ///< the message, when it is one
};

/// \param where  the file, for messages
/// \throws InputError `FILE: line L: ...` for what is not well-formed, or nested too deep
[[nodiscard]] Message parse_prototxt(std::string_view text, const std::string& where);

}  // namespace scnn::workloads::imports
