//===- ConfigKey.h - Keys of config.json that figures depend on --------------------------------===//
#ifndef SHARDC_LIB_IMPORT_CONFIGKEY_H
#define SHARDC_LIB_IMPORT_CONFIGKEY_H

#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/Support/JSON.h"
#include <optional>
#include <string>
#include <vector>

namespace shardc {

/// A key that was read with effect on what the model computes, and what it resolved to.
struct ConfigKey {
  /// Its path, with dots between objects.
  std::string name;
  llvm::json::Value value;
  /// What its absence means, where it may be absent, and null where that means something else.
  std::optional<llvm::json::Value> absent = std::nullopt, null = std::nullopt;
  /// A key beside which this one has no effect.
  std::string replacedBy = "";
};

/// Returns what weights of another config.json must agree in: for each key its value, what absence and null mean, the
/// values that mean the same, and the other paths that Hugging Face has it at.
mlir::DictionaryAttr describeMathematics(mlir::MLIRContext &context, llvm::ArrayRef<ConfigKey> keys);

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_CONFIGKEY_H
