#include "tools/exit_status.hpp"

#include <new>
#include <ostream>

#include "sparse_formats/error.hpp"

namespace scnn::cli {
namespace {

int tell(std::ostream& err, const char* kind, const char* what, int status) {
  err << "scnn: error: " << kind << what << std::endl;
  return status;
}

}  // namespace

int exit_status(const std::exception_ptr& error, std::ostream& err) {
  try {
    std::rethrow_exception(error);
  } catch (const InputError& e) {
    return tell(err, "", e.what(), kBadInput);
  } catch (const VerificationError& e) {
    return tell(err, "", e.what(), kWrongOutput);
  } catch (const OutputError& e) {
    return tell(err, "", e.what(), kFailed);
  } catch (const Interrupted& e) {
    return tell(err, "", e.what(), kSignalStatus + e.signal());
  } catch (const std::bad_alloc&) {
    return tell(err, "", "out of memory", kFailed);
  } catch (const std::exception& e) {
    return tell(err, "internal error: ", e.what(), kFailed);
  } catch (...) {
    return tell(err, "internal error: ", "unknown exception", kFailed);
  }
}

}  // namespace scnn::cli
