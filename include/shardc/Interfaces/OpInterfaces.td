//===- OpInterfaces.td - All that a pass may ask of an operation -------------------------------===//
#ifndef SHARDC_INTERFACES_OPINTERFACES_TD
#define SHARDC_INTERFACES_OPINTERFACES_TD

include "mlir/IR/OpBase.td"

def ShardingRuleOpInterface : OpInterface<"ShardingRuleOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    How the dimensions of operands and results correspond, and what sharding them does. Asked by plan, by partition and by
    the placement verifier.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the factor rule of this operation. Integer operands (indices, positions) have dimensions like others, but no
        cotangent, so R and C are the same for them.
      }],
      "::shardc::ShardingRule", "getShardingRule", (ins)>,
    InterfaceMethod<[{
        Rebuilds the operation on `operands`, which are local and already placed as the rule asks, and returns its results.
        Called for every operation whose rule has a custom factor; `builder` tells how that factor is sharded and emits
        the moves that sharding it takes.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildSharded",
      (ins "::shardc::ShardedBuilder &":$builder, "::mlir::ValueRange":$operands), "",
      [{ llvm::report_fatal_error("buildSharded is missing although the rule has a custom factor"); }]>,
  ];
}

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    The vector-Jacobian product of an operation. Asked by differentiate, on local shapes. The operations that a VJP builds
    need no placement: differentiate infers it by their own rules and checks it against the dual of the primal's.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the cotangents of the operands from those of the results, one value for each operand; a null value stands
        for an operand without derivative. A cotangent in `cotangents` is null where nothing flows back into that result.
        The operands and results of the operation itself may be used: those that are become residuals.
      }],
      "::llvm::SmallVector<::mlir::Value>", "buildVJP",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$cotangents)>,
  ];
}

def CostOpInterface : OpInterface<"CostOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{ What one execution of the operation costs on one rank. Asked by checkpointing, schedule, reports. }];
  let methods = [
    InterfaceMethod<"Returns the floating-point operations of one execution.", "int64_t", "getFlops", (ins)>,
  ];
}

def PrecisionOpInterface : OpInterface<"PrecisionOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    Which results do not follow the element type of the operands: a statistic or a loss, which a narrow type would spoil. Asked where a model is
    made to compute in a narrower type. A result of an operation without this interface has the element type of its first operand of floats.
  }];
  let methods = [
    InterfaceMethod<[{
        Returns the element type that result `result` has where the first operand of floats has `elementType`.
      }],
      "::mlir::Type", "getResultElementType", (ins "unsigned":$result, "::mlir::Type":$elementType)>,
  ];
}

def LowerableOpInterface : OpInterface<"LowerableOpInterface"> {
  let cppNamespace = "::shardc";
  let description = [{
    The executable meaning of an operation. Asked by group and by lowering, on local shapes.
  }];
  let methods = [
    InterfaceMethod<[{
        Builds the results out of `linalg`, `tensor`, `arith` and `math` from `operands`, whose types have no encoding: the
        reference semantics, the CPU path, the GPU fallback. Kernels are made of `linalg.generic` operations (see
        docs/adding-an-op.md for what the emitter takes).
      }],
      "::llvm::SmallVector<::mlir::Value>", "lowerToLinalg",
      (ins "::mlir::OpBuilder &":$builder, "::mlir::ValueRange":$operands)>,
    InterfaceMethod<[{
        Returns the library call that computes the operation on `target`, if it has one; otherwise it is fused into a kernel.
      }],
      "::std::optional<::shardc::LibraryCall>", "getLibraryCall", (ins "::shardc::Target":$target), "",
      [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Returns the function that computes the library call and adds `terms` to its only result, in this order; they are operands
        behind the call's own. Nothing where there is no such function on `target`.
      }],
      "::std::optional<::shardc::RuntimeFunction>", "getAddingFunction",
      (ins "::shardc::Target":$target, "::llvm::ArrayRef<::shardc::Term>":$terms), "",
      [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Where the operation has two operands and does no more than add the other one to operand `operand`, returns what that one
        is; a library call that computes the operand may then do it.
      }],
      "::std::optional<::shardc::Term>", "getTermAddedTo", (ins "unsigned":$operand), "",
      [{ return std::nullopt; }]>,
    InterfaceMethod<[{
        Returns true if the result is the first operand's bytes under another shape: no task, no kernel.
      }],
      "bool", "isView", (ins), "", [{ return false; }]>,
    InterfaceMethod<[{
        Returns how many leading loop dimensions of the lowered operation may be the rows of a kernel: operations with
        equal rows are fused. Rows are parallel dimensions of the operands and results that have them, or are reduced
        (column reductions, sums to a scalar).
      }],
      "unsigned", "getNumRowDims", (ins), "",
      [{ return ::shardc::defaultNumRowDims($_op); }]>,
    InterfaceMethod<[{
        Returns the sizes of the leading loop dimensions, at least getNumRowDims() of them.
      }],
      "::llvm::SmallVector<int64_t>", "getRowShape", (ins), "",
      [{ return ::shardc::defaultRowShape($_op); }]>,
  ];
}

#endif // SHARDC_INTERFACES_OPINTERFACES_TD
