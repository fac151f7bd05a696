//===- Passes.td - From sections to bytes ------------------------------------------------------===//
#ifndef SHARDC_TRANSFORMS_PLACE_PASSES_TD
#define SHARDC_TRANSFORMS_PLACE_PASSES_TD

include "mlir/Pass/PassBase.td"

def PlaceBuffersPass : Pass<"shardc-place-buffers", "::mlir::ModuleOp"> {
  let summary = "Gives every state and every buffer its offset";
  let description = [{
    Before: scheduled sections. After: states, tasks and their workspaces have offsets in one arena, which `exec.arena`
    sizes. States come first and are the same in every section; the sections share the bytes behind them. A value that is
    written to a state lies where the state does; a result may take the bytes of an operand that dies in its task; any two
    other buffers share bytes only where every task on the one happens before every task on the other. Example:
    `test/Transforms/Place/place-buffers.mlir`.
  }];
  let dependentDialects = ["::shardc::exec::ExecDialect"];
}

def VerifyOffsetsPass : Pass<"shardc-verify-offsets", "::mlir::ModuleOp"> {
  let summary = "Checks the happens-before rule on a placed program";
  let description = [{
    Reads offsets, streams and waits alone. Replays each section in list order and remembers which value each byte holds:
    what a task takes over must have been left by tasks that happen before it, or by itself in place; what it reads must be
    there still, and its producer must happen before it. No value lies outside the arena, nor on a state that it is not
    written to. Changes nothing. Example: `test/Transforms/Place/verify-offsets-invalid.mlir`.
  }];
}

#endif // SHARDC_TRANSFORMS_PLACE_PASSES_TD
