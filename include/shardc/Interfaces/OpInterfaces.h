//===- OpInterfaces.h - All that a pass may ask of an operation --------------------------------===//
#ifndef SHARDC_INTERFACES_OPINTERFACES_H
#define SHARDC_INTERFACES_OPINTERFACES_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/DialectInterface.h"
#include "mlir/IR/OpDefinition.h"
#include "shardc/Interfaces/RuntimeFunction.h"
#include "shardc/Interfaces/ShardingRule.h"
#include <optional>

namespace shardc {

/// What a program runs on.
struct Target {
  enum Kind { CPU, CUDA };
  Kind kind;
  bool tf32 = false; ///< products of float32 may round their operands to TF32

  Target(Kind kind, bool tf32 = false) : kind(kind), tf32(tf32) {}
  bool operator==(Kind other) const { return kind == other; }
};

/// What a library call can add to its result: a vector to each row, or a tensor of the result's type.
enum class Term { Bias, Tensor };

/// A call of a shardrt/abi.h function in its convention: the rank, pointers to the operands, to `constants`, to the
/// results, to the workspace (where workspaceBytes > 0), then `integers`, then `floats`.
struct LibraryCall {
  RuntimeFunction function;
  llvm::SmallVector<mlir::DenseElementsAttr> constants = {};
  int64_t workspaceBytes = 0;
  llvm::SmallVector<int64_t> integers = {};
  llvm::SmallVector<double> floats = {};
};

/// What an operation with a custom factor may ask for and emit when it is partitioned. Implemented by partition, so
/// that the model's dialect need not know the one of placements.
class ShardedBuilder {
public:
  ShardedBuilder(mlir::OpBuilder &builder, mlir::Location loc) : builder(builder), loc(loc) {}
  virtual ~ShardedBuilder() = default;

  mlir::OpBuilder &builder;
  mlir::Location loc;

  /// Returns true if the factor `name` of the operation being partitioned is sharded.
  virtual bool isSharded(llvm::StringRef factor) = 0;
  /// Returns the number of ranks that `factor` is sharded over, 1 if it is not.
  virtual int64_t numShards(llvm::StringRef factor) = 0;
  /// Infers the placements of the results of `op`, just created on local operands by its own rule; returns its results.
  virtual mlir::ValueRange place(mlir::Operation *op) = 0;
  /// Turns global indices along `factor` into indices into the local shard, -1 for those that other ranks own.
  virtual mlir::Value localIndex(mlir::Value indices, llvm::StringRef factor) = 0;
  /// Sets the padding of dimension `dim` of `value` to `neutral`; returns `value` itself if there is no padding.
  virtual mlir::Value mask(mlir::Value value, int64_t dim, double neutral) = 0;
  /// Reduces P to R along the axes of `factor`.
  virtual mlir::Value allReduce(mlir::Value value, llvm::StringRef factor) = 0;
  /// Gathers dimension `dim`, sharded like `factor`, to R.
  virtual mlir::Value allGather(mlir::Value value, int64_t dim, llvm::StringRef factor) = 0;
};

/// Returns the bytes of a tensor type.
int64_t bytesOf(mlir::Type type);
/// Returns the type without its encoding.
mlir::RankedTensorType withoutEncoding(mlir::Type type);
/// Returns the element type that sums of many such elements are taken in: float32 for bfloat16, the type itself
/// otherwise.
mlir::Type wideOf(mlir::Type elementType);
/// Returns the shardrt_dtype of an element type.
int64_t dtypeOf(mlir::Type elementType);
/// All dimensions of the first result but the last; a tensor of rank 0 or 1 has no rows.
unsigned defaultNumRowDims(mlir::Operation *op);
/// The shape of the first result.
llvm::SmallVector<int64_t> defaultRowShape(mlir::Operation *op);

/// What training needs of the model's dialect and that is no operation's own business. A dialect with parameters
/// attaches one.
class TrainingDialectInterface : public mlir::DialectInterface::Base<TrainingDialectInterface> {
public:
  TrainingDialectInterface(mlir::Dialect *dialect) : Base(dialect) {}

  /// Hyperparameters of AdamW; the learning rate and the bias corrections are values.
  struct AdamW {
    double beta1, beta2, epsilon, weightDecay;
  };
  /// x + y, of equal types.
  virtual mlir::Value buildAdd(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value y) const = 0;
  /// The sum of squares of all elements, rank 0.
  virtual mlir::Value buildSquareSum(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x) const = 0;
  /// sqrt(x), rank 0.
  virtual mlir::Value buildSqrt(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x) const = 0;
  /// x * y, both rank 0.
  virtual mlir::Value buildScale(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value y) const = 0;
  /// min(1, maxNorm / (norm + 1e-6)), rank 0; the constant 1 if maxNorm is absent.
  virtual mlir::Value buildClipScale(mlir::OpBuilder &b, mlir::Location loc, mlir::Value norm,
                                     std::optional<double> maxNorm) const = 0;
  /// One step of AdamW as in torch: returns the new parameter, first and second moment. `scale` multiplies the
  /// gradient. learningRate, correction1 = 1 / (1 - beta1^t), correction2 and scale have rank 0.
  virtual llvm::SmallVector<mlir::Value> buildAdamW(mlir::OpBuilder &b, mlir::Location loc, mlir::Value parameter,
                                                    mlir::Value gradient, mlir::Value moment1, mlir::Value moment2,
                                                    mlir::Value learningRate, mlir::Value correction1,
                                                    mlir::Value correction2, mlir::Value scale,
                                                    const AdamW &options) const = 0;
  /// x with another element type, rounded to the nearest.
  virtual mlir::Value buildCast(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x,
                                mlir::Type elementType) const = 0;
  /// A tensor of zeros.
  virtual mlir::Value buildZeros(mlir::OpBuilder &b, mlir::Location loc, mlir::RankedTensorType type) const = 0;
};

} // namespace shardc

#include "shardc/Interfaces/OpInterfaces.h.inc"

#endif // SHARDC_INTERFACES_OPINTERFACES_H
