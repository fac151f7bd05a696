//===- Passes.td - From global shapes to local ones --------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PARTITION_PASSES_TD
#define SHARDC_TRANSFORMS_PARTITION_PASSES_TD

include "mlir/Pass/PassBase.td"

def PartitionModelPass : Pass<"shardc-partition-model", "::mlir::ModuleOp"> {
  let summary = "Global shapes to local ones, moves made explicit";
  let description = [{
    Before: functions over global shapes, as `plan` leaves them. After: one function for each variant (function, placements of its operands), with local shapes and
    placements as encodings; every change of placement is a `dist` operation with its cause, once per value, axis and target; a forward value is never P at a boundary.

    Where operands disagree on a factor, the parameter's computed placement decides, then the first operand. P passes only through operations that are linear in it.
    Errors: parts of a product (heads) or a contracted factor that the ranks do not divide, with the module's name; an operation without a rule.
    Examples: `test/Transforms/Partition/partition-model.mlir`, `partition-model-functions.mlir`, `partition-model-vocabulary.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect"];
}

def VerifyPlacementsPass : Pass<"shardc-verify-placements", "::mlir::ModuleOp"> {
  let summary = "Checks every placement against the rules";
  let description = [{
    Infers the placement of each result from those of the operands by the operation's rule, and compares; checks that each accumulated gradient is the
    dual of one of its parameter's uses, and that a gradient which the optimizer reads has been added up from all of them. Changes nothing. Runs at every border from `partition` to `group`.
    Example: `test/Transforms/Partition/verify-placements-invalid.mlir`.
  }];
}

#endif // SHARDC_TRANSFORMS_PARTITION_PASSES_TD
