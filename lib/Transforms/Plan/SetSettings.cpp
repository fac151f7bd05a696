//===- SetSettings.cpp - Changes the settings that a module carries ----------------------------===//
#include "shardc/Dialect/Dist/Dist.h"
#include "shardc/Transforms/Plan/Passes.h"

using namespace mlir;

namespace shardc {
#define GEN_PASS_DEF_SETSETTINGSPASS
#include "shardc/Transforms/Plan/Passes.h.inc"

namespace {
struct SetSettingsPass : impl::SetSettingsPassBase<SetSettingsPass> {
  using SetSettingsPassBase::SetSettingsPassBase;

  void runOnOperation() override {
    if (failed(apply()))
      signalPassFailure();
  }

private:
  LogicalResult apply() {
    ModuleOp module = getOperation();
    // Where there are none, what is open follows what is set: a rate's tenth the rate.
    dist::SettingsAttr carried = dist::getSettingsAttr(module);
    dist::Settings settings = carried ? carried.getSettings() : dist::Settings();
    for (StringRef text : set) {
      auto [key, value] = text.split('=');
      if (std::string problem = dist::assignSetting(settings, key, value); !problem.empty())
        return module.emitError() << problem;
    }
    return dist::setSettings(module, settings);
  }
};
} // namespace
} // namespace shardc
