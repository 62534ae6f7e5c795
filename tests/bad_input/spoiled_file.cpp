#include "tests/bad_input/spoiled_file.hpp"

#include "sparse_formats/error.hpp"
#include "workloads/network_file.hpp"

namespace scnn::test {

std::string message_of(const std::filesystem::path& path) {
  try {
    const auto network = workloads::open_network(path);
    for (std::size_t i = 0; i < network->layers().size(); ++i) (void)network->read(i);
  } catch (const InputError& error) {
    std::string message = error.what();
    if (message.find(path.string()) != 0) return "(no path) " + message;
    return "FILE" + message.substr(path.string().size());
  }
  return "";
}

std::string message_after(const WriteFile& write, const std::function<void(Hdf5Editor&)>& change) {
  const TemporaryFolder folder;
  const auto path = folder / "n.h5";
  write(path);
  {
    Hdf5Editor editor(path);
    change(editor);
  }
  return message_of(path);
}

}  // namespace scnn::test
