//===- ModelBuilder.h - Builds module classes --------------------------------------------------===//
#ifndef SHARDC_LIB_IMPORT_MODELBUILDER_H
#define SHARDC_LIB_IMPORT_MODELBUILDER_H

#include "mlir/IR/Builders.h"
#include "shardc/Dialect/NN/NN.h"
#include "shardc/Import/Import.h"

namespace shardc {

/// One `nn.module` under construction: first its parameters and instances, then its forward function, whose operations
/// are built at `at(NAME)`. An operation's location is its class and the instance or value it belongs to.
class ClassBuilder {
public:
  ClassBuilder(mlir::OpBuilder &builder, nn::ModuleOp module)
      : builder(builder), module(module), name(module.getSymName()) {}

  /// A parameter, or with `part` one that the checkpoint keeps in a tensor with others.
  void parameter(llvm::StringRef name, mlir::RankedTensorType type, llvm::StringRef init = "normal",
                 std::optional<TensorPart> part = std::nullopt);
  /// An instance. A tie names a parameter below the instance and one below this class.
  void instance(llvm::StringRef name, llvm::StringRef className,
                std::optional<std::pair<std::string, std::string>> tie = std::nullopt);
  /// A list, as runs of elements of one class.
  void list(llvm::StringRef name, llvm::ArrayRef<std::pair<int64_t, std::string>> runs);

  /// Begins the forward function with arguments of these names and types, and returns them.
  mlir::Block::BlockArgListType forward(llvm::ArrayRef<std::pair<llvm::StringRef, mlir::Type>> inputs,
                                        mlir::TypeRange results);
  mlir::Value use(llvm::StringRef parameter);
  /// Calls an instance whose class has one result.
  mlir::Value call(llvm::StringRef instance, mlir::ValueRange inputs) { return callAll(instance, inputs).front(); }
  mlir::ResultRange callAll(llvm::StringRef instance, mlir::ValueRange inputs);
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
  /// Returns [batch, heads, sequence], a number for each query of attention.
  mlir::RankedTensorType sums(int64_t heads) const { return weight({tokens.batch, heads, tokens.sequence}); }
  mlir::RankedTensorType weight(llvm::ArrayRef<int64_t> sizes) const;
  mlir::RankedTensorType scalar() const { return weight({}); }
  mlir::RankedTensorType indices() const;

  /// Begins a class. Classes stand in the order in which they are begun.
  ClassBuilder begin(llvm::StringRef name);

  /// Builds torch's Linear and returns the name of its class, which says its shape.
  std::string linear(int64_t out, int64_t in, bool bias = false);
  /// Builds GPT-2's Conv1D: a linear whose weight is [in, out], with a bias.
  std::string conv1D(int64_t in, int64_t out);
  /// One result of a fused linear: a name and a width.
  using Segment = std::pair<llvm::StringRef, int64_t>;
  /// Builds a linear whose weight holds those of several, one behind the other, and which has a result for each.
  std::string fusedLinear(llvm::ArrayRef<Segment> segments, int64_t in);
  /// The same as a Conv1D.
  std::string fusedConv1D(int64_t in, llvm::ArrayRef<Segment> segments);
  /// Builds a table of embeddings. The row `padding` gets no gradient from being looked up.
  std::string embedding(llvm::StringRef name, int64_t rows, int64_t width,
                        std::optional<int64_t> padding = std::nullopt);
  /// Builds a root mean square norm over the last of `sizes`.
  std::string rmsNorm(llvm::StringRef name, llvm::ArrayRef<int64_t> sizes, double epsilon, bool plusOne = false);
  std::string layerNorm(llvm::StringRef name, int64_t width, double epsilon);

  /// Begins and finishes the forward of the root: the loss of what the head makes of the body's result.
  void finishRoot(ClassBuilder &self, llvm::StringRef body, llvm::StringRef head);

  const TokenShape tokens;
  mlir::OpBuilder builder;

private:
  struct LinearShape {
    llvm::ArrayRef<Segment> segments;
    int64_t in;
    bool bias, transposed;
  };
  std::string linearOf(const std::string &name, const LinearShape &shape);
  mlir::Value buildSegment(ClassBuilder &self, const LinearShape &shape, const Segment &segment, mlir::Value x);

  mlir::ModuleOp module;
};

} // namespace shardc

#endif // SHARDC_LIB_IMPORT_MODELBUILDER_H
