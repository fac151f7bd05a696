//===- Import.h - From a Hugging Face model folder to nn ---------------------------------------===//
#ifndef SHARDC_IMPORT_IMPORT_H
#define SHARDC_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Support/LLVM.h"
#include <string>
#include <utility>
#include <vector>

namespace shardc {

/// What an import needs to know beside config.json.
struct ImportOptions {
  int64_t globalBatch = 8, sequenceLength = 1024;
  /// Keys of config.json (dotted below a nested one) and values that replace them: JSON, or else a string. `null`
  /// removes the key.
  std::vector<std::pair<std::string, std::string>> overrides;
};

/// The shape of those of tokens, targets and positions that a model takes.
struct TokenShape {
  int64_t batch, sequence;
};

/// Builds the model that a config.json describes, in float32. `path` is that file or its folder. Every error has been
/// emitted, at the key's place in the file where there is one.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> importModel(llvm::StringRef path, mlir::MLIRContext &context,
                                                               const ImportOptions &options);

/// Reads text, of a model or of any later phase; `-` is standard input. Bytecode, input nested too deeply and too many
/// results are refused. What is returned is not verified: verifiers that are not ours crash on some of what they see.
mlir::FailureOr<mlir::OwningOpRef<mlir::ModuleOp>> parseModelText(llvm::StringRef path, mlir::MLIRContext &context);

/// Returns the token shape of a model's root class, or fails with an error if the module holds no complete model.
mlir::FailureOr<TokenShape> checkModel(mlir::ModuleOp module);

/// Returns the model_types that importModel knows.
std::vector<llvm::StringRef> knownModelTypes();

} // namespace shardc

#endif // SHARDC_IMPORT_IMPORT_H
