#include "sparse_formats/instruction_set.hpp"

#include <fmt/format.h>

#include <cstdint>

#include "sparse_formats/error.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sparse_formats/instruction_set.cpp"
#include <hwy/foreach_target.h>  // compiles this file once per instruction set

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace scnn {
namespace HWY_NAMESPACE {

const char* name_on_target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace HWY_NAMESPACE
}  // namespace scnn
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace scnn {

HWY_EXPORT(name_on_target);

std::vector<std::string> instruction_sets() {
  std::vector<std::string> names;
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets())
    names.emplace_back(hwy::TargetName(target));
  return names;
}

std::string instruction_set() { return HWY_DYNAMIC_DISPATCH(name_on_target)(); }

void force_instruction_set(const std::string& name) {
  hwy::SetSupportedTargetsForTest(0);
  bool found = name.empty();
  for (std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    if (name != hwy::TargetName(target)) continue;
    hwy::SetSupportedTargetsForTest(target);
    found = true;
  }
  if (!found)
    throw InputError("instruction set",
                     fmt::format("\"{}\" is not one of this build on this processor", name));
  hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace scnn
#endif
