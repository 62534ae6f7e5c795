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

std::string sha256_of(int descriptor, const std::string& where) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                       EVP_MD_CTX_free);
  if (!digest || EVP_DigestInit_ex(digest.get(), EVP_sha256(), nullptr) != 1)
    throw ModelError("OpenSSL offers no SHA-256");
  std::vector<unsigned char> buffer(std::size_t{1} << 20);
  for (off_t position = 0;;) {
    const ssize_t n = ::pread(descriptor, buffer.data(), buffer.size(), position);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) throw InputError(where, fmt::format("cannot be read: {}", std::strerror(errno)));
    if (n == 0) break;
    EVP_DigestUpdate(digest.get(), buffer.data(), static_cast<std::size_t>(n));
    position += n;
  }
  std::array<unsigned char, 32> sum{};
  EVP_DigestFinal_ex(digest.get(), sum.data(), nullptr);
  std::string hex;
  for (unsigned char byte : sum) hex += fmt::format("{:02x}", byte);
  return hex;
}

}  // namespace scnn::workloads
