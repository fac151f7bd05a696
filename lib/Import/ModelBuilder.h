//===- ModelBuilder.h - Builds module classes -----------------------------------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_MODELBUILDER_H
#define SHARDC_LIB_IMPORT_MODELBUILDER_H

#include "mlir/IR/Builders.h"
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Import/Import.h"

namespace shardc {

/// One `nn.module` under construction: first its parameters and instances, then its forward function, whose operations are
/// built at `at(NAME)`. An operation's location is its class and the instance or value it belongs to.
class ClassBuilder {
public:
  ClassBuilder(mlir::OpBuilder &builder, nn::ModuleOp module) : builder(builder), module(module), name(module.getSymName()) {}

  void parameter(llvm::StringRef name, mlir::RankedTensorType type, llvm::StringRef init = "normal");
  /// An instance, or with a count a list. A tie names a parameter below the instance and one below this class.
  void instance(llvm::StringRef name, llvm::StringRef className, std::optional<int64_t> count = std::nullopt,
                std::optional<std::pair<std::string, std::string>> tie = std::nullopt);

  /// Begins the forward function with arguments of these names and types, and returns them.
  mlir::Block::BlockArgListType forward(llvm::ArrayRef<std::pair<llvm::StringRef, mlir::Type>> inputs, mlir::TypeRange results);
  mlir::Value use(llvm::StringRef parameter);
  /// Calls an instance whose class has one result.
  mlir::Value call(llvm::StringRef instance, mlir::ValueRange inputs);
  void finish(mlir::ValueRange results);

  /// Returns the location of what belongs to `member`.
  mlir::Location at(llvm::StringRef member) const;

  mlir::OpBuilder &builder;

private:
  nn::ModuleOp module;
  llvm::StringRef name;
  llvm::StringMap<std::string> classOf;
  llvm::StringMap<mlir::RankedTensorType> parameters;
};

/// Builds the classes of one model for one token shape. Classes are named, and equal names are one class.
class ModelBuilder {
public:
  ModelBuilder(mlir::ModuleOp module, TokenShape tokens);

  /// Returns float tensors [batch, sequence, sizes...] and others.
  mlir::RankedTensorType activation(llvm::ArrayRef<int64_t> sizes) const;
  mlir::RankedTensorType weight(llvm::ArrayRef<int64_t> sizes) const;
  mlir::RankedTensorType scalar() const { return weight({}); }
  mlir::RankedTensorType indices() const;

  /// Begins a class. Classes stand in the order in which they are begun.
  ClassBuilder begin(llvm::StringRef name);

  /// Builds torch's Linear without bias and returns the name of its class, which says its shape.
  std::string linear(int64_t out, int64_t in);
  /// Builds a table of embeddings.
  std::string embedding(llvm::StringRef name, int64_t rows, int64_t width);
  /// Builds a root mean square norm.
  std::string rmsNorm(llvm::StringRef name, int64_t width, double epsilon);

  const TokenShape tokens;
  mlir::OpBuilder builder;

private:
  mlir::ModuleOp module;
};

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_MODELBUILDER_H
