//===- Passes.td - From tasks to sections ------------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_SCHEDULE_PASSES_TD
#define SHARDC_TRANSFORMS_SCHEDULE_PASSES_TD

include "mlir/Pass/PassBase.td"

def ScheduleUnitsPass : Pass<"shardc-schedule-units", "::mlir::ModuleOp"> {
  let summary = "Expands parameters' chains by unit, and builds the sections";
  let description = [{
    Before: `@micro` and `@update` as `group` leaves them. After: an `exec.state` for each part of a parameter and each
    state; sections `micro` (all micro batches but the last; left out if there is one), `last` (with the reductions that a
    step takes once) and `update`.

    The parameters of a unit are gathered by one collective for each list of axes, ahead of the unit by the prefetch depth,
    in the backward pass again those that are not parked as they are computed; its gradients are reduce-scattered together after the last of
    them, added to the accumulators, and in `last` summed along the axes where these are P.

    Errors: a chain that is not supported yet: resident or held other than stored, parked in between stored and computed, an accumulator that is
    not sharded as the parameter is, or that is R where the gradient is P. Examples: `test/Transforms/Schedule/schedule-units.mlir`, `schedule-units-invalid.mlir`.
  }];
  let dependentDialects = ["::shardc::exec::ExecDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect"];
}

def ScheduleCopiesPass : Pass<"shardc-schedule-copies", "::shardc::exec::SectionOp"> {
  let summary = "Copies where a written value cannot be computed in place";
  let description = [{
    Before: sections whose `exec.write` operations take any value. After: the value of each is defined by a task of the
    section which may write it where the state lies: all earlier reads of the state are over by then, or in place in that
    task. Where that was not so, an `exec.copy` stands before the write. Example: `test/Transforms/Schedule/schedule-copies.mlir`.
  }];
  let statistics = [Statistic<"numCopies", "copies", "Copies inserted">];
}

def ScheduleStreamsPass : Pass<"shardc-schedule-streams", "::mlir::ModuleOp"> {
  let summary = "Numbers tasks and collectives, and adds the waits";
  let description = [{
    Before: sections of tasks, some with a stream. After: every task has an id, a stream and the tasks on other streams that
    it waits for; every collective its position in the program's total order.

    A wait stands for a dependence through a value or a state between streams, and for two bounds on memory: a gather begins
    when the gathered parameters that are dead in list order are dead in fact, and a task that produces the gradients of a
    reduction waits for the last but one reduction before it. A wait that others imply is left out. Example:
    `test/Transforms/Schedule/schedule-streams.mlir`.
  }];
  let statistics = [Statistic<"numEvents", "events", "Waits between streams">];
}

def VerifySchedulePass : Pass<"shardc-verify-schedule", "::mlir::ModuleOp"> {
  let summary = "Checks sections against what the module knows";
  let description = [{
    A collective does what its placements say: it sums what is P and leaves one value, gathers what is sharded over its axes, or scatters so, over a group of the mesh's; a parameter is gathered from
    the placement that it is stored in, and its gradient scattered to it. Every result of a task is taken by a task or written to a state. A state that a section reads is there: moments are
    written, a gradient is accumulated by an earlier section, and a parameter whose moments are updated is updated as well. Changes nothing. Runs in front of `place`, whose text may
    come from elsewhere. Example: `test/Transforms/Schedule/verify-schedule-invalid.mlir`.
  }];
}

#endif // SHARDC_TRANSFORMS_SCHEDULE_PASSES_TD
