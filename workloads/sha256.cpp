#include "workloads/sha256.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include "sparse_formats/error.hpp"

namespace scnn::workloads {
namespace {

class Sha256 {
 public:
  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    if (!context_ || EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) != 1)
      throw ModelError("OpenSSL offers no SHA-256");
  }
  void add(const void* bytes, std::size_t count) { EVP_DigestUpdate(context_.get(), bytes, count); }
  [[nodiscard]] std::string hex() {
    std::array<unsigned char, 32> sum{};
    EVP_DigestFinal_ex(context_.get(), sum.data(), nullptr);
    std::string text;
    for (const unsigned char byte : sum) text += fmt::format("{:02x}", byte);
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

}  // namespace

std::string sha256_of(int descriptor, const std::string& where) {
  Sha256 digest;
  std::vector<unsigned char> buffer(std::size_t{1} << 20);
  for (off_t position = 0;;) {
    const ssize_t n = ::pread(descriptor, buffer.data(), buffer.size(), position);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw InputError(where, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (n == 0) break;
    digest.add(buffer.data(), static_cast<std::size_t>(n));
    position += n;
  }
  return digest.hex();
}

std::string sha256_of(std::string_view text) {
  Sha256 digest;
  digest.add(text.data(), text.size());
  return digest.hex();
}

}  // namespace scnn::workloads
