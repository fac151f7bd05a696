//===- ExecPasses.td - Passes from a training step to a placed program ----------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_EXECPASSES_TD
#define SHARDC_TRANSFORMS_EXECPASSES_TD

include "mlir/Pass/PassBase.td"

//===- group --------------------------------------------------------------------------------------------------------------===//

def RecomputePass : Pass<"exec-recompute", "::mlir::ModuleOp"> {
  let summary = "Instantiates recomputation";
  let description = [{
    Before: residuals of forward functions marked `keep` or `recompute`. After: forward functions return what is kept; a backward function takes
    that and the forward function's operands behind `dist.after` its last operand, a cotangent, and has a clone of each forward operation that leads from there
    to a residual that it reads, just before the first operation that needs it.

    Errors: a residual that takes an operation with an effect, or that anything but one backward function reads. Example:
    `test/Transforms/group/recompute.mlir`.
  }];
  let dependentDialects = ["::shardc::dist::DistDialect"];
}

def InlineCallsPass : Pass<"exec-inline-calls", "::mlir::ModuleOp"> {
  let summary = "Lays the program out flat";
  let description = [{
    Before: functions that call private ones. After: every call is replaced by the callee's operations, private functions
    are gone, and so are pure operations without a use. Example: `test/Transforms/group/inline-calls.mlir`.
  }];
}

def GroupTasksPass : Pass<"exec-group-tasks", "::mlir::ModuleOp"> {
  let summary = "Makes every operation part of one task";
  let description = [{
    Before: flat functions of lowerable operations and of `dist`. After: `exec` tasks and views on types without encodings;
    `dist.unshard`, `dist.accumulate`, `dist.read` and `dist.write` are left to schedule.

    An operation with a library call is an `exec.call`, which also adds what its only user would add to its result where the library can; a collective an `exec.collective`, a view an `exec.view` or nothing.
    The others are fused: an operation joins the open group if it shares a value with it and their rows are equal; what it
    takes from the group it must read at the row that was written, so that a consumer of a sum over rows begins a new one. A
    task that needs nothing of the open group goes ahead of it, a few at most. Each group is an `exec.launch` of an
    `exec.kernel`; equal kernels are one, named after their operations. Example: `test/Transforms/group/group-tasks.mlir`.
  }];
  let dependentDialects = ["::shardc::exec::ExecDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect"];
  let options = [Option<"target", "target", "std::string", "\"cpu\"", "Whose library calls there are: cpu or cuda">,
                 Option<"tf32", "tf32", "bool", "false", "Whether products of float32 may round their operands to TF32">];
  let statistics = [Statistic<"numKernels", "kernels", "Kernels, equal ones counted once">,
                    Statistic<"numLaunches", "launches", "Launches of kernels">];
}

//===- schedule -----------------------------------------------------------------------------------------------------------===//

def ScheduleUnitsPass : Pass<"exec-schedule-units", "::mlir::ModuleOp"> {
  let summary = "Expands parameters' chains by unit, and builds the sections";
  let description = [{
    Before: `@micro` and `@update` as `group` leaves them. After: an `exec.state` for each part of a parameter and each
    state; sections `micro` (all micro batches but the last; left out if there is one), `last` (with the reductions that a
    step takes once) and `update`.

    The parameters of a unit are gathered by one collective for each list of axes, ahead of the unit by the prefetch depth,
    in the backward pass again if the unit was resharded; its gradients are reduce-scattered together after the last of
    them, added to the accumulators, and in `last` summed along the axes where the parameter is replicated and its use is
    not. Example: `test/Transforms/schedule/units.mlir`.
  }];
  let options = [
    Option<"accumulation", "accumulation", "int64_t", "1", "Micro batches of a step">,
    Option<"forwardPrefetch", "forward-prefetch", "int64_t", "1", "Units gathered ahead in the forward pass">,
    Option<"backwardPrefetch", "backward-prefetch", "int64_t", "1", "Units gathered ahead in the backward pass">,
    Option<"reshardAfterForward", "reshard-after-forward", "std::string", "\"auto\"",
           "true, false, or auto: all units but the last and the root">,
  ];
  let dependentDialects = ["::shardc::exec::ExecDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def ScheduleCopiesPass : Pass<"exec-schedule-copies", "::shardc::exec::SectionOp"> {
  let summary = "Copies where a written value cannot be computed in place";
  let description = [{
    Before: sections whose `exec.write` operations take any value. After: the value of each is defined by a task of the
    section which may write it where the state lies: all earlier reads of the state are over by then, or in place in that
    task. Where that was not so, an `exec.copy` stands before the write. Example: `test/Transforms/schedule/copies.mlir`.
  }];
  let statistics = [Statistic<"numCopies", "copies", "Copies inserted">];
}

def ScheduleStreamsPass : Pass<"exec-schedule-streams", "::mlir::ModuleOp"> {
  let summary = "Numbers tasks and collectives, and adds the waits";
  let description = [{
    Before: sections of tasks, some with a stream. After: every task has an id, a stream and the tasks on other streams that
    it waits for; every collective its position in the program's total order.

    A wait stands for a dependence through a value or a state between streams, and for two bounds on memory: a gather begins
    when the gathered parameters that are dead in list order are dead in fact, and a task that produces the gradients of a
    reduction waits for the last but one reduction before it. A wait that others imply is left out. Example:
    `test/Transforms/schedule/streams.mlir`.
  }];
  let statistics = [Statistic<"numEvents", "events", "Waits between streams">];
}

//===- place --------------------------------------------------------------------------------------------------------------===//

def PlaceBuffersPass : Pass<"exec-place-buffers", "::mlir::ModuleOp"> {
  let summary = "Gives every state and every buffer its offset";
  let description = [{
    Before: scheduled sections. After: states, tasks and their workspaces have offsets in one arena, which `exec.arena`
    sizes. States come first and are the same in every section; the sections share the bytes behind them. A value that is
    written to a state lies where the state does; a result may take the bytes of an operand that dies in its task; any two
    other buffers share bytes only where every task on the one happens before every task on the other. Example:
    `test/Transforms/place/place-buffers.mlir`.
  }];
  let dependentDialects = ["::shardc::exec::ExecDialect"];
}

def VerifyPlacementPass : Pass<"exec-verify-placement", "::mlir::ModuleOp"> {
  let summary = "Checks the happens-before rule on a placed program";
  let description = [{
    Reads offsets, streams and waits alone. Replays each section in list order and remembers which value each byte holds:
    what a task takes over must have been left by tasks that happen before it, or by itself in place; what it reads must be
    there still, and its producer must happen before it. No value lies outside the arena, nor on a state that it is not
    written to. Changes nothing. Example: `test/Transforms/place/verify-placement-invalid.mlir`.
  }];
}

#endif // SHARDC_TRANSFORMS_EXECPASSES_TD
