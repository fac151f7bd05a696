//===- Architecture.h - What one model_type brings ---------------------------------------------===//
//
// An architecture is one file: a function that reads a config.json and builds classes, and its tables of
// tensor-parallel plans. Its row in the table of Architectures.cpp is all the rest.
//
//=== ------------------------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_ARCHITECTURE_H
#define SHARDC_LIB_IMPORT_ARCHITECTURE_H

#include "ConfigReader.h"
#include "ModelBuilder.h"

namespace shardc {

/// One line of a tensor-parallel plan: a full dotted module name with `*` for a component, and a style.
struct PlanEntry {
  llvm::StringRef pattern, style;
};

/// What is known of a model once its classes stand.
struct ModelFacts {
  std::string root;
  int64_t vocabSize;
  double initializerRange;
  /// The plan that shardc recommends, and the one that Hugging Face ships; empty if it ships none.
  llvm::ArrayRef<PlanEntry> plan, huggingFacePlan;
};

struct Architecture {
  llvm::StringRef modelType;
  /// Builds all classes, or reports errors through `config`.
  mlir::FailureOr<ModelFacts> (*build)(ConfigReader &config, ModelBuilder &builder);
};

/// Returns every architecture.
llvm::ArrayRef<Architecture> architectures();

mlir::FailureOr<ModelFacts> buildGemma3(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildGPT2(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildLlama(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildMistral(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildPhi3(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildQwen2(ConfigReader &config, ModelBuilder &builder);
mlir::FailureOr<ModelFacts> buildQwen3(ConfigReader &config, ModelBuilder &builder);

/// Reads what any config.json may have: refuses what makes another model of it, and takes the keys without effect on
/// training, which are of generation, tokens' meaning, the format and provenance of the folder.
void readCommonKeys(ConfigReader &config);
/// Reads a number of layers, of which a model may have as many as a plan can name.
int64_t readLayerCount(ConfigReader &config, llvm::StringRef key, int64_t defaultValue);
/// Checks that tensors of `rows` rows of each width can be addressed: sizes of 2^31 and less still multiply to more
/// than an offset can hold.
mlir::LogicalResult checkElements(ConfigReader &config, double rows, llvm::ArrayRef<double> widths);

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_ARCHITECTURE_H
