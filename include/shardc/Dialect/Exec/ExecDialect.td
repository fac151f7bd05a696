//===- ExecDialect.td - The exec dialect -------------------------------------------------------===//
#ifndef SHARDC_DIALECT_EXEC_EXECDIALECT_TD
#define SHARDC_DIALECT_EXEC_EXECDIALECT_TD

include "mlir/IR/OpBase.td"

def Exec_Dialect : Dialect {
  let name = "exec";
  let cppNamespace = "::shardc::exec";
  let summary = "When things run, and in which bytes";
  let description = [{
    A program is a list of sections over one arena. A section is a list of tasks (kernel launch, library call, collective, copy) whose
    order is a legal serial execution; on machines with streams, a task runs after those before it on its own stream and
    after those that it waits for. Values are tensors until the end: `place` gives each result its offset, and an operand lies where its
    definition put it. The dialect knows neither the model's operations nor placements.

    A step is the sections in the order of the module, each as often as its repeat count says.

    Attribute of the module: `exec.target`, an `#exec.target`, is what the program runs on.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

#endif // SHARDC_DIALECT_EXEC_EXECDIALECT_TD
