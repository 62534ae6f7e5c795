/// A copy of an HDF5 file in which some numbers are zero, and nothing else is different.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "workloads/beside_file.hpp"
#include "workloads/hdf5.hpp"

namespace scnn::workloads::hdf5 {

/// Copies a file byte by byte, then overwrites elements of datasets in the copy.
///
/// Types, layouts, filters, attributes and every other object stay what they were.
/// Without `commit` nothing is left behind, and a file that had the name before keeps it.
class ZeroedCopy {
 public:
  /// \throws OutputError when no file can be created or the disk is full
  ZeroedCopy(const InputFile& source, const std::filesystem::path& path);
  ~ZeroedCopy();
  ZeroedCopy(const ZeroedCopy&) = delete;
  ZeroedCopy& operator=(const ZeroedCopy&) = delete;

  /// Sets the elements under 0 of `kept` to zero, in every type of number zero bytes.
  /// \param path  names from the root to a dataset, each checked not to be a link
  /// \param kept  one flag per element, row-major
  /// \throws InputError when the copied file is damaged, OutputError when it cannot be written
  void zero(std::span<const std::string> path, std::span<const std::uint8_t> kept);
  /// Flushes, closes and renames. Call once. \throws OutputError
  void commit();

 private:
  [[noreturn]] void fail();

  BesideFile file_;
  Handle handle_;
};

}  // namespace scnn::workloads::hdf5
