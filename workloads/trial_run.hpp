/// Doing something in a process of its own first, to see whether one survives it.
#pragma once

#include <functional>
#include <string>

namespace scnn::workloads {

/// Runs `task` in a child process, and throws its result away.
///
/// Debian 12's HDF5 library (1.10.8) crashes on some damaged files, or never returns,
/// or takes all memory: about 1 in 200 of those with a single wrong byte. Seen in
/// H5A__close after an attribute that cannot be decoded, and in H5HG_read and
/// H5HG__cache_heap_deserialize on the heap of variable-length strings. What kills the
/// child would have killed us.
///
/// The child has 5 seconds of processor time and 256 MiB more memory than its parent.
/// When no child can be started, nothing happens.
/// \throws InputError the one that the task threw; or one at `where` when the child
///         crashed or ran into its limits
void try_in_child(const std::function<void()>& task, const std::string& where);

}  // namespace scnn::workloads
