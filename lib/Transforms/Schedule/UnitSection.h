//===- UnitSection.h - A section out of a flat function ----------------------------------------===//
#ifndef SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITSECTION_H
#define SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITSECTION_H

#include "UnitPlan.h"
#include "mlir/IR/IRMapping.h"
#include "shardc/Transforms/Group/KernelTable.h"

namespace shardc {

/// What a section is to do beside what its function says.
struct SectionKind {
  llvm::StringRef name;
  int64_t repeat = 1;
  bool addsGradients = false;     ///< to what the accumulators hold; otherwise they are overwritten
  bool finishesGradients = false; ///< takes the sums that lead from the accumulator to stored, once a step
  bool clearsGradients = false;   ///< after their last use
};

/// Builds a section at the end of the module: the function's tasks, with the parameters' chains expanded as `plan`
/// says.
class SectionBuilder {
public:
  SectionBuilder(mlir::ModuleOp module, mlir::SymbolTable &symbols, KernelTable &kernels, const UnitPlan &plan,
                 SectionKind kind);

  mlir::LogicalResult run();

private:
  /// Where a task runs, and what its results are for.
  struct Lane {
    exec::Stream stream;
    exec::MemoryKind holds;
  };
  static constexpr Lane computing{exec::Stream::Compute, exec::MemoryKind::Activations};
  static constexpr Lane gathering{exec::Stream::Gather, exec::MemoryKind::GatheredParameters};
  static constexpr Lane reducing{exec::Stream::Reduce, exec::MemoryKind::GradientsInFlight};

  /// One parameter's gradient on its way into the accumulator.
  struct Gradient {
    dist::ParameterOp parameter;
    mlir::RankedTensorType type; ///< with its placement
    ChainStep step;
    mlir::Value value;
    bool isOnlyUse = false; ///< whether nothing else takes the value
  };

  mlir::LogicalResult visit(mlir::Operation *op);
  void visitView(exec::ViewOp op);
  void buildGather(const UnitGather &gather);
  void mapUnshard(dist::UnshardOp op, mlir::Value value);
  void addGradient(dist::AccumulateOp op);
  void buildReduction(mlir::StringAttr unit);
  void scatterGradients(mlir::StringAttr unit, llvm::MutableArrayRef<Gradient> gradients);
  llvm::SmallVector<Gradient> mergeGradients(llvm::ArrayRef<Gradient> gradients);
  void sumReplicas(mlir::StringAttr unit, llvm::MutableArrayRef<Gradient> gradients);
  void clearGradients(mlir::Operation *op);
  void findLastUses();

  mlir::Value buildRead(mlir::Location loc, mlir::StringAttr name, std::optional<dist::Part> part, mlir::Type type);
  void buildWrite(mlir::Location loc, mlir::Value value, mlir::StringAttr name, std::optional<dist::Part> part);
  mlir::Value buildView(mlir::Location loc, mlir::Value value, mlir::Type type);
  mlir::Value addToGradient(mlir::Location loc, mlir::Value sum, const Gradient &gradient, Lane lane);
  mlir::Value buildAdd(mlir::Location loc, mlir::Value x, mlir::Value y, Lane lane);
  /// Returns `value` itself where it has that element type.
  mlir::Value buildCast(mlir::Location loc, mlir::Value value, mlir::Type elementType, Lane lane);
  mlir::Value buildLaunch(mlir::Location loc, mlir::FlatSymbolRefAttr kernel, mlir::ValueRange inputs, mlir::Type type,
                          Lane lane);
  static void assign(exec::TaskOpInterface task, Lane lane);
  mlir::Value buildZeros(mlir::Location loc, mlir::RankedTensorType type);
  exec::CollectiveOp buildCollective(mlir::Location loc, exec::CollectiveKind kind,
                                     llvm::ArrayRef<mlir::StringAttr> axes, const llvm::Twine &cause, Lane lane,
                                     mlir::ValueRange inputs, mlir::FunctionType placed, llvm::ArrayRef<int64_t> dims);

  mlir::SymbolTable &symbols;
  KernelTable &kernels;
  const UnitPlan &plan;
  SectionKind kind;
  mlir::OpBuilder builder;
  exec::SectionOp section;
  dist::MeshOp mesh;
  mlir::IRMapping mapping;
  llvm::DenseSet<mlir::Value> ofUnshards;                                 ///< results of unshards and of views of them
  llvm::MapVector<mlir::StringAttr, llvm::SmallVector<Gradient>> pending; ///< by unit
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<dist::ParameterOp, 1>>
      lastUses; ///< of gradients, where they are to be cleared
};

} // namespace shardc

#endif // SHARDC_LIB_TRANSFORMS_SCHEDULE_UNITSECTION_H
