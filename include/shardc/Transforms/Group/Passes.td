//===- Passes.td - From a training step to tasks -----------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_GROUP_PASSES_TD
#define SHARDC_TRANSFORMS_GROUP_PASSES_TD

include "mlir/Pass/PassBase.td"

def RecomputePass : Pass<"shardc-recompute", "::mlir::ModuleOp"> {
  let summary = "Instantiates recomputation";
  let description = [{
    Before: residuals of forward functions marked `keep` or `recompute`. After: forward functions return what is kept; a backward function takes
    that and the forward function's operands behind `dist.after` its last operand, a cotangent, and has a clone of each forward operation that leads from there
    to a residual that it reads, just before the first operation that needs it.

    Errors: a residual that takes an operation with an effect, or that anything but one backward function reads. Example:
    `test/Transforms/Group/recompute.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect"];
}

def InlineCallsPass : Pass<"shardc-inline-calls", "::mlir::ModuleOp"> {
  let summary = "Lays the program out flat";
  let description = [{
    Before: functions that call private ones. After: every call is replaced by the callee's operations, private functions
    are gone, and so are pure operations without a use. Example: `test/Transforms/Group/inline-calls.mlir`.
  }];
}

def GroupTasksPass : Pass<"shardc-group-tasks", "::mlir::ModuleOp"> {
  let summary = "Makes every operation part of one task";
  let description = [{
    Before: flat functions of lowerable operations and of `dist`, in a module with an `exec.target`, whose library calls are taken. After: `exec` tasks and views on types without encodings;
    `dist.unshard`, `dist.accumulate`, `dist.read` and `dist.write` are left to schedule.

    An operation with a library call is an `exec.call`, which also adds what its only user would add to its result where the library can; a collective an `exec.collective`, a view an `exec.view` or nothing.
    The others are fused: an operation joins the open group if it shares a value with it and their rows are equal; what it
    takes from the group it must read at the row that was written, so that a consumer of a sum over rows begins a new one. A
    task that needs nothing of the open group goes ahead of it, a few at most. Each group is an `exec.launch` of an
    `exec.kernel`; equal kernels are one, named after their operations. Example: `test/Transforms/Group/group-tasks.mlir`.
  }];
  let dependentDialects = ["::shardc::exec::ExecDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let statistics = [Statistic<"numKernels", "kernels", "Kernels, equal ones counted once">,
                    Statistic<"numLaunches", "launches", "Launches of kernels">];
}

#endif // SHARDC_TRANSFORMS_GROUP_PASSES_TD
