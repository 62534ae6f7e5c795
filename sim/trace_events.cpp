#include "sim/trace_events.hpp"

#include <iterator>
#include <nlohmann/json.hpp>

namespace scnn::sim {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

}  // namespace

std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

TraceEvents::TraceEvents(const std::string& file, const nlohmann::ordered_json& facts)
    : file_(file) {
  fmt::format_to(std::back_inserter(buffer_),
                 "{{\n\"otherData\":{},\n\"displayTimeUnit\":\"ns\",\n\"traceEvents\":[",
                 facts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void TraceEvents::begin_event() {
  buffer_.append(std::string_view(any_ ? ",\n" : "\n"));
  any_ = true;
}

void TraceEvents::end_event() {
  if (buffer_.size() < kBufferBytes) return;
  file_.write({buffer_.data(), buffer_.size()});
  written_ += buffer_.size();
  buffer_.clear();
}

void TraceEvents::name(std::string_view kind, const TraceTrack& track, std::string_view name) {
  begin_event();
  fmt::format_to(std::back_inserter(buffer_),
                 R"({{"ph":"M","name":"{}_name","pid":{},"tid":{},"args":{{"name":{}}}}},)"
                 "\n",
                 kind, track.process, track.thread, json_string(name));
  // Tracks keep the order of their numbers, not of their names.
  fmt::format_to(std::back_inserter(buffer_),
                 R"({{"ph":"M","name":"{0}_sort_index","pid":{1},"tid":{2},)"
                 R"("args":{{"sort_index":{3}}}}})",
                 kind, track.process, track.thread,
                 kind == "process" ? track.process : track.thread);
  end_event();
}

void TraceEvents::name_process(std::int64_t process, std::string_view text) {
  name("process", {process, 0}, text);
}

void TraceEvents::name_track(const TraceTrack& track, std::string_view text) {
  name("thread", track, text);
}

void TraceEvents::slice(const Slice& s, std::string_view args) {
  begin_event();
  fmt::format_to(std::back_inserter(buffer_),
                 R"({{"ph":"X","cat":"{}","name":"{}","pid":{},"tid":{},"ts":{},"dur":{})",
                 s.category, s.name, s.track.process, s.track.thread, s.first, s.end - s.first);
  if (!args.empty()) fmt::format_to(std::back_inserter(buffer_), R"(,"args":{{{}}})", args);
  buffer_.push_back('}');
  end_event();
}

void TraceEvents::counter(std::int64_t process, std::string_view name, std::int64_t cycle,
                          std::string_view values) {
  begin_event();
  fmt::format_to(std::back_inserter(buffer_),
                 R"({{"ph":"C","name":"{}","pid":{},"ts":{},"args":{{{}}}}})", name, process, cycle,
                 values);
  end_event();
}

void TraceEvents::commit() {
  buffer_.append(std::string_view("\n]\n}\n"));
  file_.write({buffer_.data(), buffer_.size()});
  written_ += buffer_.size();
  buffer_.clear();
  file_.commit();
}

}  // namespace scnn::sim
